"""Bagging and AdaBoost of n-grams and of probes: a floor like any other, beside the single supervisor, which a run without an ensemble finds
done; what its members are stands in the store, and what does not help is told."""

import json
import pathlib

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=400, test=300)
store = folder / "store"
STUDENT = '[student]\nmodel = "minilm-l6"\ndepth = 2\nl2 = [0.1]\n[controls]\nrandom_init = false\nlength = false\nshuffled = false\nngram = false\n'
AXIS = '[grid]\n"supervisor.ensemble" = ["none", "bagging", "adaboost"]\n'


def spec(name, supervisor):
    path = folder / f"{name}.toml"
    path.write_text(f'seeds = 3\n[data]\npath = "{data}"\ntext = "{{text}}"\n[supervisor]\n{supervisor}\n{STUDENT}{AXIS}')
    return path


def floors(path):
    """The floors of a run by supervisor: (cell, summaries of its seeds)."""
    document = h.document(path, store)
    record = json.loads((pathlib.Path(store) / f"records/{document['run']}.json").read_text())
    found = {}
    for cell, made in zip(document["cells"], record["cells"]):
        nodes = [record["series"][seed["weak_floor"]]["node"] for seed in made["seeds"]]
        found[cell["supervisor"]] = cell, [json.loads(next(pathlib.Path(store).glob(f"objects/*/{node}/result/summary.json")).read_text()) for node in nodes]
    return document, found


SUPERVISORS = {"ngrams": 'kind = "ngrams"\nmin_count = 3\nngram_l2 = 20.0', "minilm-l6": 'model = "minilm-l6"\ndepth = 1\nl2 = [1.0]'}
for name, supervisor in SUPERVISORS.items():
    path = spec(name, supervisor)
    document, found = floors(path)
    h.check(set(found) == {name, f"bagging:{name}", f"adaboost:{name}"}, f"a cell an ensemble: {list(found)}")
    single = found[name][0]
    h.check("single supervisor" not in single["controls"], "a single one is not its own control")
    for ensemble in ("bagging", "adaboost"):
        cell, summaries = found[f"{ensemble}:{name}"]
        h.check(cell["controls"]["single supervisor"] == single["weak_floor"], "the single supervisor stands beside it")
        h.check(cell["weak_floor"]["value"] > 0.6 and cell["weak_to_strong"]["value"] > 0.6, f"{ensemble}:{name} teaches: {cell['weak_floor']}")
        h.check(cell["weak_floor"]["value"] != single["weak_floor"]["value"], "and is another supervisor")
        h.check("value" in cell["controls"]["weak-twice"], "it learns its own labels")
        better = "low" in cell["weak_floor"] and cell["weak_floor"]["value"] - single["weak_floor"]["value"]
        h.check(better > 0.02 or any("a single supervisor of its kind" in note for note in cell["notes"]), f"what it is worth is told: {cell['notes']}")
        h.check(all(s["ground_truth"] == [{"rows": s["rows"], "purpose": "supervision"}] for s in summaries), "its truth is that of supervision")
        h.check(all("final_train_loss" not in s for s in summaries), "votes have no loss")
    h.check(all(s["ensemble"] == {"members": 10} for s in found[f"bagging:{name}"][1]), "ten members")
    for summary in found[f"adaboost:{name}"][1]:
        members = summary["ensemble"]["members"]
        h.check(all(0 < m["error"] < 0.5 and m["alpha"] > 0 for m in members), f"errors and weights: {members}")
        h.check(len(members) > 1 and ("stopped" in summary["ensemble"]) == (len(members) < 10), f"it stops with a reason: {summary['ensemble']}")
    stopped = [s["remark"] for s in found[f"adaboost:{name}"][1] if "remark" in s]
    h.check(all(any(remark in note for note in found[f"adaboost:{name}"][0]["notes"]) for remark in stopped), "which the report has")
    again = h.document(path, store, "--set", 'supervisor.ensemble="none"')
    h.check(again["ledger"]["computed"] == 0 and again["cells"][0]["weak_floor"] == single["weak_floor"], "the single one of a grid is that of a run")
    alone = folder / f"alone-{name}"
    h.document(path, alone, "--set", 'supervisor.ensemble="adaboost"')
    here, there = h.results(alone), h.results(store)
    h.check(here and all(there.get(path) == digest for path, digest in here.items()), "an ensemble's bits do not depend on its company")

more = h.document(spec("ngrams", SUPERVISORS["ngrams"]), store, "--set", "supervisor.ensemble=bagging", "--set", "supervisor.rounds=3")
h.check(more["ledger"]["computed"] > 0 and more["cells"][0]["status"] == "done", "another number of members is another supervisor")

# Where the first member makes no mistake there is nothing to boost: it answers alone, and the reason is told.
sure = h.document(spec("sure", 'kind = "ngrams"\nngram_l2 = 0.0001'), store)
cell = next(cell for cell in sure["cells"] if cell["supervisor"] == "adaboost:ngrams")
h.check(cell["weak_floor"] == next(c for c in sure["cells"] if c["supervisor"] == "ngrams")["weak_floor"], "the first member is the single supervisor")
h.check(any("seed 0, 1, 2: adaboost stopped after 0 of 10 members" in note for note in cell["notes"]), f"{cell['notes']}")
refused = h.run(folder / "ngrams.toml", store, "--set", "supervisor.kind=lexicon", "--set", "supervisor.ensemble=bagging", ok=(2,))
h.check("n-grams or probes" in refused.stderr or "path" in refused.stderr, f"{refused.stderr}")
h.clean(folder)
print("1 passed, 0 failed")
