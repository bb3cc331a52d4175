"""Runs the Python in the README of each exported folder and compares its logits with the answers in the store.

Usage: export_check.py STORE ROWS.jsonl FOLDER...      (Python of the developers' environment: transformers, peft, gguf)
"""

import json
import os
import pathlib
import re
import sys

import torch
from safetensors.torch import load_file

TOLERANCE = 1e-3


def recorded(store, fit):
    """Test ids and logits [n, K] as the run recorded them."""
    tensors = load_file(pathlib.Path(store) / "objects" / fit[:2] / fit / "result" / "predictions.safetensors")
    ids = bytes(tensors["test.ids"].tolist()).decode().split("\n")
    return [i for i in ids if i], tensors["test.logits"]


def loaded(folder):
    """What the README's Python defines."""
    os.chdir(folder)
    names = {}
    exec(re.search(r"```python\n(.*?)```", pathlib.Path("README.md").read_text(), re.S).group(1), names)
    return names


@torch.no_grad()
def from_recorded_features(store, fit, names, texts):
    """A probe's logits from the run's own features, which must be what the exported model computes, rounded to bf16. Pooled
    states so near to the middle of two bf16 numbers that fp32 cannot tell go to either, which moves logits by that much."""
    manifest = json.loads((pathlib.Path(store) / "objects" / fit[:2] / fit / "manifest.json").read_text())
    key = manifest["node"]["inputs"]["features"]
    stored = load_file(pathlib.Path(store) / "objects" / key[:2] / key / "result" / "features.safetensors")["features"]
    stored = stored[-len(texts) :].float()  # train rows, then test rows
    facts, head, batch = names["facts"], names["head"], names["encode"](texts)
    states = names["model"](**batch, output_hidden_states=True).hidden_states[facts["depth"]]
    pooled = torch.cat([names["pool"](states, batch["attention_mask"], how) for how in facts["pooling"]], 1)
    noise = 1e-5 * pooled.abs().amax(1, keepdim=True)
    assert bool(((pooled - stored).abs() <= stored.abs() / 256 + noise).all()), "other features"
    flipped = (pooled.bfloat16().float() != stored).float().mean().item()
    assert flipped < 0.01, f"{flipped:.1%} of the features are rounded otherwise"
    return torch.nn.functional.linear(stored.double(), head["weight"], head["bias"])


def main(store, rows, *folders):
    text_of = {row["key"]: row["text"] for row in map(json.loads, open(rows))}
    failed = 0
    for folder in folders:
        facts = json.loads((pathlib.Path(folder) / "qinglan.json").read_text())
        ids, ours = recorded(store, facts["fit"])
        names, texts = loaded(folder), [text_of[i] for i in ids]
        batches = [texts[i : i + 7] for i in range(0, len(texts), 7)]
        theirs = torch.cat([names["logits"](batch) for batch in batches]).double()
        difference = (theirs - ours).abs().max().item()
        spread = (ours[:, 0] - ours[:, 1]).std().item()
        good = difference <= (10 if facts["rounded"] or facts["trunk"] else 1) * TOLERANCE and spread > 0 and len(ids) == len(text_of)
        words = ""
        if facts["rounded"]:
            exact = (from_recorded_features(store, facts["fit"], names, texts) - ours).abs().max().item()
            good = good and exact <= TOLERANCE
            words = f", {exact:.2e} from the run's features"
        failed += not good
        print(f"{'ok' if good else 'FAILED'} {folder}: {len(ids)} rows, logits differ by at most {difference:.2e} (spread {spread:.2e}){words}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main(*sys.argv[1:])
