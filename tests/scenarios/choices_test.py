"""Multiple choice from a user's own file, by spec alone: two rows a question in one group, never 1:3; columns of answers work like a list of
them and give the same rows; weak labels go by <id>#<answer>; what gives the answer away is refused."""

import csv
import json
import random
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
rng = random.Random(3)


def question(split, i):
    answers = [f"{rng.choice(h.BAD)} {rng.choice(h.FILLER)} {k}" for k in range(4)]
    right = rng.randrange(4)
    answers[right] = f"{rng.choice(h.GOOD)} {rng.choice(h.FILLER)} {right}"
    return {"key": f"{split}{i}", "question": f"what was {split}{i} like?", "answers": answers, "right": "ABCD"[right]}


questions = {split: [question(split, i) for i in range(n)] for split, n in (("train", 160), ("test", 120))}
lists, columns = folder / "lists", folder / "columns"
for made in (lists, columns):
    made.mkdir()
for split, rows in questions.items():
    (lists / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with open(columns / f"{split}.csv", "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["key", "question", "a", "b", "c", "d", "right"])
        writer.writerows([row["key"], row["question"], *row["answers"], row["right"]] for row in rows)

spec = folder / "spec.toml"
spec.write_text(f'seeds = 3\n[data]\npath = "{lists}"\ntext = "{{question}} {{choice}}"\nlabel = "right"\nid = "key"\nchoices = "answers"\n'
                '[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\n')
store = folder / "store"
cell = h.document(spec, store)["cells"][0]
h.check(cell["data"]["train"] == 320 and cell["data"]["test"] == 240, f"two rows a question: {cell['data']}")
h.check(cell["metric"] == "accuracy" and cell["weak_floor"]["value"] > 0.7, f"balanced, and learned: {cell['metric']} {cell['weak_floor']}")


def inputs(at):
    return [json.loads(line) for path in at.glob("objects/*/*/result/inputs.jsonl") for line in path.read_text().splitlines()]


rows = inputs(store)
groups = {}
for row in rows:
    groups.setdefault((row["split"], row["group"]), []).append(row)
h.check(all(len(pair) == 2 for pair in groups.values()), "a question is a group of two")
h.check("right" not in rows[0]["fields"] and "answers" not in rows[0]["fields"], "students see neither the label nor all answers")

other = folder / "other"
as_columns = ("--set", f'data.path="{columns}"', "--set", 'data.choices=["a", "b", "c", "d"]')
h.document(spec, other, *as_columns)
h.check(sorted(json.dumps(r, sort_keys=True) for r in inputs(other)) == sorted(json.dumps(r, sort_keys=True) for r in rows), "columns give the same rows")

labels = folder / "labels.jsonl"
labels.write_text("".join(json.dumps({"id": row["id"], "label": "true" if any(w in row["fields"]["choice"].split() for w in h.GOOD) else "false"}) + "\n" for row in rows))
by_id = h.document(spec, store, "--set", 'supervisor.kind="labels"', "--set", f'supervisor.path="{labels}"')["cells"][0]
h.check(by_id["weak_floor"]["value"] == 1, f"labels by <id>#<answer> fit: {by_id['weak_floor']}")


def refused(words, *sets):
    run = subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store), *[x for s in sets for x in ("--set", s)]], capture_output=True, text=True)
    h.check(run.returncode in (1, 2) and all(word in run.stderr for word in words), f"{sets} is refused: {run.returncode} {run.stderr}")


refused(["{choice}"], 'student.text="{question}"')
refused(["gives the answer away"], 'data.text="{question} {choice} {right}"')
refused(["even number"], "data.train=101")
labels.write_text(json.dumps({"row": 0, "label": "true"}) + "\n")
refused(["two rows", '"id"'], 'supervisor.kind="labels"', f'supervisor.path="{labels}"')
h.clean(folder)
print("1 passed, 0 failed")
