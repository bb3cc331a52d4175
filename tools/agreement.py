#!/usr/bin/env python3
"""Trains the students of examples/agreement.toml a second time, by Hugging Face transformers and PEFT, on the very weak labels and rows that
the engine used, and writes docs/agreement.md: does the gain agree within the interval of the difference?

usage: .deps/dev-venv/bin/python3 tools/agreement.py --store DIR [--json] [DATASET...]     (after ./dev build and ./dev setup --dev)

What the other side answered is kept in DIR/agreement, so that a second call trains nothing anew. --json prints an array and writes no page.
"""
import argparse
import base64
import json
import math
import pathlib

import numpy as np
import peft
import torch
import transformers
from safetensors.numpy import load_file

from phenomena import DATA
from results import ROOT, ask, machine, percent, run, version

SPEC = "examples/agreement.toml"
DATASETS = ("sst2", "anthropic_persona", "ethics_justice", "sciq")
BATCH, EPOCHS, LR, WARMUP, CLIP, RANK, ALPHA, MAX_TOKENS = 32, 3, 1e-3, 0.1, 1.0, 8, 16, 128
HEAD = """# Agreement with Hugging Face and PEFT

Made by `.deps/dev-venv/bin/python3 tools/agreement.py --store DIR{datasets}` from [`{spec}`](../{spec}): bags of n-grams supervise MiniLM (LoRA of rank {rank}, {epochs} epochs, fp32,
AdamW at {lr}, linear schedule with 10% warm-up, clipped at 1), 5 seeds. The other side is a plain training loop over `transformers` {transformers} and `peft` {peft}: the same
rows, the same weak labels, the same recipe; the order of the batches and the adapters' random start are its own. Both are judged by the same floor and the same test rows, so the
difference of their gains is that of their students' scores; its 95% interval is over seeds x test rows, paired by both (`qinglan compare`). They agree
where it holds 0. Machine: {machine}. Engine {version}.

| data | metric | gain, engine | gain, Hugging Face + PEFT | difference, points | agrees | answers alike |
|---|---|---|---|---|---|---|
"""


def object_of(store, key):
    return pathlib.Path(store) / "objects" / key[:2] / key / "result"


def rows_of(store, key):
    """{id: columns} of a dataset node."""
    with open(object_of(store, key) / "inputs.jsonl", encoding="utf-8") as lines:
        return {one["id"]: one["fields"] for one in map(json.loads, lines)}


def labels_of(store, key):
    tensors = load_file(object_of(store, key) / "labels.safetensors")
    return bytes(tensors["ids"]).decode().split("\n"), tensors["p"]


class Student(torch.nn.Module):
    """MiniLM with PEFT's LoRA, mean pooling and a head that starts from zero."""

    def __init__(self, path, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(path)
        base = transformers.AutoModel.from_pretrained(path, dtype=torch.float32, attn_implementation="eager")
        targets = r".*attention\.(self\.(query|key|value)|output\.dense)"
        self.model = peft.get_peft_model(base, peft.LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=targets))
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.head = torch.nn.Linear(base.config.hidden_size, 2)
        torch.nn.init.zeros_(self.head.weight)
        torch.nn.init.zeros_(self.head.bias)

    def forward(self, texts):
        batch = self.tokenizer(texts, truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
        hidden = self.model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        return self.head((hidden * mask).sum(1) / mask.sum(1))

    def fit(self, texts, p, seed):
        adapters = [w for w in self.model.parameters() if w.requires_grad]
        optimizer = torch.optim.AdamW([{"params": adapters}, {"params": self.head.parameters()}], lr=LR, weight_decay=0.0)
        steps = EPOCHS * math.ceil(len(texts) / BATCH)
        schedule = transformers.get_linear_schedule_with_warmup(optimizer, round(WARMUP * steps), steps)
        draw = np.random.default_rng(seed)
        for _ in range(EPOCHS):
            order = draw.permutation(len(texts))
            for begin in range(0, len(texts), BATCH):
                chosen = order[begin:begin + BATCH]
                losses = torch.nn.functional.cross_entropy(self([texts[i] for i in chosen]), torch.tensor(p[chosen]))
                optimizer.zero_grad()
                losses.backward()
                torch.nn.utils.clip_grad_norm_([*adapters, *self.head.parameters()], CLIP)
                optimizer.step()
                schedule.step()

    @torch.no_grad()
    def answers(self, texts):
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        logits = np.zeros((len(texts), 2), "<f4")
        for begin in range(0, len(texts), 64):
            chosen = by_length[begin:begin + 64]
            logits[chosen] = self([texts[i] for i in chosen]).numpy()
        return logits


def other_side(store, record, name):
    """A copy of the record whose students are the other side's."""
    template = record["spec"]["data"]["text"]
    template = template if "{" in template else "{" + template + "}"  # a column's name alone
    kept = pathlib.Path(store) / "agreement"
    kept.mkdir(exist_ok=True)
    theirs = json.loads(json.dumps(record))
    alike = []
    for seed in record["cells"][0]["seeds"]:
        series = record["series"][seed["weak_to_strong"]]
        inputs = series["certificate"]["inputs"]
        answers = kept / f"{name}-{inputs['labels']}.npy"
        if not answers.exists():
            fields = rows_of(store, inputs["dataset"])
            text = {key: template.format(**row) for key, row in fields.items()}
            ids, p = labels_of(store, inputs["labels"])
            student = Student(ask("models", "show", "minilm-l6")["path"], seed["seed"])
            student.fit([text[i] for i in ids], p.astype("f4"), seed["seed"])
            np.save(answers, student.answers([text[i] for i in record["items"]]))
        logits = np.load(answers)
        ours = np.frombuffer(base64.b64decode(series["logits"]), "<f4").reshape(logits.shape)
        alike.append((ours.argmax(1) == logits.argmax(1)).mean())
        theirs["series"][seed["weak_to_strong"]]["logits"] = base64.b64encode(logits.astype("<f4").tobytes()).decode()
    path = kept / f"{name}.json"
    path.write_text(json.dumps(theirs))
    return path, float(np.mean(alike))


def compared(store, name):
    document = run(SPEC, store, DATA[name])
    ours = pathlib.Path(store) / "records" / f"{document['run']}.json"
    theirs, alike = other_side(store, json.loads(ours.read_text()), name)
    return {"name": name, "ours": document["cells"][0], "theirs": ask("report", theirs)["cells"][0],
            "difference": ask("compare", ours, theirs)["pairs"][0]["difference"], "alike": alike}


def line(one):
    difference = one["difference"]
    agrees = difference["low"] <= 0 <= difference["high"]
    return (f"| {one['name']} | {one['ours']['metric'].replace('_', ' ')} | {percent(one['ours']['gain'], True)} | {percent(one['theirs']['gain'], True)} | "
            f"{percent(difference, True)} | {'yes' if agrees else '**no**'} | {100 * one['alike']:.1f}% |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("datasets", nargs="*", default=DATASETS)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    compared_all = [compared(arguments.store, name) for name in arguments.datasets]
    if arguments.json:
        print(json.dumps(compared_all))
        return
    lines = list(map(line, compared_all))
    asked = "" if tuple(arguments.datasets) == DATASETS else "".join(f" {name}" for name in arguments.datasets)
    page = HEAD.format(spec=SPEC, datasets=asked, rank=RANK, epochs=EPOCHS, lr=LR, transformers=transformers.__version__, peft=peft.__version__, machine=machine(), version=version())
    page += "\n".join(lines) + f"\n\n```toml\n{(ROOT / SPEC).read_text().strip()}\n```\n"
    (ROOT / "docs/agreement.md").write_text(page)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
