"""A gold budget: true labels among weak ones, declared in the method's name, counted in the certificate, and judged against those
labels alone; a budget larger than the data and true labels before another stage are refused before work."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=300, test=220)
spec = folder / "spec.toml"
text = (f'seeds = 3\n[data]\npath = "{data}"\n[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ndepth = 2\n'
        '[method."gold:replace"]\nrows = 20\n[method."gold:weighted"]\nrows = 20\n[method."gold:anchored"]\nrows = 20\n'
        '[method."gold:reliability"]\nrows = 20\nplace = "wrong-first"\n[controls]\nrandom_init = false\n'
        '[grid]\n"method.name" = ["naive", "gold:replace", "gold:weighted|naive", "gold:anchored | logconf", '
        '"filter:confidence | gold:reliability | naive"]\n[method."filter:confidence"]\nthreshold = 0.6\n')
spec.write_text(text)
store = folder / "store"

document = h.document(spec, store)
cells = {cell["method"]: cell for cell in document["cells"]}
h.check(set(cells) == {"naive", "gold:replace | naive", "gold:weighted | naive", "gold:anchored | logconf",
                       "filter:confidence | gold:reliability | naive"}, f"the cells' methods: {sorted(cells)}")
h.check("gold rows alone" not in cells["naive"]["controls"], "a method without a budget has no control for it")
for name, cell in cells.items():
    h.check(cell["status"] == "done", f"{name} is done: {cell.get('error')}")
    h.check("undeclared" not in cell["reason"], f"{name} declares its truth: {cell['reason']}")
    if name != "naive":
        h.check("value" in cell["controls"]["gold rows alone"], f"{name} stands beside the true labels alone")
weighted = cells["gold:weighted | naive"]
h.check(weighted["weak_to_strong"] != cells["naive"]["weak_to_strong"], "true labels change the student")
h.check(cells["gold:replace | naive"]["weak_to_strong"] != cells["gold:replace | naive"]["controls"]["gold rows alone"],
        "the student learns from weak labels too")
h.check(weighted["params"]["gold:weighted"]["weight"] == 4, f"the stage's parameters are said: {weighted['params']}")

record = json.loads(next(store.glob("records/*.json")).read_text()) if list(store.glob("records/*.json")) else None
if record:
    uses = [s["certificate"]["ground_truth"] for s in record["series"].values() if s["kind"] == "weak_to_strong"]
    h.check([{"purpose": "gold budget", "rows": 20}] in uses, f"the certificate counts 20 rows: {uses}")
h.check(h.document(spec, store)["ledger"]["computed"] == 0, "again computes nothing")


def refused(words, *sets):
    run = subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store), *[x for s in sets for x in ("--set", s)]],
                         capture_output=True, text=True)
    h.check(run.returncode == 2 and all(word in run.stderr for word in words), f"{sets} is refused: {run.returncode} {run.stderr}")


refused(["gold:replace", "151", "at most 150"], 'method.gold:replace.rows=151')
refused(["gold:weighted", "true labels"], 'method.name="gold:replace | filter:confidence | naive"'.replace("filter:confidence", "gold:weighted"))
refused(["true labels", "a loss"], 'method.name="gold:replace | filter:confidence | naive"')
h.clean(folder)
print("1 passed, 0 failed")
