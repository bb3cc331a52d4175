"""A student whose epoch and learning rate are chosen by held-out weak labels: the ceiling by its own, the certificate says what was
tried and chosen, no truth is among the student's inputs, one more value computes its own fits only, and the chosen student is exported."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=80, test=40)
store = folder / "store"
CONTROLS = "[controls]\nrandom_init = false\nngram = false\nlength = false\nshuffled = false\nweak_twice = false\n"


def spec(student, name="spec"):
    written = folder / f"{name}.toml"
    written.write_text(
        f'name = "t"\nseeds = 1\n[data]\npath = "{data}"\n[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ntune = "lora"\n'
        f'max_tokens = 32\n{student}\n{CONTROLS}'
    )
    return written


def refuse(words, student):
    done = h.run(spec(student, "bad"), folder / "bad", ok=None)
    h.check(done.returncode == 2 and all(word in done.stderr for word in words), f"{student!r}: {done.returncode} {done.stderr}")


def selections(document):
    """By kind, of the series of the run's record."""
    record = json.loads((store / "records" / f"{document['run']}.json").read_text())
    return {series["kind"]: (series["certificate"], series) for series in record["series"].values()}


plain = h.document(spec("epochs = 2"), store)
h.check("selection" not in json.dumps(selections(plain)["weak_to_strong"][0]), "who chooses nothing says nothing of it")
stopped = h.document(spec('epochs = 2\nstop = "weak-validation"\nvalidation = 0.2'), store)
h.check(stopped["ledger"]["computed"] == 2, f"a student and a ceiling are new: {stopped['ledger']}")
student, series = selections(stopped)["weak_to_strong"]
ceiling, _ = selections(stopped)["strong_ceiling"]
chosen = student["selection"]["tried"][0]
h.check(student["selection"]["labels"] == "weak" and student["ground_truth"] == [], f"by weak labels alone: {student}")
uses = {use["purpose"]: use["rows"] for use in ceiling["ground_truth"]}
half, held = sum(uses.values()), uses["ceiling validation"]
h.check(set(uses) == {"ceiling", "ceiling validation"} and held == -(-half // 5), f"a fifth of the half: {uses}")
h.check(ceiling["selection"]["labels"] == "ground truth" and ceiling["selection"]["rows"] == held, f"the ceiling by its own: {ceiling}")
rows = student["selection"]["rows"]
h.check(0 < rows <= held, f"of the same rows those with a weak label: {student}")
h.check(len(chosen["losses"]) == 2 and chosen["losses"][chosen["epoch"] - 1] == min(chosen["losses"]), f"the least loss: {chosen}")
h.check("truth" not in student["inputs"], f"no truth among the student's inputs: {student['inputs']}")
h.check(any(f"{rows} weak label" in note and "held out of training" in note and f"{held} true labels" in note for note in stopped["cells"][0]["notes"]),
        f"the report says what was chosen: {stopped['cells'][0]['notes']}")

listed = 'epochs = 2\nstop = "weak-validation"\nvalidation = 0.2\nlr = {}'
two = h.document(spec(listed.format("[3e-4, 3e-3]")), store)
h.check(two["ledger"]["computed"] == 4, f"the fits of 3e-4 are there; two fits and two choices are new: {two['ledger']}")
three = h.document(spec(listed.format("[3e-4, 3e-3, 1e-2]")), store)
h.check(three["ledger"]["computed"] == 4, f"one more value, two fits and two choices: {three['ledger']}")
student, _ = selections(three)["weak_to_strong"]
tried = student["selection"]["tried"]
h.check([one["settings"] for one in tried] == [{"lr": 3e-4}, {"lr": 3e-3}, {"lr": 1e-2}], f"every candidate stands there: {tried}")
losses = [one["losses"][one["epoch"] - 1] for one in tried]
h.check(student["selection"]["chosen"] == losses.index(min(losses)), f"the least loss of all: {student['selection']}")
h.check(h.document(spec(listed.format("[3e-4, 3e-3, 1e-2]")), store)["ledger"]["computed"] == 0, "again computes nothing")

chosen = spec(listed.format("[3e-4, 3e-3, 1e-2]"))
done = subprocess.run([str(h.QINGLAN), "export", str(chosen), "--store", str(store), "--out", str(folder / "out")], capture_output=True, text=True)
h.check(done.returncode == 0 and list((folder / "out").iterdir()), f"the chosen student is exported: {done.stderr}")

refuse(["nothing is chosen", "stop"], "validation = 0.2")
refuse(["weak-validation", "best"], 'stop = "best"')
refuse(["out of range", "validation"], 'stop = "weak-validation"\nvalidation = 0.9')
refuse(["twice"], "lr = [1e-4, 1e-4]")
refuse(["a number or a list of numbers"], 'lr = "fast"')
h.clean(folder)
print("1 passed, 0 failed")
