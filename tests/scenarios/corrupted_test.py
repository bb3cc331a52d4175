"""True labels with errors put in: declared as a supervisor of its own kind, its use of ground truth stands in its certificate, the student is
handed no truth and is judged like any other; without errors the student is its ceiling, shuffled labels teach nothing; what cannot be is
refused before work."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=300, test=240)
spec = folder / "spec.toml"
spec.write_text(f'seeds = 3\n[data]\npath = "{data}"\n[supervisor]\nkind = "corrupted"\nrate = 0.2\nrates = [0.1, 0.3]\nmodel = "minilm-l6"\n'
                'depth = 2\n[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\n'
                '[grid]\n"supervisor.corrupt" = ["symmetric", "class-dependent", "length", "learnable"]\n')
store = folder / "store"
document = h.document(spec, store)
cells = {cell["supervisor"]: cell for cell in document["cells"]}
h.check(set(cells) == {"symmetric:0.2", "class-dependent:0.1, 0.3", "length:0.2", "learnable:0.2"}, f"cells: {sorted(cells)}")
for name, cell in cells.items():
    h.check(cell["status"] == "done" and "undeclared" not in cell["reason"], f"{name} is done and leaks nothing: {cell['reason']}")
    h.check(any("errors put in on purpose" in note for note in cell["notes"]), f"{name} says what its labels are: {cell['notes']}")
    h.check("errors put in" in cell["headline"], f"so does the headline: {cell['headline']}")
    if ", " not in name:
        h.check(abs(cell["weak_floor"]["value"] - 0.8) < 1e-9, f"{name}: a fifth of the test labels is wrong: {cell['weak_floor']}")
    h.check("is not trained" in cell["controls"]["weak-twice"]["undefined"], "its learner cannot be asked twice")

record = json.loads(next((store / "records").glob("*.json")).read_text())
floors = [s["certificate"]["ground_truth"] for s in record["series"].values() if s["kind"] == "weak_floor"]
h.check(all(uses == [{"purpose": "labels to corrupt", "rows": 390}] for uses in floors), f"the certificate counts transfer and test rows: {floors}")
students = [s["certificate"] for s in record["series"].values() if s["kind"] == "weak_to_strong"]
h.check(all(c["ground_truth"] == [] and "truth" not in c["inputs"] for c in students), "a student is handed no ground truth")
h.check(h.document(spec, store)["ledger"]["computed"] == 0, "again computes nothing")

gold = h.document(spec, store, "--set", "supervisor.rate=0", "--set", 'supervisor.corrupt="symmetric"')["cells"][0]
h.check(gold["weak_floor"]["value"] == 1, "no errors: the labels are the truth")
h.check(gold["weak_to_strong"] == gold["strong_ceiling"], f"a student of true labels is its ceiling: {gold['weak_to_strong']} {gold['strong_ceiling']}")
h.check(gold["controls"]["shuffled"]["low"] < 0.5 < gold["controls"]["shuffled"]["high"], f"shuffled truth is chance: {gold['controls']['shuffled']}")


def refused(words, *sets, verb="plan"):
    run = subprocess.run([str(h.QINGLAN), verb, str(spec), "--store", str(store), *[x for s in sets for x in ("--set", s)]], capture_output=True, text=True)
    h.check(run.returncode == 2 and all(word in run.stderr for word in words), f"{sets} is refused: {run.returncode} {run.stderr}")


refused(["symetric", "symmetric"], 'supervisor.corrupt="symetric"')
refused(["rate", "out of range"], "supervisor.rate=1")
refused(["rates", "2 rates"], "supervisor.rates=[0.1, 0.2, 0.3]")
refused(["lr", "means nothing"], "supervisor.lr=0.1")
refused(["corrupt", 'kind = "corrupted"'], 'supervisor.kind="ngrams"')
listed = subprocess.run([str(h.QINGLAN), "corruptors", "list", "--json"], capture_output=True, text=True, check=True)
h.check(len(json.loads(listed.stdout)) == 4, "the corruptors are listed")
h.clean(folder)
print("1 passed, 0 failed")
