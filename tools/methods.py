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
(`filter:`) or others (`relabel:`); the next stage, and at last the loss, sees those. Parameters stand in a table under the quoted name,
`[method."filter:topo"]`. Most compare rows by the untrained student's hidden states; but for `gold:` none sees ground truth, and no row judges its own label.
An abstention is no label: filters drop it, relabelling gives it one, and it votes for nobody. Ties go by the hashes of the ids, so that results do not depend on the order of rows.
A filter that leaves no label, or labels of one class only, fails its cell with the reason. The prior `"weak"` of the prior-matched threshold stays the mean
of the supervisor's own labels; a loss that hardens takes the mean of the labels it is given. All stages are tested against NumPy and SciPy
(`tools/golden/stages_golden.py`, `gold_golden.py`).

The stages `gold:` spend a declared number of true labels and stand next to the loss: `"filter:topo | gold:weighted | logconf"`. Rows are drawn from the
transfer half by a step of its own, which hands the student these rows and no others; they enter its certificate. Beside such a method stand the student
of the true labels alone and naive with the same ones: who does not beat the former gains nothing from weak labels, and is refused (`control-failed`).
"""

COMBINERS = """# Combining annotators

A supervisor of kind `annotators` makes one label of several people's, rules' or programs' answers (`combine = NAME`; `qinglan combiners list`). Below a, b are
annotators, l(a) what a says of the row and k a class; no ground truth is used. Formulas are tested against NumPy and SciPy (`tools/golden/combiners_golden.py`).
"""

CORRUPTORS = """# Errors on purpose

A supervisor of kind `corrupted` makes weak labels of ground truth with errors put in (`corrupt = NAME`, `rate = 0.3`; `qinglan corruptors list`): of the n rows of the
transfer half, and of test, round(rate n) get a wrong label, halves up. The same share of errors means very different students: see `examples/sst2-errors.toml`. Tested
against NumPy (`tools/golden/corruptors_golden.py`).
"""


def section(method):
    lines = [f"## {method['name']}", "", method["formula"].replace("|", "\\|").replace("*", "\\*"), "", f"Source: {method['source']}.", "",
             f"Helps when: {method['summary']}.", "", "| parameter | default | |", "|---|---|---|"]
    lines += [f"| `{p['name']}` | `{json.dumps(p['default'])}` | {p['help'].replace('|', chr(92) + '|')} |" for p in method["parameters"]]
    return "\n".join(lines) + "\n"


def combiner(entry, helps="Helps when"):
    formula = entry["formula"].replace("|", "\\|").replace("*", "\\*").replace("~", "\\~")
    return f"## {entry['name']}\n\n{formula}\n\nSource: {entry['source']}.\n\n{helps}: {entry['summary']}.\n"


def listed(what):
    return json.loads(subprocess.run([ROOT / "build/bin/qinglan", what, "list", "--json"], capture_output=True, check=True).stdout)


def main():
    methods = listed("methods")
    losses, stages = ([section(m) for m in methods if m["kind"] == kind] for kind in ("loss", "stage"))
    combiners = [combiner(c) for c in listed("combiners")]
    corruptors = [combiner(c, "What it shows") for c in listed("corruptors")]
    (ROOT / "docs/methods.md").write_text("\n".join([HEAD, *losses, STAGES, *stages, COMBINERS, *combiners, CORRUPTORS, *corruptors]))


if __name__ == "__main__":
    main()
