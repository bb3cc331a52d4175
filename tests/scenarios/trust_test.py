"""Every audit of a real run stands in its JSON with a number or a reason: calibration, selective use, slices by a declared column and
by length, tests, a forecast that was sealed before scoring, a claim that names its primary cell. Another claim computes nothing anew,
a record stripped of all this is still judged alike, and what a claim cannot mean is refused."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=300, test=240)
for split in ("train", "test"):
    rows = [json.loads(line) for line in open(data / f"{split}.jsonl")]
    (data / f"{split}.jsonl").write_text("".join(json.dumps(r | {"genre": ["drama", "war", "rare"][2 if i < 5 else i % 2]}) + "\n"
                                                 for i, r in enumerate(rows)))
spec = h.write_spec(folder, data, seeds=3, methods=("naive", "logconf"),
                    extra='[controls]\nrandom_init = false\nngram = false\nlength = false\nweak_twice = false\n')
spec.write_text(spec.read_text().replace('text = "{text}"\n', 'text = "{text}"\nslices = ["genre"]\n') +
                '[claim]\nprimary = "logconf"\ngold = 80\nrisk = 0.3\n')
store = folder / "store"
document = h.document(spec, store)


def estimates(value, path=""):
    """Every estimate below a JSON value, by where it stands."""
    if isinstance(value, dict):
        if "value" in value and "low" in value or "undefined" in value:
            yield path, value
        for key, inner in value.items():
            yield from estimates(inner, f"{path}.{key}")
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from estimates(inner, f"{path}[{i}]")


for cell in document["cells"]:
    for name in ("calibration", "selective", "slices", "gain_tests", "curve", "forecast", "items", "seed_noise", "detectable_gain"):
        found = list(estimates(cell[name], name))
        h.check(found, f"{name} holds estimates")
        for path, one in found:
            h.check(one.get("undefined") or one["low"] <= one["value"] + 1e-9 and one["value"] <= one["high"] + 1e-9 and one["seeds"] > 0
                    and one["items"] > 0, f"{path}: a number with its interval and n, or why there is none: {one}")
    h.check({"value", "low", "high"} <= set(cell["calibration"]["scaled"]["nll"]), "a temperature was fitted")
    h.check(cell["selective"]["gold"] == 80 and cell["selective"]["risk"] == 0.3, "gold rows as claimed")
    by = {(one["by"], one["value"]): one["items"] for one in cell["slices"]}
    h.check(("genre", "war") in by and ("genre", "rare") not in by, f"slices of a declared column, of 20 rows and more: {by}")
    h.check(sum(items for (name, _), items in by.items() if name == "words in the text") == 240, f"quarters by length: {by}")
    h.check(cell["forecast"]["sealed"], f"sealed before scoring: {cell['forecast'].get('unsealed')}")
    h.check(len(cell["gain_tests"]["mcnemar"]) == 3, "one McNemar test a seed")
against = [cell["against_naive"] for cell in document["cells"] if cell["method"] == "logconf"][0]
h.check(against["primary"] and against["p_holm"] == against["p"] and against["family"] == 1, "the primary cell stands by itself")

claims = list((store / "claims").glob("*/*.json"))
forecasts = list((store / "forecasts").glob("*/*.json"))
h.check(len(claims) == 1 and json.loads(claims[0].read_text())["digest"] == document["claim"]["digest"], "the claim is kept")
h.check(len(forecasts) == 1, "the forecast is kept")
path = next((store / "records").glob("*.json"))
record = json.loads(path.read_text())
h.check(json.loads(forecasts[0].read_text())["digest"] == record["forecast"]["digest"], "the record holds the sealed one")


def report(record, name):
    (folder / name).write_text(json.dumps(record))
    done = subprocess.run([str(h.QINGLAN), "report", str(folder / name), "--json"], capture_output=True, text=True)
    h.check(done.returncode in (0, 3), f"{name} is judged: {done.stderr}")
    return json.loads(done.stdout)


older = json.loads(path.read_text())
for key in ("slices", "forecast"):
    del older[key]
for key in ("gold", "risk", "primary"):
    del older["claim"][key]
again = report(older, "older.json")
for cell, new in zip(again["cells"], document["cells"]):
    h.check((cell["verdict"], cell["reason"], cell["pgr"]) == (new["verdict"], new["reason"], new["pgr"]), "an older record is judged alike")
    h.check("not sealed" in cell["forecast"]["unsealed"] and len(cell["slices"]) == 2, "and says what it does not hold")
record["forecast"]["cells"][document["cells"][0]["id"]][0]["squared"] += 0.01
changed = report(record, "changed.json")
h.check(not changed["cells"][0]["forecast"]["sealed"], "a forecast changed afterwards is found out")

text = subprocess.run([str(h.QINGLAN), "report", str(path)], capture_output=True, text=True).stdout
for words in ("Noise and tests", "What was learned", "How sure it is", "Where it may answer", "Foretold without labels", "primary, judged by itself"):
    h.check(words in text, f"people are told: {words}")
other = h.document(spec, store, "--set", "claim.risk=0.2")
h.check(other["ledger"]["computed"] == 0 and other["ledger"]["claims"] == 2, f"another claim is counted, nothing is trained: {other['ledger']}")
for name, word in (("claim.primary=no such cell", "logconf"), ("claim.risk=2.0", "claim.risk"), ("data.slices=absent", "absent")):
    done = h.run(spec, store, "--set", name, ok=None)
    h.check(done.returncode in (1, 2) and word in done.stderr, f"{name} is refused: {done.returncode} {done.stderr}")
plan = subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store)], capture_output=True, text=True).stdout
h.check("would be found in 4 of 5 such runs" in plan, f"plan says what could be found: {plan}")
h.clean(folder)
print("1 passed, 0 failed")
