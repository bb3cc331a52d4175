"""The control plane starts in milliseconds because it carries neither LibTorch nor a tokenizer."""

import subprocess

import harness as h

libraries = subprocess.run(["ldd", str(h.QINGLAN)], capture_output=True, text=True, check=True).stdout
h.check("torch" not in libraries, "qinglan is linked with LibTorch")
worker = h.BIN / "qinglan-worker"
if worker.exists():
    libraries = subprocess.run(["ldd", str(worker)], capture_output=True, text=True, check=True).stdout
    h.check("curl" not in libraries, "the compute plane can download")
version = subprocess.run([str(h.QINGLAN), "--version"], capture_output=True, text=True, check=True).stdout
h.check(version.strip() != "", "a version")
for verb in ("run", "plan", "report", "doctor", "models", "data", "methods", "combiners", "spec"):
    text = subprocess.run([str(h.QINGLAN), verb, "--help"], capture_output=True, text=True, check=True).stdout
    h.check("Usage" in text, f"{verb} --help")
for verb in ("list", "show", "fetch", "logits"):
    text = subprocess.run([str(h.QINGLAN), "models", verb, "--help"], capture_output=True, text=True, check=True).stdout
    h.check("Usage" in text, f"models {verb} --help")
wrong = subprocess.run([str(h.QINGLAN), "modles", "list"], capture_output=True, text=True)
h.check(wrong.returncode == 2 and 'did you mean "models"?' in wrong.stderr, f"a mistyped verb: {wrong.stderr}")
keys = subprocess.run([str(h.QINGLAN), "spec"], capture_output=True, text=True, check=True).stdout
for line in ("[student]", "[grid]", "[method.<name>]", "epochs = 2 ", "lora_rank = 8 ", "folds = 5 "):
    h.check(line in keys, f"qinglan spec tells of {line}")
print("1 passed, 0 failed")
