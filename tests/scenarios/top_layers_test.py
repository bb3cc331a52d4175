"""Students of the top blocks: one pass over the frozen ones serves them all, a cohort's members have the bytes of their
solo runs, and a killed worker changes nothing."""

import json
import pathlib

import harness as h
import kills

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=120, test=200)
GRID = '"student.tune" = ["top-2", "lora-top-2"]\n'
QUIET = "[controls]\nrandom_init = false\nweak_twice = false\n"


def spec(tune, grid=""):
    path = h.write_spec(folder, data, tune=tune, seeds=1, extra=QUIET)
    path = path.rename(folder / f"{tune}{'-grid' if grid else ''}.toml")
    path.write_text(path.read_text() + grid)
    return path


def kinds(store):
    nodes = [json.loads(p.read_text())["node"] for p in pathlib.Path(store).glob("objects/*/*/manifest.json")]
    return [node["kind"] for node in nodes]


grid, together = spec("top-2", GRID), folder / "together"
document = h.document(grid, together)
h.check([c["id"].split("(")[1].split(")")[0] for c in document["cells"]] == ["top-2", "lora-top-2"], "two cells")
h.check(all(c["status"] == "done" for c in document["cells"]), "both cells are done")
h.check(kinds(together).count("trunk") == 1, "one pass over the frozen blocks serves both students")

all_results = h.results(together)
for tune in ("top-2", "lora-top-2"):
    alone = folder / tune
    h.document(spec(tune), alone)
    found = h.results(alone)
    h.check(any("part-" in name for name in found), "hidden states are kept")
    h.check(all(all_results.get(name) == digest for name, digest in found.items()), f"{tune}: solo and cohort differ")

share = h.document(grid, together, "--set", "student.tune=lora-top-quarter")
h.check(share["ledger"]["computed"] == 0, "a quarter of six blocks is two: the same work")
refused = h.run(grid, together, "--set", "student.tune=top-6", ok=None)
h.check(refused.returncode == 2 and "at most 5" in refused.stderr, f"all blocks at once: {refused.stderr}")

alone = folder / "top-2"
other = h.document(spec("top-2"), alone, "--set", "student.text=Review: {text}")
h.check(other["ledger"]["computed"] > 0 and kinds(alone).count("trunk") == 2, "another prompt is another pass below")
refused = h.run(spec("top-2"), alone, "--set", "student.head=words", "--set", 'student.label_words=[" bad", " good"]', ok=None)
h.check(refused.returncode == 2 and "top blocks" in refused.stderr, f"no LM head to start from: {refused.stderr}")

kills.survive(grid, folder, kills=3, reference=together)
h.clean(folder)
print("1 passed, 0 failed")
