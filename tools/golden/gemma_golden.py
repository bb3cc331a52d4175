"""Reference numbers of Hugging Face transformers on Gemma 3 270M (GGUF, Q4_K_M) for src/model/gemma_parity_test.cc.

Usage: gemma_golden.py GEMMA_GGUF MOVIE_GROUND_TRUTH OUT_FILE
For 16 texts as ids (15 sentences, and one of 600 tokens: longer than the window): last-token logits and last hidden states in
fp64, and the errors of Hugging Face's own fp32 and bf16 on the same values.
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from architectures_golden import Exact
from model_golden import summary

TEXTS, LONG, LOGITS, HIDDEN = 15, 600, 24, 16


@torch.no_grad()
def run(model, rows):
    """Last logits and the last position's final hidden state of each row."""
    out = [model(torch.tensor([row]), output_hidden_states=True, logits_to_keep=1) for row in rows]
    return [(o.logits[0, -1], o.hidden_states[-1][0, -1]) for o in out]


def load(path, dtype):
    return AutoModelForCausalLM.from_pretrained(str(path.parent), gguf_file=path.name, dtype=dtype, attn_implementation="eager").eval()


def main(gguf_path, movie_file, out):
    torch.manual_seed(3)
    path = Path(gguf_path)
    movies = [line.split("\t", 2)[2].rstrip("\r") for line in Path(movie_file).read_bytes().decode("latin-1").split("\n") if line]
    tokenizer = AutoTokenizer.from_pretrained(str(path.parent), gguf_file=path.name)
    rows = [tokenizer(movies[(i * 701 + 11) % len(movies)]).input_ids for i in range(TEXTS)]
    rows.append(tokenizer(" ".join(movies[2000:2060])).input_ids[:LONG])
    answers = {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        model = load(path, dtype)
        print(model.config, flush=True)
        answers[name] = run(model, rows)
        del model
    torch.set_default_dtype(torch.float64)
    with Exact():
        model = load(path, torch.float32).double()
        exact = run(model, rows)
    texts = []
    for i, row in enumerate(rows):
        logits, hidden = exact[i]
        best = logits.topk(2)
        parts = {"logits": torch.randperm(logits.numel())[: LOGITS - 2].tolist() + best.indices.tolist(),
                 "hidden": torch.randperm(hidden.numel())[:HIDDEN].tolist()}
        text = {"ids": row, "top": int(best.indices[0]), "margin": float(best.values[0] - best.values[1])}
        for place, (part, chosen) in enumerate(parts.items()):
            text[part] = {"chosen": chosen}
            for name in answers:
                text[part][name] = summary(exact[i][place], answers[name][i][place], chosen)
        texts.append(text)
        print(i, len(row), text["top"], [text["logits"][n]["max_error_of_all"] for n in answers], flush=True)
    versions = {m.__name__: m.__version__ for m in (torch, transformers)}
    Path(out).write_text(json.dumps({"versions": versions, "texts": texts}, separators=(",", ":")).replace('{"ids"', '\n{"ids"') + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
