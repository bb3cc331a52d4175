#!/usr/bin/env python3
"""Writes docs/methods.md from what `qinglan methods list --json` says.

usage: tools/methods.py      (after ./dev build)
"""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEAD = """# Methods

Made by `python3 tools/methods.py` from the table that the engine itself checks specs against (`qinglan methods show NAME`). In formulas f are the
student's logits, p = softmax(f), y the weak label of a row, K the number of classes and B the rows of a batch. Loss and gradient of every method are
tested against an independent formula and against finite differences (`tools/golden/objectives_golden.py`, `train_golden.py`).
"""

COMBINERS = """## Combining annotators

A supervisor of kind `annotators` makes one label of several people's, rules' or programs' answers (`combine = NAME`; `qinglan combiners list`). Below a, b are
annotators, l(a) what a says of the row and k a class; no ground truth is used. Formulas are tested against NumPy and SciPy (`tools/golden/combiners_golden.py`).
"""


def section(method):
    lines = [f"## {method['name']}", "", method["formula"].replace("|", "\\|").replace("*", "\\*"), "", f"Source: {method['source']}.", "",
             f"Helps when: {method['summary']}.", "", "| parameter | default | |", "|---|---|---|"]
    lines += [f"| `{p['name']}` | `{json.dumps(p['default'])}` | {p['help'].replace('|', chr(92) + '|')} |" for p in method["parameters"]]
    return "\n".join(lines) + "\n"


def combiner(entry):
    formula = entry["formula"].replace("|", "\\|").replace("*", "\\*").replace("~", "\\~")
    return f"### {entry['name']}\n\n{formula}\n\nSource: {entry['source']}.\n\nHelps when: {entry['summary']}.\n"


def listed(what):
    return json.loads(subprocess.run([ROOT / "build/bin/qinglan", what, "list", "--json"], capture_output=True, check=True).stdout)


def main():
    parts = [section(m) for m in listed("methods")] + [COMBINERS] + [combiner(c) for c in listed("combiners")]
    (ROOT / "docs/methods.md").write_text(HEAD + "\n" + "\n".join(parts))


if __name__ == "__main__":
    main()
