"""The student's own answers where a classifier thinks that it knows: a decoder answers once for all seeds and stages, the classifier sees
no ground truth but a declared budget, and the report says how many labels became the student's own."""

import json

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=80, test=40)
spec = folder / "spec.toml"
spec.write_text(
    f'seeds = 2\n[data]\npath = "{data}"\n[supervisor]\nkind = "ngrams"\n[student]\nmodel = "smollm2-135m"\ndepth = 3\nl2 = [0.1]\n'
    'text = "{text}. In short:"\nlabel_words = [" bad", " good"]\n[controls]\nrandom_init = false\nweak_twice = false\n'
    '[method."relabel:select"]\nk = 5\ndepth = 0.1\n[method."relabel:select-gold"]\nk = 5\nrows = 15\ndepth = 0.1\n'
    '[grid]\n"method.name" = ["relabel:select | logconf", "relabel:select-gold"]\n')
store = folder / "store"

document = h.document(spec, store)
cells = {cell["method"]: cell for cell in document["cells"]}
for method, cell in cells.items():
    h.check(cell["status"] == "done" and "value" in cell["weak_to_strong"], f"{method} is done: {cell.get('error')}")
    h.check("undeclared" not in cell["reason"], f"{method} declares its truth: {cell['reason']}")
    h.check("% own answer" in " ".join(cell["notes"]), f"the share of own answers is said: {cell['notes']}")
h.check("gold rows alone" not in cells["relabel:select | logconf"]["controls"], "no budget, no control of it")
h.check("naive with gold" in cells["relabel:select-gold | naive"]["controls"], "a budget stands beside what it is worth")

nodes = [json.loads(path.read_text())["node"] for path in (store / "objects").glob("*/*/manifest.json")]
asked = [node for node in nodes if node["kind"] == "weak_floor" and node["params"]["learner"]["kind"] == "zero-shot"]
h.check(len(asked) == 1, f"the untrained student answers once: {len(asked)}")
stages = [node["inputs"] for node in nodes if str(node["params"].get("transform")).startswith("relabel:select")]
h.check(len(stages) == 4, f"a stage a seed and method: {stages}")
h.check(sum("gold" in inputs for inputs in stages) == 2, f"a budget where it is declared: {stages}")
h.check(not any("truth" in inputs for inputs in stages), "and never the whole truth")
record = json.loads(next(store.glob("records/*.json")).read_text())
uses = [series["certificate"]["ground_truth"] for series in record["series"].values() if series["kind"] == "weak_to_strong"]
h.check(sorted(map(len, uses)) == [0, 0, 1, 1] and [{"purpose": "gold budget", "rows": 15}] in uses, f"certificates: {uses}")
h.check(h.document(spec, store)["ledger"]["computed"] == 0, "nothing is computed twice")
h.clean(folder)
print("1 passed, 0 failed")
