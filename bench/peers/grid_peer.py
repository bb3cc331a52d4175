"""Hugging Face's side of bench/grid_bench.cc: whole weak-to-strong cells, supervisor, ceiling and student.

Usage: grid_peer.py MINILM_FOLDER STUDENT.gguf
The same work: 2 epochs of batches of 32, AdamW, linear decay with 10% warm-up, the top quarter of the blocks trained (or
adapted, r = 8 on q, k, v, o), the test rows answered after every epoch and the transfer rows at the end. bf16 where the
processor has units for it, batches sorted by length for answers, fused AdamW; frozen blocks run without gradients. Models
are loaded once, before anything is timed.
"""
import copy
import math
import random
import sys
import time

import torch
from peer import load, padded, serve, tune_allocator
from peft import LoraConfig, get_peft_model

MINILM, STUDENT = sys.argv[1:3]
BATCH, EPOCHS = 32, 2
ATTENTION = "eager"  # step_peer.py's trials find sdpa's backward pass slower on short texts


class Classifier(torch.nn.Module):
    def __init__(self, path, lora):
        super().__init__()
        loaded, self.tokenizer = load(path, ATTENTION)
        body = copy.deepcopy(loaded).requires_grad_(False)
        self.decoder = path.endswith(".gguf")
        blocks = body.layers if self.decoder else body.encoder.layer
        top = range(len(blocks) - math.ceil(len(blocks) / 4), len(blocks))
        if lora:
            # By their whole names: PEFT finds the number of a block only behind another module's name.
            stem, names = (("layers", ["self_attn." + name for name in ("q_proj", "k_proj", "v_proj", "o_proj")]) if self.decoder else
                           ("encoder.layer", ["attention." + name for name in ("self.query", "self.key", "self.value", "output.dense")]))
            targets = [f"{stem}.{number}.{name}" for number in top for name in names]
            body = get_peft_model(body, LoraConfig(r=8, lora_alpha=16, target_modules=targets))
        else:
            for number in top:
                blocks[number].requires_grad_(True)
        self.body = body
        self.head = torch.nn.Linear(body.config.hidden_size, 2)
        torch.nn.init.zeros_(self.head.weight)
        torch.nn.init.zeros_(self.head.bias)

    def encode(self, texts):
        return self.tokenizer(list(texts), truncation=True, max_length=512)["input_ids"]

    def forward(self, rows):
        ids, mask = padded(rows)
        hidden = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.decoder:
            pooled = hidden[torch.arange(len(rows)), mask.sum(1) - 1]
        else:
            pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return self.head(pooled.float())

    @torch.inference_mode()
    def answers(self, rows):
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        logits = torch.empty(len(rows), 2)
        for first in range(0, len(rows), BATCH):
            part = order[first : first + BATCH]
            logits[part] = self([rows[i] for i in part])
        return torch.softmax(logits, 1)


def targets_of(method, weak, logits, progress):
    if method == "hard":
        return torch.nn.functional.one_hot(weak.argmax(1), 2).float()
    if method != "logconf":
        return weak
    weight = 0.5 * min(1.0, progress / 0.2)
    score = torch.softmax(logits.detach(), 1)[:, 1]
    hard = (score > score.quantile(float(1 - weak[:, 1].mean()))).long()
    return (1 - weight) * weak + weight * torch.nn.functional.one_hot(hard, 2)


def fit(path, lora, texts, weak, asked, test, method, seed):
    """Trains, answers the test texts after each epoch, then the texts asked. -> their p."""
    torch.manual_seed(seed)
    model = Classifier(path, lora)
    rows, asked, test = model.encode(texts), model.encode(asked), model.encode(test)
    body = [p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("head.")]
    groups = [{"params": body, "lr": 3e-4 if lora else 3e-5}, {"params": model.head.parameters(), "lr": 1e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0, fused=True)
    steps = EPOCHS * math.ceil(len(rows) / BATCH)
    warm = max(1, round(0.1 * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / max(1, steps - warm))))
    step, order = 0, random.Random(seed)
    for _ in range(EPOCHS):
        shuffled = order.sample(range(len(rows)), len(rows))
        for first in range(0, len(rows), BATCH):
            part = shuffled[first : first + BATCH]
            logits = model([rows[i] for i in part])
            targets = targets_of(method, weak[part], logits, step / steps)
            loss = -(targets * torch.log_softmax(logits, 1)).sum(1).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 1.0)
            optimizer.step()
            schedule.step()
            step += 1
        model.answers(test)
    return model.answers(asked)


data = {}


def rows(train, labels, test):
    for path in (MINILM, STUDENT):
        load(path, ATTENTION)
    data.update(train=train, labels=torch.nn.functional.one_hot(torch.tensor(labels), 2).float(), test=test)


def cell(method, supervisor, seed):
    train, gold, test = data["train"], data["labels"], data["test"]
    half = len(train) // 2
    begin = time.perf_counter()
    weak = fit(MINILM, supervisor == "lora", train[:half], gold[:half], train[half:], test, "naive", seed)
    taught = time.perf_counter()
    fit(STUDENT, True, train[half:], gold[half:], train[half:], test, "naive", seed)
    ceiling = time.perf_counter()
    fit(STUDENT, True, train[half:], weak, train[half:], test, method, seed)
    return {"supervisor": taught - begin, "ceiling": ceiling - taught, "student": time.perf_counter() - ceiling}


tune_allocator()
serve({"rows": rows, "cell": cell})
