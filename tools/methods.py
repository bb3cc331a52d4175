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
STAGES = """# Stages

What may stand before a loss, separated by `|`: `name = "filter:topo | logconf"`. A stage takes the weak labels of the transfer half and gives fewer
(`filter:`), others (`relabel:`) or both (`retrain:`); the next stage, and at last the loss, sees those. Parameters stand in a table under the quoted name,
`[method."filter:topo"]`. Many compare rows by the untrained student's hidden states. Stages that use a budget of true labels are named below; no other
sees ground truth. In `knn`, `logreg` and `topo` no row judges its own label. `retrain:confident` and `relabel:student` ask a first student, of the
pipeline's loss and the cell's recipe, trained on the labels that the stage is given: where a grid has that student as a cell of its own, it is trained once.
An abstention is no label: filters drop it, relabelling gives it one, and it votes for nobody. Ties go by the hashes of the ids, so that results do not depend on the order of rows.
A filter that leaves no label, or labels of one class only, fails its cell with the reason. The prior `"weak"` of the prior-matched threshold stays the mean
of the supervisor's own labels; a loss that hardens takes the mean of the labels it is given. All stages are tested against NumPy, SciPy and PyTorch
(`tools/golden/stages_golden.py`, `judging_golden.py`, `gold_golden.py`).

The stages `gold:` spend a declared number of true labels and stand next to the loss: `"filter:topo | gold:weighted | logconf"`. `filter:trust`,
`filter:trust-linear` and `relabel:select-gold` learn from one which labels to believe, and may stand anywhere; several stages share a budget as large as the
largest of theirs. Rows are drawn from the transfer half by a step of its own, which hands the student, or the stage, these rows and no others; they enter the
student's certificate. Beside such a method stand the student
of the true labels alone and naive with the same ones: who does not beat the former gains nothing from weak labels, and is refused (`control-failed`).
"""

COMBINERS = """# Combining annotators

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
    return f"## {entry['name']}\n\n{formula}\n\nSource: {entry['source']}.\n\nHelps when: {entry['summary']}.\n"


def listed(what):
    return json.loads(subprocess.run([ROOT / "build/bin/qinglan", what, "list", "--json"], capture_output=True, check=True).stdout)


def main():
    methods = listed("methods")
    losses, stages = ([section(m) for m in methods if m["kind"] == kind] for kind in ("loss", "stage"))
    combiners = [combiner(c) for c in listed("combiners")]
    (ROOT / "docs/methods.md").write_text("\n".join([HEAD, *losses, STAGES, *stages, COMBINERS, *combiners]))


if __name__ == "__main__":
    main()
