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


def section(method):
    lines = [f"## {method['name']}", "", method["formula"].replace("|", "\\|").replace("*", "\\*"), "", f"Source: {method['source']}.", "",
             f"Helps when: {method['summary']}.", "", "| parameter | default | |", "|---|---|---|"]
    lines += [f"| `{p['name']}` | `{json.dumps(p['default'])}` | {p['help'].replace('|', chr(92) + '|')} |" for p in method["parameters"]]
    return "\n".join(lines) + "\n"


def main():
    listed = subprocess.run([ROOT / "build/bin/qinglan", "methods", "list", "--json"], capture_output=True, check=True).stdout
    (ROOT / "docs/methods.md").write_text(HEAD + "\n" + "\n".join(section(m) for m in json.loads(listed)))


if __name__ == "__main__":
    main()
