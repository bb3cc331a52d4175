"""The other end of bench/support.h's Peer: answers JSON lines on standard input with JSON lines on standard output."""
import json
import os
import sys
import traceback


def serve(commands):
    """`commands` maps a name to a function that takes the line's other fields as keywords and returns a dict."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to standard error
    for line in sys.stdin:
        fields = json.loads(line)
        try:
            answer = commands[fields.pop("command")](**fields) or {}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
