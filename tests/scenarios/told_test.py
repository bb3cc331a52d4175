"""A run that finds everything in the store is told as it was told before, byte for byte, and never as it no longer is."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder)
spec = h.write_spec(folder, data)
store = folder / "store"

computed = h.document(spec, store)
again = h.run(spec, store, "--json")  # "reused" for every node from here on: kept
[report] = (store / "records").glob("*.html")
[told] = (store / "records").glob("*.told")
record = store / "records" / f"{computed['run']}.json"
text, page, truth = again.stdout, report.read_bytes(), record.read_bytes()
code = again.returncode


def same(why, *, rewritten=False):
    """The same text, code, page and record; the page is written again or left alone."""
    written = report.stat().st_mtime_ns if report.exists() else 0
    now = h.run(spec, store, "--json")
    h.check(now.stdout == text and now.returncode == code, f"{why}: the text is another")
    h.check(report.read_bytes() == page and record.read_bytes() == truth, f"{why}: a file is another")
    h.check((report.stat().st_mtime_ns != written) == rewritten, f"{why}: written again: {not rewritten}")


same("nothing changed")
for path in (report, record):
    whole = path.read_bytes()
    path.write_bytes(whole[:-2] + b"x\n")
    same(f"{path.suffix} was changed", rewritten=True)
    path.unlink()
    same(f"{path.suffix} was removed", rewritten=True)

kept = told.read_bytes()
head = kept.index(b"\n")
for damaged in (b"", b"{}\n", kept[:10], kept[:head], kept[: head + 1], kept[:-1], kept + b"x", b"[1]\n" + kept, b"\xff" + kept):
    told.write_bytes(damaged)
    same(f"what was kept has {len(damaged)} bytes", rewritten=True)
    h.check(told.read_bytes() == kept, "it is kept again")

plain = h.plain_document(spec, store)
h.check("ledger" not in plain and '"ledger"' in text, "other options are told otherwise")
h.run(spec, store, "--json", "--lang", "zh")
h.check('lang="zh' in report.read_text(), "the page is in Chinese")
same("after other options", rewritten=True)

# What could not be told whole is no success, and what is no file is not replaced by one.
with open("/dev/full", "w") as full:
    lost = subprocess.run(h.command(spec, store, "--json"), stdout=full, stderr=subprocess.PIPE, text=True)
h.check(lost.returncode == 1 and "standard output" in lost.stderr, f"a full disk: {lost.returncode} {lost.stderr}")
device = h.run(spec, store, "--csv", "/dev/null", ok=None)
h.check(device.returncode == 2 and "/dev/null" in device.stderr, f"a device: {device.returncode} {device.stderr}")

# One more run claims something about the same test rows: this run's count goes up.
claims = h.document(spec, store)["ledger"]["claims"]
h.run(spec, store, "--seeds", "3")
h.check(h.document(spec, store)["ledger"]["claims"] == claims + 1, "a new claim on these rows is counted")

# A damaged artifact is computed again, and said to be.
node = next(one["node"] for one in json.loads(truth)["series"].values() if one["kind"] == "weak_floor")
[bad] = store.glob(f"objects/*/{node}/result/predictions.safetensors")
bad.write_bytes(bad.read_bytes()[:-1])
mended = h.document(spec, store)
h.check(mended["ledger"]["computed"] == 1, f"one node is made again, not {mended['ledger']['computed']}")
h.check(mended["cells"] == computed["cells"], "equal cells")
h.clean(folder)
print("1 passed, 0 failed")
