"""Writes tests/golden/gguf: a small GGUF file with every tensor type that the engine reads and every kind of metadata,
what the `gguf` package dequantizes it to (types.safetensors, fp32), and SHA-256 digests of some tensors of the real
SmolLM2-135M Q4_1 file.

    python tools/golden/gguf_golden.py path/to/SmolLM2-135M-Instruct.Q4_1.gguf

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
BLOCKS = {Type.Q8_0: (32, 34, 1), Type.Q4_0: (32, 18, 1), Type.Q4_1: (32, 20, 2)}
REAL_TENSORS = [
    "token_embd.weight",
    "blk.0.attn_q.weight",
    "blk.13.ffn_down.weight",
    "blk.29.attn_k.weight",
    "output_norm.weight",
]


def finite_halves(rng, count):
    """Random bit patterns of finite halves: subnormals, zeros of both signs and large ones among them."""
    bits = rng.integers(0, 1 << 16, size=count, dtype=np.uint16)
    infinite = (bits & 0x7C00) == 0x7C00
    bits[infinite] &= 0xBFFF
    bits[:4] = [0x0000, 0x8000, 0x0001, 0x83FF][: min(4, count)]
    return bits


def random_blocks(rng, kind):
    elements, size, halves = BLOCKS[kind]
    count = int(np.prod(SHAPE)) // elements
    blocks = rng.integers(0, 256, size=(count, size), dtype=np.uint8)
    for i in range(halves):
        scale = finite_halves(rng, count)
        rng.shuffle(scale)
        blocks[:, 2 * i : 2 * i + 2] = scale.view(np.uint8).reshape(count, 2)
    return blocks.reshape(*SHAPE[:-1], SHAPE[-1] // elements * size)


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
    for kind, data in [(Type.BF16, bf16.view(np.uint8))] + [(k, random_blocks(rng, k)) for k in BLOCKS]:
        name = kind.name.lower()
        writer.add_tensor(name, data, raw_dtype=kind)
        expected[name] = gguf.quants.dequantize(data, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    safetensors.numpy.save_file(expected, OUT / "types.safetensors")


def describe_real(path):
    reader = gguf.GGUFReader(path)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    tensors = {t.name: t for t in reader.tensors}
    return {
        "file": pathlib.Path(path).name,
        "bytes": pathlib.Path(path).stat().st_size,
        "tensor_count": len(tensors),
        "tokens": len(tokens),
        "tokens_sha256": sha256("\n".join(tokens).encode()),
        "merges": len(reader.fields["tokenizer.ggml.merges"].contents()),
        "block_count": int(reader.fields["llama.block_count"].contents()),
        "rope_freq_base": float(reader.fields["llama.rope.freq_base"].contents()),
        "tensors": {
            name: {
                "type": tensors[name].tensor_type.name,
                "shape": [int(n) for n in reversed(tensors[name].shape)],
                "fp32_sha256": sha256(
                    np.ascontiguousarray(
                        gguf.quants.dequantize(tensors[name].data, tensors[name].tensor_type), dtype=np.float32
                    ).tobytes()
                ),
            }
            for name in REAL_TENSORS
        },
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
        "smollm2": describe_real(sys.argv[1]),
    }
    (OUT / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
