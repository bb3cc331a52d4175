"""Trains tiny students, exports them in every format, and lets transformers, PEFT and gguf answer as the run recorded."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import harness as h

h.need_worker()
h.need_model()
PYTHON = h.SOURCE / ".deps/dev-venv/bin/python3"  # only developers have it: transformers, peft, gguf
folder = h.workspace()
store = folder / "store"
rows = {"train": 40, "test": 40}
rng = random.Random(0)
(folder / "data").mkdir()
for split, count in rows.items():
    with open(folder / "data" / f"{split}.jsonl", "w") as out:
        for i in range(count):
            words = [rng.choice(h.GOOD if i % 2 else h.BAD) for _ in range(3)] + rng.choices(h.FILLER, k=rng.randint(2, 20))
            rng.shuffle(words)
            out.write(json.dumps({"key": f"{split}{i}", "text": " ".join(words) + f" {split} {i}.", "label": "yes" if i % 2 else "no"}) + "\n")

CONTROLS = "".join(f"{name} = false\n" for name in "shuffled ngram length zero_shot weak_twice random_init".split())


def spec(name, model, tune, more="", grid="", tokens=16):
    fine = "" if tune == "probe" else "epochs = 1\nbatch = 8\nlr = 1e-3\nhead_lr = 1e-2\n"
    path = folder / f"{name}.toml"
    path.write_text(
        f'name = "{name}"\nseeds = 1\n[data]\npath = "{folder}/data"\nid = "key"\ntext = "{{text}}"\n[supervisor]\nkind = "ngrams"\n'
        f'[student]\nmodel = "{model}"\ntune = "{tune}"\ndtype = "float32"\nmax_tokens = {tokens}\n{fine}{more}'
        f"[controls]\n{CONTROLS}[claim]\nceiling = {'true' if grid else 'false'}\n{grid}"
    )
    return path


def export(path, out, *arguments):
    return subprocess.run([str(h.QINGLAN), "export", str(path), "--store", str(store), "--out", str(out), *arguments],
                          capture_output=True, text=True)


def exported(path, out, *arguments):
    done = export(path, out, *arguments)
    h.check(done.returncode == 0 and not done.stdout, f"export {out}: {done.returncode} {done.stdout} {done.stderr}")
    return str(out), done.stderr


decoder = spec("decoder", "smollm2-135m", "lora")
probe = spec("probe", "minilm-l6", "probe", 'depth = 3\npooling = ["mean", "cls"]\n')
full = spec("full", "minilm-l6", "full")
top = spec("top", "smollm2-135m", "top-2")
top_adapter = spec("top-adapter", "smollm2-135m", "lora-top-2")
first_token = spec("first-token", "minilm-l6", "lora", 'pooling = "cls"\n', grid='[grid]\n"method.name" = ["naive", "logconf"]\n')
left = spec("left", "minilm-l6", "lora", 'truncate = "left"\n', tokens=8)
chat = spec("chat", "smollm2-135m", "lora", 'chat = true\nsystem = "Is it good?"\n', tokens=32)
chat_left = spec("chat-left", "smollm2-135m", "lora-top-2", 'chat = true\ntruncate = "left"\n', tokens=42)
for path in (decoder, probe, full, top, top_adapter, first_token, left, chat, chat_left):
    h.run(path, store)

cell = ("--cell", "ngrams > minilm-l6 (lora) : logconf")
made = [
    exported(decoder, folder / "out/decoder"),
    exported(decoder, folder / "out/adapter", "--format", "peft", "--base"),
    exported(decoder, folder / "out/gguf", "--format", "gguf"),
    exported(probe, folder / "out/probe"),
    exported(full, folder / "out/full"),
    exported(top, folder / "out/top"),
    exported(top_adapter, folder / "out/top-adapter"),
    exported(top_adapter, folder / "out/top-peft", "--format", "peft", "--base"),
    exported(first_token, folder / "out/pooler", "--cell", "logconf"),
    exported(left, folder / "out/left"),
    exported(chat, folder / "out/chat"),
    exported(chat, folder / "out/chat-gguf", "--format", "gguf"),
    exported(chat_left, folder / "out/chat-left"),
    exported(first_token, folder / "out/encoder-adapter", *cell, "--format", "peft", "--role", "ceiling"),
]
h.check("trained again" in made[4][1], "a fully tuned model is trained again, and it is said")
h.check("trained again" not in made[0][1], "an adapter is kept")
h.check("verdict" in (folder / "out/pooler/README.md").read_text(), "a cell named in part brings its verdict")
for out, _ in made:
    files = {p.name for p in (folder / out).iterdir()}
    h.check({"README.md", "qinglan.json"} <= files, f"{out}: {files}")
    h.check(not list((folder / "out").glob(".*")), "litter beside the exports")
for out, words in (("decoder", "tokens on the right"), ("left", "tokens on the left"), ("chat", "a user's message")):
    h.check(words in (folder / "out" / out / "README.md").read_text(), f"{out}: the card lacks {words}")
card = (folder / "out/decoder/README.md").read_text()
for words in ("decoder", "ngrams", "Apache-2.0", "{text}", "no, yes"):
    h.check(words in card, f"the card lacks {words}")
config = json.loads((folder / "out/decoder/config.json").read_text())
h.check(config["architectures"] == ["LlamaForSequenceClassification"] and config["id2label"] == {"0": "no", "1": "yes"}, "config.json")

# Equal again, and smaller types.
again, _ = exported(decoder, folder / "out/again")
h.check(all((folder / "out/again" / p.name).read_bytes() == p.read_bytes() for p in (folder / "out/decoder").iterdir()), "exports differ")
half, _ = exported(probe, folder / "out/half", "--dtype", "bfloat16")
sizes = [os.path.getsize(folder / f"out/{name}/model.safetensors") for name in ("half", "probe")]
h.check(sizes[0] < 0.6 * sizes[1], f"bfloat16 is half the size: {sizes}")

# The exported folder is a model for the next run, and the GGUF file too.
for name, model in (("folder-again", folder / "out/decoder"), ("file-again", folder / "out/gguf/model.gguf")):
    h.run(spec(name, model, "probe", "depth = 2\nl2 = [1.0]\n"), store)

bad = []


def refuse(name, code, words, path, out, *arguments):
    done = export(path, out, *arguments)
    missing = [w for w in words if w not in done.stderr]
    if done.returncode != code or missing or done.stdout:
        bad.append(f"{name}: exit {done.returncode} (not {code}), lacks {missing}\n  {done.stderr.strip()}")


new = folder / "out/new"
refuse("not empty", 2, ["not empty", "probe"], probe, folder / "out/probe")
refuse("no --out", 2, ["--out"], probe, "")
refuse("a file in the way", 1, ["cannot be written"], probe, folder / "probe.toml/below")
refuse("unknown format", 2, ["hf, peft or gguf", "onnx"], probe, new, "--format", "onnx")
refuse("unknown role", 2, ["supervisor", "teacher"], probe, new, "--role", "teacher")
refuse("unknown type", 2, ["float32", "int3"], probe, new, "--dtype", "int3")
refuse("several cells", 2, ["--cell", "naive", "logconf"], first_token, new)
refuse("a part of several cells", 2, ["several", "naive", "logconf"], first_token, new, "--cell", "minilm")
refuse("unknown cell", 2, ["did you mean", "logconf"], first_token, new, "--cell", "ngrams > minilm-l6 (lora) : logcomf")
refuse("seed out of range", 2, ["--seed", "0..0", "7"], probe, new, "--seed", "7")
refuse("no ceiling", 2, ["ceiling"], probe, new, "--role", "ceiling")
refuse("a rule as a model", 1, ["ngrams"], probe, new, "--role", "supervisor")
refuse("no adapter", 2, ["lora", "probe"], probe, new, "--format", "peft")
refuse("adapter on GGUF", 2, ["--base", "GGUF"], decoder, new, "--format", "peft")
refuse("no GGUF of this source", 1, ["GGUF", "bert"], probe, new, "--format", "gguf")
refuse("not run", 1, ["qinglan run"], spec("not-run", "minilm-l6", "probe", "depth = 1\n"), new)
h.check(not new.exists() and not list((folder / "out").glob(".*")), "a refused export left something")
for line in bad:
    print("FAILED:", line)
h.check(not bad, f"{len(bad)} cases of bad input")

# Killed anywhere: the folder is there whole or not at all, and the next export works.
whole = 0
for attempt in range(8):
    target = folder / "out/killed"
    process = subprocess.Popen([str(h.QINGLAN), "export", str(decoder), "--store", str(store), "--out", str(target)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.uniform(0.05, 3))
    process.send_signal(signal.SIGKILL)
    process.wait()
    if target.exists():
        h.check({p.name for p in target.iterdir()} == {p.name for p in (folder / "out/decoder").iterdir()}, "half a folder")
        whole += 1
        h.clean(target)
exported(decoder, folder / "out/killed")
h.check(not list((folder / "out").glob(".*")), "litter of killed exports")
print(f"8 kills, {whole} of them too late: no half folder")

if not PYTHON.exists():
    h.clean(folder)
    print("skipped: the developers' Python (.deps/dev-venv) is not there, so nothing was compared with Hugging Face")
    sys.exit(h.SKIPPED)
checked = subprocess.run([str(PYTHON), str(h.SOURCE / "tests/scenarios/export_check.py"), str(store), str(folder / "data/test.jsonl"),
                          *(out for out, _ in made)], capture_output=True, text=True,
                         env={**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"})
print(checked.stdout)
h.check(checked.returncode == 0, f"Hugging Face answers otherwise\n{checked.stderr[-3000:]}")
h.clean(folder)
print("1 passed, 0 failed")
