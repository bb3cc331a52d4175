"""Two engines on one store, started at once: each node is computed once and both end with the same document."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
spec = h.write_spec(folder, h.write_data(folder))
store = folder / "store"
runs = [subprocess.Popen(h.command(spec, store, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)]
documents = []
for run in runs:
    out, err = run.communicate()
    h.check(run.returncode in (0, 3), f"exit {run.returncode}: {err}")
    documents.append(json.loads(out))
h.check(all(d["cells"] == documents[0]["cells"] for d in documents), "equal documents")
objects = len(list((store / "objects").glob("*/*")))
computed = sum(d["ledger"]["computed"] for d in documents)
# Two engines may both read the data set (two artifacts each) before either has published it.
h.check(objects <= computed <= objects + 4, f"{computed} computed for {objects} objects")
h.check(not list((store / "tmp").iterdir()), "no litter in tmp/")
h.clean(folder)
print("1 passed, 0 failed")
