"""`qinglan models logits` gives what Hugging Face gives, and says what is wrong with tokens that no model reads."""

import array
import json
import math
import os
import pathlib
import struct
import subprocess
import sys

import harness as h

GOLDEN = h.SOURCE / "tests/golden/architectures"
DEV_PYTHON = h.SOURCE / ".deps/dev-venv/bin/python3"

h.need_worker()


def models(*arguments, code=0):
    run = subprocess.run([str(h.QINGLAN), "models", *map(str, arguments)], capture_output=True, text=True)
    h.check(run.returncode == code, f"{arguments}: exit {run.returncode}, not {code}\n{run.stdout}{run.stderr}")
    return run


def ask(model, tokens):
    out = models("logits", model, "--tokens", ",".join(map(str, tokens)), "--json").stdout
    h.check(out.count("\n") == 1, "one line")
    answer = json.loads(out)
    h.check(set(answer) == {"shape", "values"} and len(answer["values"]) == math.prod(answer["shape"]), "the document")
    return answer["shape"], answer["values"]


def golden(name):
    """(rows, {tensor: (shape, fp64 values)}) of an expected.safetensors."""
    data = (GOLDEN / name / "expected.safetensors").read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    rows = json.loads(header.pop("__metadata__")["rows"])
    tensors = {}
    for key, entry in header.items():
        if entry["dtype"] == "F64":
            begin, end = entry["data_offsets"]
            tensors[key] = (entry["shape"], array.array("d", data[8 + length + begin:8 + length + end]))
    return rows, tensors


def near(found, expected, rms, what):
    """Within four times Hugging Face's own rms error in fp32 (the fixture's), the largest within 16."""
    errors = [abs(a - b) for a, b in zip(found, expected, strict=True)]
    h.check(max(errors) <= 16 * rms and math.sqrt(sum(e * e for e in errors) / len(errors)) <= 4 * rms,
            f"{what}: {max(errors)} against {rms}")


# Every architecture's tiny model, one text of seven tokens.
asked = 0
for name in sorted(p.name for p in GOLDEN.iterdir()):
    rows, tensors = golden(name)
    depths, tokens, width = tensors["hidden"][0]
    begin = 0
    for i, row in enumerate(rows):
        if i == 2:
            shape, values = ask(GOLDEN / name, row)
            if "logits" in tensors:
                vocabulary = tensors["logits"][0][1]
                h.check(shape == [vocabulary], f"{name}: {shape}")
                near(values, tensors["logits"][1][i * vocabulary:(i + 1) * vocabulary], tensors["fp32.logits"][1][0], name)
            else:
                h.check(shape == [len(row), width], f"{name}: {shape}")
                first = ((depths - 1) * tokens + begin) * width
                near(values, tensors["hidden"][1][first:first + len(row) * width], tensors["fp32.hidden"][1][0], name)
            asked += 1
        begin += len(row)
print(f"{asked} texts of tiny models agree")

tiny = GOLDEN / "llama"
for tokens, words in [("", "no token id"), ("5,,9", "no token id"), ("5,x", '"x"'), ("1.5", "no token id"), ("5,9,", "no token id"),
                      ("99999999999", "no token id"), ("32", "0..31"), ("-1", "0..31"), (",".join("5" * 41), "at most 40")]:
    run = models("logits", tiny, f"--tokens={tokens}", "--json", code=2)
    h.check(words in run.stderr and not run.stdout, f"{tokens!r}: {run.stderr}")
h.check("no model" in models("logits", "smollm2-136m", "--tokens", "5", code=2).stderr, "unknown model")
models("logits", tiny, code=2)
text = models("logits", tiny, "--tokens", "5, 9,12").stdout
h.check("logits of the last position [32]" in text and len(text.splitlines()) == 11, text)
text = models("logits", GOLDEN / "bert", "--tokens", "5,9,12").stdout
h.check("[3, 16]" in text and len(text.splitlines()) == 4, text)
again = [models("logits", tiny, "--tokens", "5,9,12", "--json").stdout for _ in range(2)]
h.check(again[0] == again[1], "equal bytes from run to run")

REAL = """
import json, sys, torch
from transformers import AutoModel, AutoModelForCausalLM
kind, path, tokens = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
ids = torch.tensor([tokens])
with torch.no_grad():
    if kind == "decoder":
        folder, _, file = path.rpartition("/")
        values = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32)(ids).logits[0, -1]
    else:
        values = AutoModel.from_pretrained(path, dtype=torch.float32)(ids).last_hidden_state[0]
json.dump({"shape": list(values.shape), "values": values.flatten().tolist()}, sys.stdout)
"""
TOKENS = {"smollm2-135m": ("decoder", [504, 3575, 282, 4649, 314]), "minilm-l6": ("encoder", [101, 7592, 2088, 999, 102])}
if DEV_PYTHON.exists():
    h.need_model()
    for model, (kind, tokens) in TOKENS.items():
        path = json.loads(models("show", model, "--json").stdout)["path"]
        oracle = subprocess.run([str(DEV_PYTHON), "-c", REAL, kind, path, json.dumps(tokens)], capture_output=True, text=True,
                                env={**os.environ, "HF_HUB_OFFLINE": "1"})
        h.check(oracle.returncode == 0, oracle.stderr)
        expected = json.loads(oracle.stdout)
        shape, values = ask(model, tokens)
        worst = max(abs(a - b) for a, b in zip(values, expected["values"], strict=True))
        h.check(shape == expected["shape"] and worst <= 1e-3, f"{model}: {shape}, {worst}")
        print(f"{model}: shape {shape}, largest difference from Hugging Face {worst:.1e}")
else:
    print("not tried: real models against Hugging Face need ./dev setup --dev", file=sys.stderr)
print("1 passed, 0 failed")
