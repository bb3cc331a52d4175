"""The control plane starts in milliseconds because it carries neither LibTorch nor a tokenizer."""

import subprocess

import harness as h

libraries = subprocess.run(["ldd", str(h.QINGLAN)], capture_output=True, text=True, check=True).stdout
h.check("torch" not in libraries, "qinglan is linked with LibTorch")
version = subprocess.run([str(h.QINGLAN), "--version"], capture_output=True, text=True, check=True).stdout
h.check(version.strip() != "", "a version")
for verb in ("run", "plan", "report", "doctor", "models", "data", "methods", "spec"):
    text = subprocess.run([str(h.QINGLAN), verb, "--help"], capture_output=True, text=True, check=True).stdout
    h.check("Usage" in text, f"{verb} --help")
print("1 passed, 0 failed")
