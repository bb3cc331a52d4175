"""Methods with stages from the outside: labels are filtered and relabelled by the student's own view of the rows, stages are shared by
losses, run once, and give the bits they give alone; what cannot be is refused before work or recorded as that cell's failure."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder)
METHODS = ("naive", "filter:topo|naive", "filter:topo | logconf", "relabel:knn | naive", "filter:confidence | relabel:logreg")
TABLES = ('l2 = [0.1]\n[controls]\nrandom_init = false\nweak_twice = false\nshuffled = false\n[method."filter:topo"]\nk = 12\nk_zeta = 8\n'
          '[method."relabel:knn"]\nk = 9\n[method."filter:confidence"]\nthreshold = 0.6\n')
spec = h.write_spec(folder, data, methods=METHODS, extra=TABLES)
store = folder / "store"


def plan(*arguments):
    done = subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store), "--json", *arguments], capture_output=True, text=True)
    h.check(done.returncode == 0, f"it is planned: {done.stderr}")
    return json.loads(done.stdout)["kinds"]


# A seed: labels as they are, two filters (one serves two losses), relabelling by neighbours and by probe.
h.check(plan()["weak_labels"]["nodes"] == 2 * 5, "each stage is a node of its own, shared by the losses after it")
h.check(plan()["features"]["nodes"] == 2, "the student's and the stages' features")

document = h.document(spec, store)
cells = {cell["method"]: cell for cell in document["cells"]}
h.check(set(cells) == {"naive", "filter:topo | naive", "filter:topo | logconf", "relabel:knn | naive",
                       "filter:confidence | relabel:logreg | naive"}, f"methods are said in one way: {list(cells)}")
h.check(cells["naive"]["params"] == {"hard": False, "prior": "weak"}, "parameters of a loss alone are as they were")
h.check(cells["filter:topo | logconf"]["params"]["filter:topo"] == {"k": 12, "k_zeta": 8, "contamination": 0.1, "depth": 0.5},
        "parameters of a stage stand under its name")
h.check(cells["filter:topo | logconf"]["params"]["alpha"] == 0.5, "and those of the loss beside it")
for method, cell in cells.items():
    h.check(cell["status"] == "done" and cell["weak_to_strong"]["value"] > 0.6, f"{method} learns: {cell['weak_to_strong']}")
    h.check(sum("labels in 2 seeds" in note for note in cell["notes"]) == method.count(":"), f"notes say what stages did: {cell['notes']}")
given = f"of {2 * (cells['naive']['data']['train'] // 2)} labels"
h.check(given in " ".join(cells["filter:topo | naive"]["notes"]), f"{given}, those of the transfer halves: {cells['filter:topo | naive']['notes']}")

again = h.document(spec, store)
h.check(again["ledger"]["computed"] == 0, "nothing is computed twice")
more = h.document(spec, store, "--set", "method.filter:topo.contamination=0.2")
h.check(more["ledger"]["computed"] == 2 * 3, "another parameter: its stage and the two students after it, a seed")

alone = folder / "alone"
h.document(spec, alone, "--set", "method.name=filter:topo | naive")
there, here = h.results(store), h.results(alone)
h.check(here and all(there.get(path) == digest for path, digest in here.items()), "a pipeline's bits do not depend on its company")

none = h.run(spec, store, "--json", "--set", "method.filter:confidence.threshold=0.9999", ok=(1,))
failed = [cell for cell in json.loads(none.stdout)["cells"] if cell["status"] == "failed"]
h.check(len(failed) == 1 and "filter:confidence, seed 0 failed: no label is left" in failed[0]["error"], f"{failed}")
h.check("lower the filter's threshold" in failed[0]["error"], "and says what to do")
for setting, said in (("method.name=filter:topo || naive", "part 2"), ("method.name=filter:tpoo", "did you mean filter:topo"),
                      ("method.filter:topo.k=120", "expected less than")):
    refused = h.run(spec, store, "--set", setting, ok=(2,))
    h.check(said in refused.stderr, f"{setting} is refused: {refused.stderr}")
h.clean(folder)
print("1 passed, 0 failed")
