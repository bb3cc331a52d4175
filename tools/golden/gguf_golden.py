"""Writes tests/golden/gguf: a small GGUF file with every tensor type that the engine reads and every kind of metadata,
what the `gguf` package dequantizes it to (types.safetensors, fp32), and SHA-256 digests of some tensors of the real
files SmolLM2-135M Q4_1 and Gemma 3 270M Q4_K_M.

    python tools/golden/gguf_golden.py path/to/SmolLM2-135M-Instruct.Q4_1.gguf path/to/gemma-3-270m-q4_k_m.gguf

Needs gguf, numpy and safetensors. Scales of blocks are finite: how a NaN's payload travels depends on the processor.
"""

import hashlib
import json
import pathlib
import platform
import sys

import gguf
import numpy as np
import safetensors
import safetensors.numpy
from gguf import GGMLQuantizationType as Type

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "gguf"
SHAPE = (3, 4, 64)
K_SHAPE = (2, 3, 512)
# Where a block's halves lie.
HALVES = {
    Type.Q8_0: [0],
    Type.Q4_0: [0],
    Type.Q4_1: [0, 2],
    Type.Q5_0: [0],
    Type.Q5_1: [0, 2],
    Type.IQ4_NL: [0],
    Type.Q2_K: [80, 82],
    Type.Q3_K: [108],
    Type.Q4_K: [0, 2],
    Type.Q5_K: [0, 2],
    Type.Q6_K: [208],
}
SMOLLM2_TENSORS = [
    "token_embd.weight",
    "blk.0.attn_q.weight",
    "blk.13.ffn_down.weight",
    "blk.29.attn_k.weight",
    "output_norm.weight",
]
GEMMA3_TENSORS = [
    "output_norm.weight",
    "blk.0.attn_v.weight",
    "blk.0.attn_q.weight",
    "blk.11.ffn_gate.weight",
    "blk.0.attn_output.weight",
    "blk.2.ffn_down.weight",
    "blk.0.ffn_down.weight",
    "blk.7.ffn_down.weight",
]


def finite_halves(rng, count):
    """Random bit patterns of finite halves: subnormals, zeros of both signs and large ones among them."""
    bits = rng.integers(0, 1 << 16, size=count, dtype=np.uint16)
    infinite = (bits & 0x7C00) == 0x7C00
    bits[infinite] &= 0xBFFF
    bits[:4] = [0x0000, 0x8000, 0x0001, 0x83FF][: min(4, count)]
    return bits


def random_blocks(rng, kind):
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    shape = K_SHAPE if elements == 256 else SHAPE
    count = int(np.prod(shape)) // elements
    blocks = rng.integers(0, 256, size=(count, size), dtype=np.uint8)
    for at in HALVES[kind]:
        scale = finite_halves(rng, count)
        rng.shuffle(scale)
        blocks[:, at : at + 2] = scale.view(np.uint8).reshape(count, 2)
    return blocks.reshape(*shape[:-1], shape[-1] // elements * size)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def write_types(rng):
    writer = gguf.GGUFWriter(OUT / "types.gguf", "golden")
    writer.add_uint8("a.u8", 200)
    writer.add_int8("a.i8", -100)
    writer.add_uint16("a.u16", 60000)
    writer.add_int16("a.i16", -30000)
    writer.add_uint32("a.u32", 4000000000)
    writer.add_int32("a.i32", -2000000000)
    writer.add_uint64("a.u64", (1 << 63) - 1)
    writer.add_int64("a.i64", -(1 << 63))
    writer.add_float32("a.f32", 0.1)
    writer.add_float64("a.f64", 0.1)
    writer.add_bool("a.yes", True)
    writer.add_bool("a.no", False)
    writer.add_string("a.text", "qīng lán 青蓝")
    writer.add_array("a.integers", [3, -1, 2])
    writer.add_array("a.reals", [0.5, -0.25])
    writer.add_array("a.booleans", [True, False, True])
    writer.add_array("a.texts", ["", "a", "Ġthe"])
    expected = {}
    f32 = rng.standard_normal(SHAPE, dtype=np.float32)
    f32.reshape(-1)[:4] = [np.inf, -np.inf, -0.0, 1e-45]
    writer.add_tensor("f32", f32)
    expected["f32"] = f32
    f16 = finite_halves(rng, int(np.prod(SHAPE)))
    f16[4:6] = [0x7C00, 0xFC00]
    f16 = f16.reshape(SHAPE)
    writer.add_tensor("f16", f16.view(np.float16))
    expected["f16"] = f16.view(np.float16).astype(np.float32)
    bf16 = rng.integers(0, 1 << 16, size=SHAPE, dtype=np.uint16)
    for kind, data in [(Type.BF16, bf16.view(np.uint8))] + [(k, random_blocks(rng, k)) for k in HALVES]:
        name = kind.name.lower()
        writer.add_tensor(name, data, raw_dtype=kind)
        expected[name] = gguf.quants.dequantize(data, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    safetensors.numpy.save_file(expected, OUT / "types.safetensors")


def describe_real(path, architecture, names):
    reader = gguf.GGUFReader(path)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = reader.fields.get("tokenizer.ggml.merges")
    tensors = {t.name: t for t in reader.tensors}
    return {
        "file": pathlib.Path(path).name,
        "bytes": pathlib.Path(path).stat().st_size,
        "tensor_count": len(tensors),
        "tokens": len(tokens),
        "tokens_sha256": sha256("\n".join(tokens).encode()),
        "merges": len(merges.contents()) if merges else 0,
        "block_count": int(reader.fields[architecture + ".block_count"].contents()),
        "rope_freq_base": float(reader.fields[architecture + ".rope.freq_base"].contents()),
        "tensors": {name: describe_tensor(tensors[name]) for name in names},
    }


def describe_tensor(tensor):
    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    return {
        "type": tensor.tensor_type.name,
        "shape": [int(n) for n in reversed(tensor.shape)],
        "fp32_sha256": sha256(np.ascontiguousarray(values, dtype=np.float32).tobytes()),
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write_types(np.random.default_rng(1))
    golden = {
        "generator": "tools/golden/gguf_golden.py",
        "versions": {
            "python": platform.python_version(),
            "gguf": __import__("importlib.metadata").metadata.version("gguf"),
            "numpy": np.__version__,
            "safetensors": safetensors.__version__,
        },
        "smollm2": describe_real(sys.argv[1], "llama", SMOLLM2_TENSORS),
        "gemma3": describe_real(sys.argv[2], "gemma3", GEMMA3_TENSORS),
    }
    (OUT / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
