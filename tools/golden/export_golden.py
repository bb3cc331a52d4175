"""What Hugging Face makes of a LoRA student of every tiny model in tests/golden/architectures, for src/export/export_test.cc.

Usage: export_golden.py [NAME...]
The student is made of formulas (below), folded into Hugging Face's own modules by this script. Each
tests/golden/export/NAME.json has "hf": names and shapes of the file that a ...ForSequenceClassification saves (of a base
model where the head stays apart), "peft": those of adapter_model.safetensors, and "logits" of the rows, in fp32.
encode.json has values and the bytes that the `gguf` package stores them as.
"""
import json
import math
import pathlib
import sys
import tempfile

import gguf
import numpy as np
import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS, OUT = ROOT / "tests/golden/architectures", ROOT / "tests/golden/export"
VERSIONS = {m.__name__: m.__version__ for m in (torch, transformers, peft)}
ROWS = [[5, 9, 12], [3], [7, 8, 9, 10, 11, 12, 13], [30, 31, 4]]
CLASSES, RANK, ALPHA = 3, 2, 4.0
MODULES = {  # q, k, v, o below a layer; one name for the first three where they are one module
    "gpt2": ["attn.c_attn", "attn.c_proj"],
    "gpt_neox": ["attention.query_key_value", "attention.dense"],
    "phi3": ["self_attn.qkv_proj", "self_attn.o_proj"],
    "modernbert": ["attn.Wqkv", "attn.Wo"],
    "opt": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"],
    "bert": ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"],
}
MODULES["roberta"] = MODULES["bert"]
LLAMA = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"]


def filled(rows, columns, f, start):
    return torch.tensor([[f(start + i * columns + j) for j in range(columns)] for i in range(rows)], dtype=torch.float64)


def pair(layer, target, out, into):
    a = 0.1 * filled(RANK, into, math.sin, 1 + 7 * target + 13 * layer)
    b = 0.1 * filled(out, RANK, math.cos, 2 + 5 * target + 11 * layer)
    return a, b


def delta(layer, target, out, into):
    a, b = pair(layer, target, out, into)
    return ALPHA / RANK * b @ a


def change(module, layer, names, index, config):
    """The change of one module's weight, in that module's own layout."""
    weight = module.weight
    conv = type(module).__name__ == "Conv1D"
    into, out = (weight.shape if conv else reversed(weight.shape))
    if len(names) == 4 or index == len(names) - 1:
        total = delta(layer, 3 if index == len(names) - 1 else index, out, into)
    else:
        heads = config.num_attention_heads
        keys = getattr(config, "num_key_value_heads", None) or heads
        width = out // (heads + 2 * keys)
        parts = [delta(layer, t, n * width, into) for t, n in enumerate((heads, keys, keys))]
        if config.model_type == "gpt_neox":  # q, k and v of head 0, then of head 1...
            total = torch.cat([p[h * width : (h + 1) * width] for h in range(heads) for p in parts])
        else:
            total = torch.cat(parts)
    return total.t() if conv else total


def shapes(path):
    with safe_open(path, "pt") as file:
        return {name: list(file.get_slice(name).get_shape()) for name in sorted(file.keys())}


def saved_shapes(model, name):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return shapes(f"{folder}/{name}")


def layer_modules(model, names):
    found = {}
    for path, module in model.named_modules():
        for index, name in enumerate(names):
            if path.endswith("." + name):
                layer = int(path[: -len(name) - 1].rsplit(".", 1)[-1])
                found[layer, index] = module
    return found


def make(name):
    config = AutoConfig.from_pretrained(MODELS / name)
    kind = config.model_type
    names = MODULES.get(kind, LLAMA)
    decoder = kind not in ("bert", "roberta", "modernbert")
    pooling = "last" if decoder else "mean" if kind == "modernbert" else "cls"
    fused = len(names) == 2
    options = dict(num_labels=CLASSES, pad_token_id=0) if decoder else {}
    loader = AutoModelForSequenceClassification if decoder else AutoModel
    model = loader.from_pretrained(MODELS / name, dtype=torch.float32, **options).eval()
    rank = {names[0]: 3 * RANK} if fused else {}
    alpha = {names[0]: 3 * ALPHA} if fused else {}
    lora = LoraConfig(task_type="SEQ_CLS" if decoder else "FEATURE_EXTRACTION", r=RANK, lora_alpha=ALPHA, target_modules=names,
                      rank_pattern=rank, alpha_pattern=alpha, fan_in_fan_out=kind == "gpt2", modules_to_save=["score"] if decoder else None)
    adapter = saved_shapes(get_peft_model(loader.from_pretrained(MODELS / name, dtype=torch.float32, **options), lora), "adapter_model.safetensors")
    for (layer, index), module in layer_modules(model, names).items():
        module.weight.data = (module.weight.double() + change(module, layer, names, index, config)).float()
    hidden = config.hidden_size
    weight = 0.3 * filled(CLASSES, hidden, math.sin, 3)
    bias = torch.tensor([0.1, -0.2, 0.3], dtype=torch.float64)
    logits = []
    with torch.no_grad():
        for row in ROWS:
            ids = torch.tensor([row])
            if decoder:
                model.score.weight.data = weight.float()
                logits.append(model(ids).logits[0].double())
            else:
                states = model(ids).last_hidden_state[0].double()
                logits.append(weight @ (states[0] if pooling == "cls" else states.mean(0)) + bias)
    if pooling == "cls":
        model = AutoModelForSequenceClassification.from_config(AutoConfig.from_pretrained(MODELS / name, num_labels=CLASSES))
    result = {"generator": "tools/golden/export_golden.py", "versions": VERSIONS, "pooling": pooling, "rows": ROWS,
              "hf": saved_shapes(model.float(), "model.safetensors"), "peft": adapter, "logits": torch.stack(logits).tolist()}
    (OUT / f"{name}.json").write_text(json.dumps(result) + "\n")
    print(name, pooling, len(result["hf"]), len(adapter), result["logits"][0], flush=True)


def encodings():
    rng = np.random.default_rng(5)
    values = (rng.standard_normal(256) * 10.0 ** rng.integers(-9, 5, 256)).astype(np.float32)
    values[:8] = [0.0, -0.0, 65504.0, 6.1e-5, 5.9e-8, 2.9e-8, 1.0009765625, 1.00146484375]
    values[64:96] = 0
    types = {"F32": gguf.GGMLQuantizationType.F32, "F16": gguf.GGMLQuantizationType.F16, "BF16": gguf.GGMLQuantizationType.BF16,
             "Q8_0": gguf.GGMLQuantizationType.Q8_0}
    result = {"values": values.tobytes().hex(), **{n: gguf.quants.quantize(values, t).tobytes().hex() for n, t in types.items()}}
    (OUT / "encode.json").write_text(json.dumps({"generator": "tools/golden/export_golden.py", **result}) + "\n")


def main(*names):
    encodings()
    for name in names or sorted(p.name for p in MODELS.iterdir()):
        make(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
