#!/usr/bin/env python3
"""Writes tests/golden/stages/judging.json: overlap, students' answers, trust functions and P(IK), by numpy; and loss and gradient of the
residual network of trust functions, by PyTorch in fp64.

Change points are sought by trying every breakpoint, linear scores by Newton's method with the exact Hessian. Rows stand in the order of
the hashes of their ids, as supervise/ has them.
Usage: judging_golden.py  (writes next to the tests; needs numpy and torch)
"""
import json
import math
import pathlib
import platform

import numpy
import torch

from stages_golden import hash_order, nearest, share_of

MARGIN = 1e-4  # of what decides, so that rounding cannot


def change_point(values):
    s = numpy.sort(values)
    cost = {b: ((s[:b] - s[:b].mean()) ** 2).sum() + ((s[b:] - s[b:].mean()) ** 2).sum() for b in range(1, len(s)) if s[b] != s[b - 1]}
    return s[min(cost, key=lambda b: (round(cost[b], 12), b))]  # the first value above


def answered(x, answers):
    z = (x - x.mean(axis=0)) / numpy.where(x.std(axis=0) > 1e-9, x.std(axis=0), numpy.inf) / math.sqrt(x.shape[1])
    return numpy.concatenate([answers, *(answers[:, [c]] * z for c in range(answers.shape[1]))], axis=1)


def linear(v, classes, right, shares, l2):
    """The weights that minimize sum shares BCE(v w, right) + l2 |w without the biases|^2."""
    w, penalty = numpy.zeros(v.shape[1]), numpy.full(v.shape[1], 2 * l2)
    penalty[:classes] = 0

    def loss(w):
        z = v @ w
        return (shares * (numpy.logaddexp(0, z) - right * z)).sum() + (penalty * w * w).sum() / 2

    for _ in range(200):
        p = 1 / (1 + numpy.exp(-(v @ w)))
        gradient = v.T @ (shares * (p - right)) + penalty * w
        hessian = (v * (shares * p * (1 - p))[:, None]).T @ v + numpy.diag(penalty)
        step = numpy.linalg.lstsq(hessian, gradient, rcond=1e-12)[0]
        size = 1.0
        while loss(w - size * step) > loss(w) and size > 1e-10:
            size /= 2
        w = w - size * step
        if numpy.abs(gradient).max() < 1e-12:
            break
    return w


def apart(values, threshold):
    assert numpy.abs(numpy.asarray(values) - threshold).min() > MARGIN


def top(rows, values, count):
    ranked = sorted(rows, key=lambda i: (-values[i], i))
    if count < len(ranked):
        assert values[ranked[count - 1]] - values[ranked[count]] > MARGIN
    return sorted(ranked[:count])


class Rows:
    def __init__(self, x, y, labelled, answers, truth):
        self.x, self.y, self.answers, self.truth = x, y, answers, truth  # truth: {row: class}
        self.n, self.classes = y.shape
        self.all, self.labelled = list(range(self.n)), [i for i in range(self.n) if labelled[i]]

    def overlap(self):
        confidence = (self.y.max(axis=1) - 1 / self.classes) / (1 - 1 / self.classes)
        cut = change_point(confidence[self.labelled])
        hard, rest = ([i for i in self.labelled if (confidence[i] < cut) == below] for below in (True, False))
        length = numpy.linalg.norm(self.x, axis=1)
        score = {i: max(abs(self.x[i] @ self.x[j]) / (length[i] * length[j]) for j in hard) for i in rest}
        cut = change_point(numpy.array([score[i] for i in rest]))
        kept = [i for i in rest if score[i] >= cut]
        return kept, {}, {"hard": len(hard), "easy": len(rest) - len(kept), "overlap": len(kept)}

    def one_hot(self, i):
        return numpy.eye(self.classes)[self.answers[i].argmax()]

    def retrain(self, keep, labels):
        rows = self.labelled if labels == "weak" else self.all
        kept = top(rows, self.answers.max(axis=1), share_of(len(rows), keep))
        return kept, {} if labels == "weak" else {i: self.one_hot(i) if labels == "student-hard" else self.answers[i] for i in kept}, None

    def trust(self, keep, l2):
        known = [i for i in self.labelled if i in self.truth]
        right = numpy.array([float(self.y[i].argmax() == self.truth[i]) for i in known])
        shares = numpy.where(right == 1, 0.5 / right.sum(), 0.5 / (1 - right).sum())
        v = answered(self.x, self.y)
        return top(self.labelled, v @ linear(v[known], self.classes, right, shares, l2), share_of(len(self.labelled), keep)), {}, None

    def select(self, p, folds):
        mean = {i: self.y[nearest(self.x, i, self.labelled, p["k"])].mean(axis=0) for i in self.all}
        labelled = set(self.labelled)
        q = {i: (1 - p["smoothing"]) * self.y[i] + p["smoothing"] * mean[i] if i in labelled else mean[i] for i in self.all}
        v, score = answered(self.x, self.answers), numpy.zeros(self.n)
        for fold in range(folds or 1):
            asked = [i for i in self.all if not folds or i % folds == fold]
            known = [i for i in self.labelled if i % folds != fold] if folds else sorted(self.truth)
            truth = {i: q[i].argmax() for i in known} if folds else self.truth
            right = numpy.array([float(self.answers[i].argmax() == truth[i]) for i in known])
            score[asked] = v[asked] @ linear(v[known], self.classes, right, numpy.full(len(known), 1 / len(known)), p["l2"])
        threshold = math.log(p["threshold"] / (1 - p["threshold"]))
        apart(score, threshold)
        taken = [i for i in self.all if score[i] > threshold]
        q.update({i: self.one_hot(i) if p["own"] == "hard" else self.answers[i] for i in taken})
        return self.all, q, {"own answer": len(taken)}

    def run(self, stage, p):
        if stage == "filter:overlap":
            return self.overlap()
        if stage == "relabel:student":
            return self.all, {i: self.one_hot(i) if p["hard"] else self.answers[i] for i in self.all}, None
        if stage == "retrain:confident":
            return self.retrain(p["keep"], p["labels"])
        if stage == "filter:trust-linear":
            return self.trust(p["keep"], p["l2"])
        return self.select(p, p.get("folds"))


SELECT = {"threshold": 0.5, "own": "hard", "k": 7, "smoothing": 0.5, "l2": 0.01}
PARAMS = [
    ("filter:overlap", {}), ("relabel:student", {"hard": False}), ("relabel:student", {"hard": True}),
    ("retrain:confident", {"keep": 0.5, "labels": "student-hard"}), ("retrain:confident", {"keep": 0.8, "labels": "student"}),
    ("retrain:confident", {"keep": 0.4, "labels": "weak"}), ("filter:trust-linear", {"keep": 0.5, "l2": 0.01}),
    ("filter:trust-linear", {"keep": 0.7, "l2": 0.5}), ("relabel:select", {**SELECT, "folds": 5}),
    ("relabel:select", {**SELECT, "own": "soft", "threshold": 0.6, "smoothing": 1.0, "folds": 3}), ("relabel:select-gold", SELECT),
]  # fmt: skip


def invented(rng, n, width, classes, abstain):
    truth = rng.integers(0, classes, n)
    x = (rng.normal(size=(n, width)) + 1.5 * rng.normal(size=(classes, width))[truth]).astype(numpy.float32)
    x[:, -1] = 3  # constant: no judge may read it

    def near(share):
        noisy = numpy.where(rng.random(n) < share, truth, rng.integers(0, classes, n))
        return (0.5 * numpy.eye(classes)[noisy] + 0.5 * rng.dirichlet(numpy.ones(classes), n)).astype(numpy.float32)

    y, answers, labelled = near(0.6), near(0.5), rng.random(n) >= abstain
    y[~labelled] = numpy.float32(1 / classes)
    return truth, x, y, answers, labelled


def case(name, rng, n, width, classes, abstain):
    ids = [f"row-{i}" for i in range(n)]
    truth, x, y, answers, labelled = invented(rng, n, width, classes, abstain)
    gold = sorted(rng.choice(n, n // 2, replace=False).tolist())
    order = hash_order(ids)
    rows = Rows(*(values[order].astype(numpy.float64) for values in (x, y)), labelled[order], answers[order].astype(numpy.float64),
                {place: int(truth[i]) for place, i in enumerate(order) if i in gold})  # fmt: skip
    results = []
    for stage, params in PARAMS:
        kept, p, counts = rows.run(stage, params)
        made = sorted((order[i], [float(v) for v in p.get(i, rows.y[i])]) for i in kept)
        results.append({"stage": stage, "params": params, "ids": [ids[i] for i, _ in made], "p": [v for _, v in made], "counts": counts})
    return {
        "name": name, "ids": ids, "classes": classes, "width": width, "features": [float(v) for v in x.ravel()],
        "p": [float(v) for v in y.ravel()], "abstain": [int(not v) for v in labelled], "answers": [float(v) for v in answers.ravel()],
        "gold_ids": [ids[i] for i in gold], "gold_labels": [int(truth[i]) for i in gold], "results": results,
    }  # fmt: skip


def residual(rng, n=24, width=5, classes=3, hidden=4, blocks=2, l2=0.03):
    """Parameters flat in the order that supervise/residual_network.h states."""
    truth, x, y, answers, _ = invented(rng, n, width, classes, 0)
    v = torch.tensor(answered(x.astype(numpy.float64), answers.astype(numpy.float64)))
    known = sorted(rng.choice(n, 15, replace=False).tolist())
    right = [int(answers[i].argmax() == truth[i]) for i in known]
    shares = rng.dirichlet(numpy.ones(len(known)))
    shapes = [(hidden, v.shape[1]), *[(hidden, hidden), (hidden,), (hidden, hidden), (hidden,)] * blocks, (hidden,), (1,)]
    parameters = [torch.tensor(rng.normal(size=shape) * 0.7, requires_grad=True) for shape in shapes]
    h = v @ parameters[0].T
    for block in range(blocks):
        w, a, up, b = parameters[1 + 4 * block : 5 + 4 * block]
        h = h + torch.relu(h @ w.T + a) @ up.T + b
    scores = h @ parameters[-2] + parameters[-1]
    matrices = [parameters[0][:, classes:], *[parameters[1 + 2 * i] for i in range(2 * blocks)], parameters[-2]]
    bce = torch.nn.functional.binary_cross_entropy_with_logits(scores[known], torch.tensor(right, dtype=torch.float64), reduction="none")
    loss = (torch.tensor(shares) * bce).sum() + l2 * sum((m**2).sum() for m in matrices)
    loss.backward()
    flat = lambda tensors: [float(value) for tensor in tensors for value in tensor.detach().ravel()]
    return {
        "classes": classes, "width": width, "hidden": hidden, "blocks": blocks, "l2": l2, "ids": [str(i) for i in range(n)],
        "features": [float(value) for value in x.ravel()], "p": [float(value) for value in y.ravel()], "abstain": [0] * n,
        "answers": [float(value) for value in answers.ravel()], "gold_ids": [], "gold_labels": [], "known": known, "right": right,
        "shares": shares.tolist(), "parameters": flat(parameters), "scores": flat([scores]), "loss": float(loss.detach()),
        "gradient": flat([p.grad for p in parameters]),
    }  # fmt: skip


def main():
    rng = numpy.random.default_rng(12)
    document = {
        "generator": "tools/golden/judging_golden.py",
        "versions": {"python": platform.python_version(), "numpy": numpy.__version__, "torch": torch.__version__},
        "cases": [
            case("two classes", rng, 90, 6, 2, 0.0),
            case("two classes, abstentions", rng, 80, 19, 2, 0.15),
            case("three classes, abstentions", rng, 100, 5, 3, 0.1),
        ],
        "residual": residual(rng),
    }  # fmt: skip
    target = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/stages/judging.json"
    target.write_text(json.dumps(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
