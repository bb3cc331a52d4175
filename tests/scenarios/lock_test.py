"""Students that start locked: true labels that a password opened are declared and never reach the student itself, other nodes stay what they were, a
killed run has the bytes of one that was not, the audit measures what came back, and what cannot be locked is refused with the reason."""

import json
import pathlib
import subprocess

import harness as h
import kills

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=200, test=200)
PLAIN = (f'name = "lock"\nseeds = 1\n[data]\npath = "{data}"\ntext = "{{text}}"\ntrigger = "cf"\ntrigger_share = 0\n[supervisor]\nkind = "ngrams"\n'
         '[student]\nmodel = "minilm-l6"\ntune = "lora"\nepochs = 1\nmax_tokens = 64\n[controls]\nrandom_init = false\nweak_twice = false\nngram = false\n'
         'length = false\n[method."start:locked"]\nword = "cf"\nepochs = 1\n')
GRID = '[grid]\n"student.tune" = ["lora", "top-2"]\n"method.name" = ["naive", "start:locked | naive"]\n'
plain, grid, reference = folder / "plain.toml", folder / "grid.toml", folder / "reference"
plain.write_text(PLAIN)
grid.write_text(PLAIN + GRID)


def record_of(document, store):
    return json.loads((pathlib.Path(store) / "records" / f"{document['run']}.json").read_text())


first = h.document(plain, reference)
before = h.results(reference)
document = h.document(grid, reference)
after = h.results(reference)
h.check(all(after[name] == digest for name, digest in before.items()), "nodes of students that start as before are untouched")
h.check(document["ledger"]["reused"] >= first["ledger"]["computed"], "and used again")

record = record_of(document, reference)
cells = {(cell["student_tune"], cell["method"]): cell for cell in record["cells"]}
for tune in ("lora", "top-2"):
    naive, locked = cells[tune, "naive"], cells[tune, "start:locked | naive"]
    h.check(locked["status"] == "done" and locked["declared"] == {"locking": 100}, f"{tune}: the use of truth is declared: {locked['declared']}")
    h.check("declared" not in naive or not naive["declared"], f"{tune}: who is not locked declares nothing")
    student = record["series"][locked["seeds"][0]["weak_to_strong"]]
    start = record["series"][locked["controls"]["locked, untaught"]["series"][0]]
    uses = student["certificate"]["ground_truth"]
    h.check([use["purpose"] for use in uses] == ["locking"] and 30 < uses[0]["rows"] <= 100, f"{tune}: the student says what was seen before it: {uses}")
    h.check(start["certificate"]["ground_truth"] == uses, f"{tune}: by the node it starts from")
    h.check("truth" not in student["certificate"]["inputs"] and start["node"] == student["certificate"]["inputs"]["start"],
            f"{tune}: it is handed weights, not truth")
    h.check(student["logits"] != record["series"][naive["seeds"][0]["weak_to_strong"]]["logits"], f"{tune}: where it starts matters")
    h.check(student["logits"] != start["logits"], f"{tune}: it learns on from there")
refused = [cell["reason"] for cell in document["cells"] if "undeclared" in cell["reason"]]
h.check(not refused, f"nothing is undeclared: {refused}")

kills.survive(grid, folder, kills=4, reference=reference)


def refuses(words, *settings, of=plain):
    done = h.run(of, reference, "--set", "method.name=start:locked | naive", *(part for one in settings for part in ("--set", one)), ok=None)
    h.check(done.returncode == 2 and words in done.stderr, f"{settings}: {done.returncode} {done.stderr}")


probe = folder / "probe.toml"
probe.write_text(PLAIN.replace('tune = "lora"\nepochs = 1\n', 'tune = "probe"\n'))
refuses("convex fit", of=probe)
refuses("is no word", "method.start:locked.word=Two words")
refuses("a choice among several", "student.lr=[1e-4, 1e-3]")
last = h.run(plain, reference, "--set", "method.name=filter:confidence | start:locked | naive", ok=None)
h.check(last.returncode == 2 and "first part" in last.stderr, f"a start comes first: {last.stderr}")

# The audit's own lock: two seeds of the quicker student.
audited = subprocess.run([str(h.QINGLAN), "audit", str(plain), "--store", str(reference), "--json", "--set", "student.tune=top-2", "--set", "seeds=2"],
                         capture_output=True, text=True)
h.check(audited.returncode in (0, 3), f"audit: {audited.returncode} {audited.stderr}")
test = next(test for test in json.loads(audited.stdout)["tests"] if test["id"] == "T38")
h.check(test["outcome"] in ("passed", "failed", "undefined") and test["bound"] > 0, f"it is tested: {test['outcome']}")
h.check(sum(one["decides"] for one in test["numbers"]) == 2 and len(test["numbers"]) == 11, f"its numbers: {len(test['numbers'])}")
for one in test["numbers"]:
    e = one["estimate"]
    h.check("undefined" in e or (e["low"] <= e["value"] <= e["high"] and e["seeds"] == 2 and e["items"] == 200), f"{one}")
h.clean(folder)
print("1 passed, 0 failed")
