"""20 kills of the real quick start, and 20 of a small LoRA spec.

QINGLAN_KILL_REFERENCE names a store where the quick start has run uninterrupted; without it, one is made."""

import os
import pathlib

import harness as h
import kills

h.need_worker()
h.need_model()
folder = h.workspace()
reference = os.environ.get("QINGLAN_KILL_REFERENCE")
kills.survive(h.SOURCE / "examples" / "quickstart.toml", folder / "quickstart", kills=20,
              reference=pathlib.Path(reference) if reference else None)
data = h.write_data(folder, train=240, test=200)
spec = h.write_spec(folder, data, tune="lora", seeds=2, extra="[controls]\nrandom_init = false\n")
kills.survive(spec, folder / "lora", kills=20)
h.clean(folder)
print("1 passed, 0 failed")
