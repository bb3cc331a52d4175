"""`device = "cuda"` on a machine without one: a clear line, then the CPU's own results under the CPU's own keys. A device that vanishes
between plan and computation fails what needs it, and nothing else."""

import os
import shutil
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=120, test=60)
spec = folder / "spec.toml"
plain = (f'seeds = 1\n[data]\npath = "{data}"\n[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ndepth = 1\n'
         '[controls]\nrandom_init = false\nweak_twice = false\nshuffled = false\n')
store = folder / "store"
hidden = os.environ | {"CUDA_VISIBLE_DEVICES": "-1"}  # a machine that has one is asked as if it had none


def run(text, program=h.QINGLAN):
    spec.write_text(text)
    return subprocess.run([str(program), "run", str(spec), "--store", str(store), "--json"], capture_output=True, text=True, env=hidden)


on_cpu = run(plain)
h.check(on_cpu.returncode in (0, 3), on_cpu.stderr)
fallen_back = run(plain + '[compute]\ndevice = "cuda"\n')
h.check(fallen_back.returncode == on_cpu.returncode, fallen_back.stderr)
h.check("computing on the CPU: " in fallen_back.stderr, f"it says why: {fallen_back.stderr}")
h.check("computed 0 nodes" in fallen_back.stderr, f"keys are the CPU's: {fallen_back.stderr}")
h.check("computing on the CPU" not in on_cpu.stderr, "nobody who did not ask is told")

# A worker that promises a device when it is asked, and has none when it computes.
shutil.copy2(h.QINGLAN, folder / "qinglan")
shim = folder / "qinglan-worker"
shim.write_text(f"""#!/bin/sh
[ "$1" = device ] && {{ echo '{{"kind": "cuda sm_90", "detail": "a device"}}'; exit; }}
exec "{h.BIN}/qinglan-worker" "$@"
""")
shim.chmod(0o755)
hidden["QINGLAN_DEPS"] = str(h.SOURCE / ".deps")
vanished = run(plain + '[compute]\ndevice = "cuda"\n', folder / "qinglan")
h.check(vanished.returncode == 1, f"a run without its device fails: {vanished.returncode}")
for words in ("expected cuda sm_90", "run again"):
    h.check(words in " ".join(vanished.stdout.split()), f"it says {words!r}: {vanished.stdout}")
again = run(plain + '[compute]\ndevice = "cuda"\n')
h.check("computed 0 nodes" in again.stderr, f"nothing is lost by it: {again.stderr}")

unknown = run(plain + '[compute]\ndevice = "tpu"\n')
h.check(unknown.returncode == 2 and "cuda" in unknown.stderr, f"an unknown device is refused: {unknown.stderr}")
h.clean(folder)
print("1 passed, 0 failed")
