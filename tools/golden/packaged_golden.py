"""Reference numbers of Hugging Face transformers on packaged models for src/model/packaged_parity_test.cc.

Usage: packaged_golden.py MODEL MOVIE_GROUND_TRUTH OUT_FILE      MODEL: a .gguf file (decoder) or a folder (encoder)
For 16 texts as ids (15 sentences, and one long text: of 600 tokens, longer than Gemma's window, where the model reads so many):
last-token logits (decoder) and last hidden states in fp64, and the errors of Hugging Face's own fp32 and bf16 on the same values.
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

from architectures_golden import Exact
from model_golden import summary

TEXTS, LONG, LOGITS, HIDDEN = 15, 600, 24, 16


@torch.no_grad()
def run(model, rows):
    """Last logits and the last position's final hidden state of each row."""
    out = [model(torch.tensor([row]), output_hidden_states=True) for row in rows]
    return [{"hidden": o.hidden_states[-1][0, -1], **({"logits": o.logits[0, -1]} if "logits" in o else {})} for o in out]


def source(path):
    return ((str(path.parent),), dict(gguf_file=path.name)) if path.suffix == ".gguf" else ((str(path),), {})


def load(path, dtype):
    place, options = source(path)
    kind = AutoModelForCausalLM if path.suffix == ".gguf" else AutoModel
    return kind.from_pretrained(*place, **options, dtype=dtype, attn_implementation="eager").eval()


def main(model_path, movie_file, out):
    torch.manual_seed(3)
    path = Path(model_path)
    movies = [line.split("\t", 2)[2].rstrip("\r") for line in Path(movie_file).read_bytes().decode("latin-1").split("\n") if line]
    place, options = source(path)
    tokenizer = AutoTokenizer.from_pretrained(*place, **options)
    rows = [tokenizer(movies[(i * 701 + 11) % len(movies)]).input_ids for i in range(TEXTS)]
    answers = {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        model = load(path, dtype)
        if len(rows) == TEXTS:
            rows.append(tokenizer(" ".join(movies[2000:2060])).input_ids[: min(LONG, model.config.max_position_embeddings)])
        answers[name] = run(model, rows)
        del model
    torch.set_default_dtype(torch.float64)
    with Exact():
        model = load(path, torch.float32).double()
        exact = run(model, rows)
    texts = []
    for i, row in enumerate(rows):
        text = {"ids": row}
        for part, values in sorted(exact[i].items()):
            chosen = torch.randperm(values.numel())[:HIDDEN].tolist()
            if part == "logits":
                best = values.topk(2)
                text.update(top=int(best.indices[0]), margin=float(best.values[0] - best.values[1]))
                chosen = torch.randperm(values.numel())[: LOGITS - 2].tolist() + best.indices.tolist()
            text[part] = {"chosen": chosen, **{name: summary(values, answers[name][i][part], chosen) for name in answers}}
        texts.append(text)
        print(i, len(row), [text["hidden"][n]["max_error_of_all"] for n in answers], flush=True)
    versions = {m.__name__: m.__version__ for m in (torch, transformers)}
    Path(out).write_text(json.dumps({"versions": versions, "texts": texts}, separators=(",", ":")).replace('{"ids"', '\n{"ids"') + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
