"""Stages that find overlap, ask a first student or judge labels by a gold budget, from the outside: they compose, a first student is the
student that its own cell has, true labels that only judge are declared and stand beside their controls, and what cannot be is refused."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=300, test=200)
METHODS = ("naive", "filter:overlap | logconf", "retrain:confident", "relabel:student", "filter:trust", "filter:trust-linear",
           "filter:trust-linear | relabel:student | gold:replace")
TABLES = ('l2 = [0.1]\n[controls]\nrandom_init = false\nweak_twice = false\nshuffled = false\n[method."filter:trust"]\nrows = 60\nkeep = 0.7\n'
          '[method."filter:trust-linear"]\nrows = 60\nkeep = 0.7\n[method."gold:replace"]\nrows = 20\n')
spec = h.write_spec(folder, data, seeds=2, methods=METHODS, extra=TABLES)
store = folder / "store"


def plan(*arguments, expected=0):
    done = subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store), "--json", *arguments], capture_output=True, text=True)
    h.check(done.returncode == expected, f"it is planned: {done.returncode} {done.stderr}")
    return done.stderr if expected else json.loads(done.stdout)["kinds"]


alone = [option for name in ("naive", "retrain:confident", "relabel:student") for option in [f"method.name={name}"]]
students = [plan("--set", name)["weak_to_strong"]["nodes"] for name in alone]
h.check(students == [2, 4, 4], f"a seed a first student, then the student: {students}")
h.check(plan("--set", "method.name=relabel:student", "--set", "method.relabel:student.rounds=3")["weak_to_strong"]["nodes"] == 8, "one a round")
h.check(plan()["weak_to_strong"]["nodes"] == 14, "first students are cells of the grid: naive of two, filter:trust-linear of one")

document = h.document(spec, store)
cells = {cell["method"]: cell for cell in document["cells"]}
notes = {method: " ".join(cell["notes"]) for method, cell in cells.items()}
for method, cell in cells.items():
    h.check(cell["status"] == "done" and cell["weak_to_strong"]["value"] > 0.5, f"{method} learns: {cell.get('error')} {cell['weak_to_strong']}")
    h.check("undeclared" not in cell["reason"], f"{method} declares its truth: {cell['reason']}")
overlap = notes["filter:overlap | logconf"]
h.check("filter:overlap kept" in overlap and "% overlap" in overlap and "% hard" in overlap, f"the overlap density is said: {overlap}")
h.check("retrain:confident kept 150 of 300 labels in 2 seeds" in notes["retrain:confident | naive"], notes["retrain:confident | naive"])
h.check("relabel:student gave" in notes["relabel:student | naive"], notes["relabel:student | naive"])
for method, cell in cells.items():
    gold = "trust" in method
    h.check(("gold rows alone" in cell["controls"]) == gold and ("naive with gold" in cell["controls"]) == gold, f"{method}: {list(cell['controls'])}")
    if gold:
        h.check("given ground truth (gold budget: 60 rows)" in notes[method], f"the largest budget: {notes[method]}")
record = json.loads(next(store.glob("records/*.json")).read_text())
uses = [s["certificate"]["ground_truth"] for s in record["series"].values() if s["kind"] == "weak_to_strong"]
h.check(uses.count([{"purpose": "gold budget", "rows": 60}]) == 4, f"true labels that judged are in the certificate: {uses}")
h.check([{"purpose": "gold budget", "rows": 60}, {"purpose": "gold budget", "rows": 20}] in uses, f"and those trained on: {uses}")
h.check(h.document(spec, store)["ledger"]["computed"] == 0, "nothing is computed twice")
more = h.document(spec, store, "--set", "method.filter:trust.keep=0.5")
h.check(more["ledger"]["computed"] == 4, "another share: the stage and its student, a seed; the budget's rows are there")

for arguments, said in (
    (("method.name=relabel:select",), "an encoder has no language-model head"),
    (("method.filter:trust.rows=151",), "at most 150"),
    (("method.name=filter:trust | gold:replace", "method.gold:replace.place=wrong-first"), "takes its true labels at random"),
    (("method.name=gold:replace | filter:trust",), "after true labels"),
    (("method.retrain:confident.labels=truth",), "student-hard"),
):
    refused = plan(*(option for one in arguments for option in ("--set", one)), expected=2)
    h.check(said in refused, f"{arguments} is refused: {refused}")
h.clean(folder)
print("1 passed, 0 failed")
