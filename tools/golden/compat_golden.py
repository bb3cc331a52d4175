"""Writes tests/golden/compat/trajectories.json: twenty steps of fine-tuning as two public code bases publish it, stated anew in
PyTorch from their description (docs/compat.md), in fp64 on the tiny random GPT-2 of tests/golden/architectures/gpt2.

Usage: compat_golden.py
openai: one order for all epochs, Adam, cosine without warm-up, no clipping, a zero head; logconf by the batch's quantile, with the
jump of its weight. eleuther: a new order every epoch, batches that run over its end, AdamW that spares vectors, warm-up from zero, a
small head, clipping at 1; logconf by a buffer of the last 32 rows, one row at a time. Order: the engine's documented streams.
"""
import hashlib
import json
import math
import pathlib

import safetensors.torch
import torch
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "golden" / "architectures" / "gpt2"
OUT = ROOT / "tests" / "golden" / "compat"
ROWS, TESTS, BATCH, EPOCHS, STEPS, SEED, RATE = 328, 16, 32, 2, 20, 4, 2e-3
MASK = (1 << 64) - 1


class Stream:
    """xoshiro256++ seeded through splitmix64 by the first 8 bytes of a SHA-256 (src/base/random.h)."""

    def __init__(self, name, index):
        seed = int.from_bytes(hashlib.sha256(f"qinglan/{SEED}/{name}/{index}".encode()).digest()[:8], "little")
        self.s = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.s.append(z ^ (z >> 31))

    def next(self):
        rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
        a, b, c, d = self.s
        result = (rotate((a + d) & MASK, 23) + a) & MASK
        c ^= a
        d ^= b
        self.s = [a ^ d, b ^ c, c ^ ((b << 17) & MASK), rotate(d, 45)]
        return result

    def permutation(self, count):
        order = list(range(count))
        for size in range(count, 1, -1):
            least = (1 << 64) % size
            value = self.next()
            while value < least:
                value = self.next()
            other = value % size
            order[size - 1], order[other] = order[other], order[size - 1]
        return order


def tokens(row):
    length = 2 + (5 * row + row * row // 7) % 11
    mixed = [(row * 1103515245 + t * 12345 + row * t * 69069 + 12345) % (1 << 31) for t in range(length)]
    return [3 + (x >> 8) % 29 for x in mixed]


def label(row):
    """Of class 1, as the fp32 number that both sides read."""
    p = 1 / (1 + math.exp(-(1.5 * math.sin(0.7 * row + 0.3) + 0.2)))
    return torch.tensor(p, dtype=torch.float32).item()


def head_start(classes, width):
    """Of the size that a normal(0, 0.02) times 0.01 has; by a formula, so that both sides have it."""
    rows = [[2e-4 * math.sin(1.3 * (c * width + i) + 0.5) for i in range(width)] for c in range(classes)]
    return torch.tensor(rows, dtype=torch.float32).double()


class Student(torch.nn.Module):
    def __init__(self, head):
        super().__init__()
        config = transformers.GPT2Config.from_pretrained(FOLDER)
        self.body = transformers.GPT2Model(config).double()
        weights = safetensors.torch.load_file(FOLDER / "model.safetensors")
        weights = {k.removeprefix("transformer."): v.double() for k, v in weights.items() if "lm_head" not in k}
        missing, unexpected = self.body.load_state_dict(weights, strict=False)
        assert not unexpected and not [m for m in missing if not m.endswith(("attn.bias", "masked_bias"))], (missing, unexpected)
        self.score = torch.nn.Linear(config.n_embd, 2, bias=False).double()
        self.score.weight.data = head.clone()
        self.eval()  # neither trains with dropout here: this model has none

    def forward(self, rows):
        return torch.stack([self.score(self.body(torch.tensor([tokens(r)])).last_hidden_state[0, -1]) for r in rows])


def cross_entropy(logits, target):
    return -(target * torch.log_softmax(logits, -1)).sum(-1).mean()


def soft(rows):
    one = torch.tensor([label(r) for r in rows], dtype=torch.float64)
    return torch.stack([1 - one.float(), one.float()], 1).double()


def openai_loss(name, logits, y, done):
    if name == "xent":
        return cross_entropy(logits, y)
    weight = 0.5 * (1.0 if done > 0.1 else done)
    p = torch.softmax(logits, -1)[:, 0].detach()
    threshold = torch.quantile(p, y[:, 1].mean())
    margins.append((p - threshold).abs().min().item() if weight else 1.0)
    own = torch.stack([p >= threshold, p < threshold], 1).double()
    return cross_entropy(logits, (1 - weight) * y + weight * own)


def openai(name):
    student = Student(torch.zeros(2, 16, dtype=torch.float64))
    optimizer = torch.optim.Adam(student.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    seen = Stream("order", 0).permutation(ROWS) * EPOCHS
    assert len(seen) // BATCH == STEPS
    losses, against_labels = [], []
    for step in range(STEPS):
        rows = seen[step * BATCH:(step + 1) * BATCH]
        y, logits = soft(rows), student(rows)
        loss = openai_loss(name, logits, y, step / STEPS)
        against_labels.append(cross_entropy(logits, y).item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        losses.append(loss.item())
    return student, losses, against_labels


def eleuther_loss(name, logits, y, step, buffer, warmup):
    if name == "xent":
        return cross_entropy(logits, y)
    weight = 0.5 * min(1.0, step / warmup)
    p = torch.softmax(logits, -1)[:, 0].detach()
    buffer.extend(p.tolist())
    threshold = torch.quantile(torch.tensor(buffer[-32:], dtype=torch.float64), 0.5)
    if weight and len(buffer) > 1:
        gap = (p - threshold).abs().min().item()
        margins.append(gap if gap else 1.0)  # exactly a row's own value stays so in any precision
    own = torch.stack([p >= threshold, p < threshold], 1).double()
    return cross_entropy(logits, (1 - weight) * y + weight * own)


def eleuther(name, rate_steps, weight_steps):
    student = Student(head_start(2, 16))
    vectors = [p for n, p in student.named_parameters() if "bias" in n or "ln_" in n]
    matrices = [p for n, p in student.named_parameters() if not ("bias" in n or "ln_" in n)]
    assert all(p.dim() == 1 for p in vectors) and all(p.dim() == 2 for p in matrices)
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.95), eps=1e-8)

    def factor(step):
        if step < rate_steps:
            return step / rate_steps
        return 0.5 * (1 + math.cos(math.pi * (step - rate_steps) / (STEPS - rate_steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    seen = Stream("order", 0).permutation(ROWS) + Stream("order", 1).permutation(ROWS)
    assert ROWS // BATCH * EPOCHS == STEPS
    losses, against_labels, buffer = [], [], []
    for step in range(STEPS):
        rows = seen[step * BATCH:(step + 1) * BATCH]
        total = labels_too = 0
        for row in rows:  # micro-batches of one row
            y, logits = soft([row]), student([row])
            loss = eleuther_loss(name, logits, y, step, buffer, weight_steps) / BATCH
            loss.backward()
            total += loss.item()
            labels_too += cross_entropy(logits, y).item() / BATCH
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        losses.append(total)
        against_labels.append(labels_too)
    return student, losses, against_labels


def case(profile, name, run, settings=None):
    margins.clear()
    before = Student(torch.zeros(2, 16, dtype=torch.float64))
    student, losses, against_labels = run()
    with torch.no_grad():
        logits = student(range(ROWS, ROWS + TESTS))
        moved = max((a - b).abs().max().item() for a, b in zip(student.body.parameters(), before.body.parameters()))
    nearest = min(margins, default=1.0)
    print(profile, name, settings or "", f"logits to {logits.abs().max():.3f}, weights moved by {moved:.4f}, nearest threshold {nearest:.1e}")
    assert nearest > 2e-7, "a decision that rounding may turn: choose other rows"
    return {"compat": profile, "loss": name, "settings": settings or {}, "losses": losses, "label_losses": against_labels,
            "logits": logits.tolist()}


margins = []


def main():
    torch.set_num_threads(1)
    warm = {"warmup_steps": 5, "logconf_warmup_steps": 5}
    cases = [case("openai-6b450f2", "xent", lambda: openai("xent")), case("openai-6b450f2", "logconf", lambda: openai("logconf")),
             case("eleuther-a929af0", "xent", lambda: eleuther("xent", 40, 100)),
             case("eleuther-a929af0", "logconf", lambda: eleuther("logconf", 40, 100)),
             case("eleuther-a929af0", "logconf", lambda: eleuther("logconf", 5, 5), warm)]
    OUT.mkdir(parents=True, exist_ok=True)
    versions = {m.__name__: m.__version__.split("+")[0] for m in (torch, transformers)}
    content = {"versions": versions, "rows": ROWS, "tests": TESTS, "batch": BATCH, "epochs": EPOCHS, "steps": STEPS, "seed": SEED,
               "rate": RATE, "cases": cases}
    (OUT / "trajectories.json").write_text(json.dumps(content, separators=(",", ":")).replace('{"compat"', '\n{"compat"') + "\n")


if __name__ == "__main__":
    main()
