#!/usr/bin/env python3
"""Rewrites requirements/*.lock from requirements/*.in: the same pins with the hashes the package index gives.

Run it by hand after changing a pin, with the python that the dev venv is to have (its oracles are locked for
the running interpreter alone); it needs pip >= 23 and the network, and downloads metadata only.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "requirements"
X86 = [f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1)] + ["manylinux2014_x86_64"]
ARM = [name.replace("x86_64", "aarch64") for name in X86]


def resolve(lines, options):
    """Returns {name==version: sha256} for the pins in `lines`, as pip would choose with `options`."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed",
                   "--target", folder, "--report", str(report), *options, *lines]  # fmt: skip
        subprocess.run(command, check=True)
        installs = json.loads(report.read_text())["install"]
    return {
        f"{item['metadata']['name']}=={item['metadata']['version']}": item["download_info"]["archive_info"]["hashes"]["sha256"]
        for item in installs
    }


def lock(name):
    source = FOLDER / f"{name}.in"
    lines = [line for line in source.read_text().splitlines() if line and not line.startswith("#")]
    choices = [[]]
    if name in ("runtime", "gpu"):
        choices = [
            ["--only-binary", ":all:", "--python-version", python] + [f"--platform={platform}" for platform in platforms]
            for python in ("3.11", "3.12", "3.13", "3.14")
            for platforms in (X86, ARM)
        ]
    elif name == "data":
        choices = [[f"--no-binary={line.split('==')[0]}" for line in lines]]
    hashes = {}
    for options in choices:
        for pin, digest in resolve(lines, options).items():
            hashes.setdefault(pin, set()).add(digest)
    parts = [f"# Made by tools/lock.py from {source.name}; do not edit."]
    for pin in sorted(hashes, key=str.lower):
        parts.append(pin + "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(hashes[pin])))
    (FOLDER / f"{name}.lock").write_text("\n".join(parts) + "\n")


def main():
    for name in sys.argv[1:] or ["runtime", "gpu", "models", "data", "dev"]:
        lock(name)
        print(f"requirements/{name}.lock")


if __name__ == "__main__":
    main()
