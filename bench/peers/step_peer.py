"""Hugging Face's side of bench/step_bench.cc: a plain training step, PEFT step or forward pass of one model.

Usage: step_peer.py MODEL.gguf tuned|plain
`tuned` sets the allocator as the engine does, so that large tensors cost no page faults.
"""
import statistics
import sys
import time

import torch
import torch._dynamo
from peer import padded, serve, tune_allocator
from transformers import AutoModel, GgufConfig

MODEL, ALLOCATOR = sys.argv[1:3]
# As https://github.com/openai/weak-to-strong trains by default: fp32, one document at a time, plain Adam.
REFERENCE = {"dtype": "float32", "attention": "sdpa", "group": 1, "fused": False, "compile": False}
# What is tried one after the other, each kept where it is faster.
TRIALS = [{"attention": "sdpa"}, {"group": 16}, {"group": 8}, {"group": 4}, {"dtype": "float32"}, {"compile": True},
          {"compile": True, "group": 32}]
FINALISTS = 3
START = {"dtype": "bfloat16", "attention": "eager", "group": 32, "fused": True, "compile": False}


class Classifier(torch.nn.Module):
    """The model and a linear head on each document's last token; rows are padded on the right."""

    def __init__(self, setting, lora):
        super().__init__()
        path, _, name = MODEL.rpartition("/")
        body = AutoModel.from_pretrained(path, gguf_file=name, quantization_config=GgufConfig(dequantize=True),
                                         dtype=getattr(torch, setting["dtype"]), attn_implementation=setting["attention"])
        body.config.use_cache = False
        if lora:
            from peft import LoraConfig, get_peft_model

            body = get_peft_model(body, LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"]))
        self.body = torch.compile(body) if setting["compile"] else body
        self.head = torch.nn.Linear(body.config.hidden_size, 2)

    def features(self, ids, mask):
        hidden = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden[torch.arange(len(ids)), mask.sum(1) - 1]

    def forward(self, ids, mask):
        return self.head(self.features(ids, mask).float())


def groups_of(rows, size):
    """Rows sorted by length in groups, each padded to its longest: [(ids, mask)...]."""
    ordered = sorted(rows, key=len)
    return [padded(ordered[first : first + size]) for first in range(0, len(rows), size)]


class Work:
    """One setting, ready to run: task is "full", "lora" or "forward"."""

    def __init__(self, task, rows, setting):
        self.task, self.setting, self.rows = task, setting, len(rows)
        self.model = Classifier(setting, task == "lora")
        self.model.train(task != "forward")
        self.groups = groups_of(rows, setting["group"])
        trained = [p for p in self.model.parameters() if p.requires_grad]
        if task != "forward":
            self.optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0, fused=setting["fused"])
        self.trained = trained

    def run(self):
        if self.task == "forward":
            with torch.inference_mode():
                for ids, mask in self.groups:
                    self.model.features(ids, mask)
            return
        self.optimizer.zero_grad(set_to_none=True)
        for ids, mask in self.groups:
            targets = torch.full((len(ids), 2), 0.5)
            targets[::2] = torch.tensor([0.1, 0.9])
            loss = -(targets * torch.log_softmax(self.model(ids, mask), -1)).sum() / self.rows
            loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()

    def seconds(self):
        begin = time.perf_counter()
        self.run()
        return time.perf_counter() - begin


current = None


def prepare(task, rows, setting):
    global current
    current = None
    current = Work(task, rows, setting)
    current.run()  # first touches, and compilation where asked for


def reference(task, rows):
    prepare(task, rows, REFERENCE)
    return {"setting": REFERENCE}


def fp32_padded(task, rows):
    setting = dict(REFERENCE, group=len(rows), fused=True)
    prepare(task, rows, setting)
    return {"setting": setting}


def best(task, rows, most_padded=1 << 30):
    """Finds the fastest setting; groups of more than `most_padded` tokens are not tried (they would not fit). The fastest FINALISTS run again in
    turns, for a trial alone tells little on a noisy machine."""
    global current
    fits = lambda setting: max(ids.numel() for ids, _ in groups_of(rows, setting["group"])) <= most_padded
    tried, finalists = [], []
    for change in [{}] + TRIALS:
        setting = dict(finalists[0][1].setting if finalists else START, **change)
        if not fits(setting) and not finalists:
            setting["group"] = 4
        if not fits(setting) or setting in tried:
            continue
        try:
            prepare(task, rows, setting)
        except Exception as error:  # no compiler: that setting is not to be had
            print("not possible:", setting, type(error).__name__, error, file=sys.stderr)
            continue
        tried.append(setting)
        spent = current.seconds()
        for _ in range(2):
            if not finalists or spent < 1.5 * finalists[0][0]:
                spent = min(spent, current.seconds())
        print(f"{task} {spent:.2f} s {setting}", file=sys.stderr, flush=True)
        finalists = sorted([*finalists, (spent, current)], key=lambda one: one[0])[:FINALISTS]
    rounds = [[work.seconds() for _, work in finalists] for _ in range(5)]
    medians = [statistics.median(spent) for spent in zip(*rounds)]
    for (_, work), spent in zip(finalists, medians):
        print(f"{task} in turns {spent:.2f} s {work.setting}", file=sys.stderr, flush=True)
    current = finalists[medians.index(min(medians))][1]
    return {"setting": current.setting}


def run():
    return {"seconds": current.seconds()}


if ALLOCATOR == "tuned":
    tune_allocator()
torch.manual_seed(0)
torch._dynamo.config.cache_size_limit = 64  # several compiled models and many lengths: none falls back to eager
serve({"reference": reference, "fp32_padded": fp32_padded, "best": best, "run": run})
