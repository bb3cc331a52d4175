"""What the other sides share: answers to bench/support.h's Peer, JSON lines both ways; how models are loaded and rows padded."""
import ctypes
import functools
import json
import os
import sys
import traceback

os.environ["TQDM_DISABLE"] = "1"  # read when what draws bars is imported

import torch
from transformers import AutoModel, AutoTokenizer, GgufConfig, logging

BF16 = any(flag in open("/proc/cpuinfo").read() for flag in ("amx_bf16", "avx512_bf16"))
DTYPE = torch.bfloat16 if BF16 else torch.float32


def tune_allocator():
    """As the engine does, so that large tensors cost no page faults."""
    libc = ctypes.CDLL(None)
    for option, value in ((-4, 0), (-1, -1), (-2, 64 << 20)):  # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD
        libc.mallopt(option, value)


@functools.cache
def load(path, attention="sdpa"):
    """-> model, tokenizer. Not to be timed: it takes transformers 25 s to read a GGUF file of 135M weights."""
    if not path.endswith(".gguf"):
        return AutoModel.from_pretrained(path, dtype=DTYPE, attn_implementation=attention), AutoTokenizer.from_pretrained(path)
    folder, _, name = path.rpartition("/")
    model = AutoModel.from_pretrained(folder, gguf_file=name, quantization_config=GgufConfig(dequantize=True), dtype=DTYPE, attn_implementation=attention)
    return model, AutoTokenizer.from_pretrained(folder, gguf_file=name)


def padded(rows):
    """Token rows -> ids, mask [B, longest]; padding on the right."""
    ids, mask = (torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long) for _ in range(2))
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def serve(commands):
    """`commands` maps a name to a function that takes the line's other fields as keywords and returns a dict."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to standard error
    logging.disable_progress_bar()
    for line in sys.stdin:
        fields = json.loads(line)
        try:
            answer = commands[fields.pop("command")](**fields) or {}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
