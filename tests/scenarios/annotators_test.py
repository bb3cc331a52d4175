"""Five annotators of invented reviews, one good, four poor, some silent: each way to combine them teaches a student, the ones that
learn who is good beat the vote, the one that cannot is told so, and what was learned of each annotator is on file."""

import json
import pathlib
import random
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=400, test=400)
rng = random.Random(3)
crowd = folder / "crowd.csv"
with open(crowd, "w") as out:
    out.write("split,row,annotator_good,annotator_b,annotator_c,annotator_d,annotator_e\n")
    for split in ("train", "test"):
        for i, line in enumerate(open(data / f"{split}.jsonl")):
            truth = json.loads(line)["label"]
            said = [truth if rng.random() < right else 1 - truth for right in (0.92, 0.6, 0.6, 0.6, 0.6)]
            cells = ["" if i % 50 == 0 or rng.random() < 0.1 else str(label) for label in said]
            out.write(",".join([split, str(i), *cells]) + "\n")
spec = folder / "spec.toml"
spec.write_text(f'seeds = 3\n[data]\npath = "{data}"\ntext = "{{text}}"\n[supervisor]\nkind = "annotators"\npath = "{crowd}"\n'
                '[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\nngram = false\nlength = false\n'
                '[grid]\n"supervisor.combine" = ["vote", "evidential", "dawid-skene", "label-model"]\n')
store = folder / "store"
document = h.document(spec, store)
cells = {cell["supervisor"].split(":")[0]: cell for cell in document["cells"]}
h.check(set(cells) == {"vote", "evidential", "dawid-skene", "label-model"}, f"a cell a combination: {list(cells)}")

vote = cells["vote"]["weak_floor"]["value"]
h.check("majority vote" not in cells["vote"]["controls"], "the vote is not its own control")
for name in ("dawid-skene", "label-model"):
    cell = cells[name]
    h.check(cell["controls"]["majority vote"]["value"] == vote, f"{name} stands beside the vote")
    h.check(cell["weak_floor"]["value"] > vote + 0.05, f"{name} beats the vote: {cell['weak_floor']} {vote}")
    h.check(not any("plain vote" in note for note in cell["notes"]), f"{name}: {cell['notes']}")
    h.check("not trained" in cell["controls"]["weak-twice"]["undefined"], "no weak-twice")
equal = cells["evidential"]
h.check(any(note.startswith("evidential:crowd does not beat the plain vote of its annotators") for note in equal["notes"]),
        f"what cannot beat the vote is told so: {equal['notes']}")
h.check(all(cell["weak_to_strong"]["value"] > 0.5 for cell in cells.values()), "students learn")

summaries = [json.loads(path.read_text()) for path in pathlib.Path(store).glob("objects/*/*/result/summary.json")]
fits = {summary["combine"]: summary for summary in summaries if "combine" in summary}
h.check(set(fits) == set(cells), "a summary a combination")
learned = {one["name"]: one for one in fits["dawid-skene"]["annotators"]}
h.check(max(learned.values(), key=lambda one: one["accuracy"])["name"] == "annotator_good", f"the good one is found: {learned}")
h.check(all(300 < one["answers"] < 400 for one in learned.values()), "silence is no answer")
h.check(fits["dawid-skene"]["unanswered"] == 8, f"rows that nobody answered are counted: {fits['dawid-skene']['unanswered']}")

again = h.document(spec, store, "--set", 'supervisor.combine="vote"')
h.check(again["ledger"]["computed"] == 0, "the vote of a grid is the vote of a run")
one = h.document(spec, store, "--set", 'supervisor.combine="vote"', "--set", 'supervisor.annotators=["annotator_good"]')["cells"][0]
h.check(one["weak_floor"]["value"] > vote + 0.05, "named annotators alone count")

listed = subprocess.run([str(h.QINGLAN), "combiners", "list", "--json"], capture_output=True, text=True, check=True).stdout
h.check({combiner["name"] for combiner in json.loads(listed)} == set(cells), "every combination is listed")
h.clean(folder)
print("1 passed, 0 failed")
