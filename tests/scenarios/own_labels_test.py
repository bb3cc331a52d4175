"""Weak labels of the train rows alone, by row, on data whose texts stand in a column of another name: the student is scored, the floor
is undefined, no test row gets a train row's label, and `plan` reads what `run` reads."""

import json
import random
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=300, test=220)
for split in ("train", "test"):
    rows = [json.loads(line) for line in open(data / f"{split}.jsonl")]
    (data / f"{split}.jsonl").write_text("".join(json.dumps({"review": r["text"], "label": r["label"]}) + "\n" for r in rows))
truth, test_truth = ([json.loads(line)["label"] for line in open(data / f"{split}.jsonl")] for split in ("train", "test"))
rng = random.Random(1)
labels = folder / "labels.jsonl"
weak = [{"row": i, "label": y if rng.random() < 0.8 else 1 - y} for i, y in enumerate(truth)]
labels.write_text("".join(json.dumps(row) + "\n" for row in weak))
spec = folder / "spec.toml"
spec.write_text(f'seeds = 3\n[data]\npath = "{data}"\ntext = "{{review}}"\n[supervisor]\nkind = "labels"\npath = "{labels}"\n'
                '[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\n')
store = folder / "store"

plan = subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store), "--json"], capture_output=True, text=True)
h.check(plan.returncode == 0, f"a spec without a column 'text' is planned: {plan.stderr}")

cell = h.document(spec, store)["cells"][0]
h.check("split" in cell["weak_floor"]["undefined"], "the floor is undefined and says why")
h.check(cell["weak_to_strong"]["value"] > 0.5 and cell["strong_ceiling"]["value"] > 0.5, "student and ceiling are scored")
h.check(cell["verdict"] == "underpowered" and "the gain is undefined" in cell["reason"], f"the gain cannot be judged: {cell['reason']}")

labels.write_text("".join(json.dumps(row | {"split": "train"}) + "\n" for row in weak) +
                  "".join(json.dumps({"row": i, "split": "test", "label": y}) + "\n" for i, y in enumerate(test_truth)))
cell = h.document(spec, store)["cells"][0]
h.check(cell["weak_floor"]["value"] == 1, "test rows are scored by their own labels")

# Hard labels leave abstentions out, soft ones do not: the two students read other rows, side by side in one worker.
rows = [json.loads(line) for line in open(labels)]
labels.write_text("".join(json.dumps(row if i % 5 else {k: v for k, v in row.items() if k != "label"} | {"abstain": True}) + "\n" for i, row in enumerate(rows)))
spec.write_text(spec.read_text() + '[grid]\n"method.naive.hard" = [false, true]\n')
cells = h.document(spec, store)["cells"]
h.check([cell["status"] for cell in cells] == ["done", "done"], f"both learn: {[cell.get('error') for cell in cells]}")
h.clean(folder)
print("1 passed, 0 failed")
