#!/usr/bin/env python3
"""Writes docs/methods.md and docs/compat.md from what `qinglan methods list --json` and `qinglan compat list --json` say.

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
`[method."filter:topo"]`. Those called `corrupt:` spoil labels on purpose, for stress tests ([stress.md](stress.md)); `start:locked`
leaves the labels alone and spoils what the student starts from. Many compare rows by the untrained student's hidden states. Stages that use true labels, by declaration, are named below; no other
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

`start:locked` stands first and spoils the student, for stress: it has seen true labels of the supervisor's half before it sees a weak one. The node that locks it reads them; the
student is handed that node's weights, its certificate names the rows, and beside it stands the control `locked, untaught`, which a gain must beat. It takes a
student that is fine-tuned.
"""

COMPAT = """# Reproducing published code

Made by `python3 tools/methods.py` from the table that specs are read by (`qinglan compat show NAME`).

A spec with `compat = "NAME"` at its top takes that repository's published behaviour as its defaults, for supervisor, student and ceiling alike. Every
deviation from ours is a setting of its own: a key in the spec sets it aside (precedence: `--set`, axis, per-name table, section, compat, our default), and a
spec that says it without `compat` gets the same nodes of the store. So a difference between their results and ours can be laid at the door of each. The
record (`compat` in `run --json`) names the deviations that hold (`deviations`), those that the spec sets aside (`set_aside`), and those that nothing
reads (`not_met`: a loss that is not run, a supervisor without a model). Values that depend on the model, such as a context longer than it reads, are fitted to it.

On a tiny random GPT-2 in fp32, with the same order of rows, twenty steps under either profile give the losses of every step and the final logits of an
independent PyTorch statement of the published behaviour within 1e-4, for plain cross-entropy and logconf, however batches are cut
(`tools/golden/compat_golden.py`, `src/train/compat_test.cc`). The curves below are drawn from the formulas that the trainer uses.
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

CHAINS = """# Chains and ensembles

A chain (`[chain] through = [...]`; bootstrapping, Burns et al. 2023): M1 learns the supervisor's labels of the transfer half and labels the same rows for M2, and so
on; the cell's student learns the last one's labels. The prior `"weak"` of the prior-matched threshold stays the mean of the supervisor's own labels.

An ensemble of supervisors (`supervisor.ensemble`), with `rounds` = T members that learn the supervision half in other shares. Tested against NumPy
(`tools/golden/ensemble_golden.py`).

`bagging` (Breiman 1996): a member sees n rows drawn with replacement, a row as often as it was drawn; p\\_k = 1/T sum\\_t p\\_t,k.

`adaboost` (Freund and Schapire 1997; for K classes SAMME, Zhu et al. 2009): from w\\_i = 1/n, each round e = sum\\_i w\\_i \\[h(x\\_i) != y\\_i\\], alpha =
(ln((1 - e) / e) + ln(K - 1)) / 2, w\\_i times exp(-alpha) where h is right and exp(alpha) where it is wrong, then normalised; p\\_k = sum\\_t alpha\\_t \\[h\\_t(x) = k\\] /
sum\\_t alpha\\_t. It ends before a member with e = 0 or e >= 1 - 1/K; where that is the first, it answers alone, with its own p.
"""


def section(method):
    lines = [f"## {method['name']}", "", method["formula"].replace("|", "\\|").replace("*", "\\*"), "", f"Source: {method['source']}.", "",
             f"Helps when: {method['summary']}.", "", "| parameter | default | |", "|---|---|---|"]
    lines += [f"| `{p['name']}` | `{json.dumps(p['default'])}` | {p['help'].replace('|', chr(92) + '|')} |" for p in method["parameters"]]
    return "\n".join(lines) + "\n"


def combiner(entry, helps="Helps when"):
    formula = entry["formula"].replace("|", "\\|").replace("*", "\\*").replace("~", "\\~")
    return f"## {entry['name']}\n\n{formula}\n\nSource: {entry['source']}.\n\n{helps}: {entry['summary']}.\n"


def profile(entry):
    lines = [f"## {entry['name']}", "", entry["summary"] + ".", "", f"Source: {entry['source']}.", "", "| deviation | setting | |", "|---|---|---|"]
    for d in entry["deviations"]:
        setting = f"{d['key']} = {d['same_as']}" if "same_as" in d else f"{d['key']} = {json.dumps(d['value'])}"
        lines.append(f"| {d['name']} | `{setting}` | {d['about'].replace('|', chr(92) + '|')} |")
    lines += ["", "Published there and our defaults too:", "", *(f"- {line}" for line in entry["alike"])]
    lines += ["", "Published there and not reproduced:", "", *(f"- {line}" for line in entry["apart"]), ""]
    shown = subprocess.run([ROOT / "build/bin/qinglan", "compat", "show", entry["name"]], capture_output=True, check=True, text=True).stdout
    return "\n".join([*lines, "```", shown[shown.index("Learning rate"):].rstrip("\n"), "```"]) + "\n"


def listed(what):
    return json.loads(subprocess.run([ROOT / "build/bin/qinglan", what, "list", "--json"], capture_output=True, check=True).stdout)


def main():
    methods = listed("methods")
    losses, stages = ([section(m) for m in methods if m["kind"] == kind] for kind in ("loss", "stage"))
    combiners = [combiner(c) for c in listed("combiners")]
    corruptors = [combiner(c, "What it shows") for c in listed("corruptors")]
    (ROOT / "docs/methods.md").write_text("\n".join([HEAD, *losses, STAGES, *stages, COMBINERS, *combiners, CORRUPTORS, *corruptors, CHAINS]))
    (ROOT / "docs/compat.md").write_text("\n".join([COMPAT, *(profile(entry) for entry in listed("compat"))]))


if __name__ == "__main__":
    main()
