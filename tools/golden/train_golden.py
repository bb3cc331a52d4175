#!/usr/bin/env python3
"""Writes tests/golden/train/*.json: losses, gradients, optimizer steps and logistic minima, by formulas written here in
NumPy/PyTorch fp64 independently of the engine. Run with Python 3.11, torch 2.15, numpy, scipy:
    python tools/golden/train_golden.py
"""
import hashlib
import json
import pathlib
import sys

import numpy
import scipy
import scipy.optimize
import torch

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "train"
VERSIONS = {"python": sys.version.split()[0], "torch": torch.__version__.split("+")[0],
            "numpy": numpy.__version__, "scipy": scipy.__version__}


def write(name, content):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **content}, separators=(",", ":"), sort_keys=True)
    (OUT / name).write_text(text + "\n")


def hash_of(identity):
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big")


def softmax(z):
    e = numpy.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def hard_labels(p, ids, prior):
    """Two classes by rank; more by greedy assignment under largest-remainder capacities."""
    rows, classes = p.shape
    if classes == 2:
        ones = int(numpy.floor(rows * prior[1] + 0.5))
        ranked = sorted(range(rows), key=lambda i: (-p[i, 1], hash_of(ids[i])))
        chosen = set(ranked[:ones])
        return [int(i in chosen) for i in range(rows)]
    share = [rows * x for x in prior]
    room = [int(numpy.floor(x)) for x in share]
    by_rest = sorted(range(classes), key=lambda c: (-(share[c] - room[c]), -c))
    for c in by_rest[:rows - sum(room)]:
        room[c] += 1
    label = [None] * rows
    pairs = sorted(((i, c) for i in range(rows) for c in range(classes)), key=lambda ic: -p[ic[0], ic[1]])
    for i, c in pairs:
        if label[i] is None and room[c]:
            label[i], room[c] = c, room[c] - 1
    return label


def objective_case(name, rng, rows, classes, alpha, warmup, progress):
    logits = rng.normal(size=(rows, classes)).astype(numpy.float32).astype(numpy.float64)
    weak = softmax(rng.normal(size=(rows, classes))).astype(numpy.float32).astype(numpy.float64)
    prior = weak.mean(axis=0)
    prior = prior / prior.sum()
    ids = [f"{name}-{i}" for i in range(rows)]
    a = alpha if progress >= warmup else alpha * progress / warmup
    p = softmax(logits)
    onehot = numpy.eye(classes)[hard_labels(p, ids, prior)]
    # The two cross-entropies apart, as the paper writes them.
    loss = (1 - a) * -(weak * numpy.log(p)).sum() / rows + a * -(onehot * numpy.log(p)).sum() / rows
    mixed = (1 - a) * weak + a * onehot
    gradient = (p * mixed.sum(axis=1, keepdims=True) - mixed) / rows
    return {"name": name, "ids": ids, "logits": logits.tolist(), "weak": weak.tolist(), "prior": prior.tolist(),
            "alpha": alpha, "warmup": warmup, "progress": progress, "loss": loss, "gradient": gradient.tolist()}


def objectives():
    rng = numpy.random.default_rng(11)
    write("objective.json", {"cases": [
        objective_case("plain", rng, 8, 2, 0.0, 0.2, 0.5), objective_case("warming", rng, 32, 2, 0.5, 0.2, 0.05),
        objective_case("full", rng, 32, 2, 0.75, 0.2, 0.6), objective_case("at-once", rng, 9, 2, 0.5, 0.0, 0.0),
        objective_case("three", rng, 17, 3, 0.5, 0.1, 0.9), objective_case("five", rng, 40, 5, 0.3, 0.5, 0.25)]})


def adamw():
    torch.manual_seed(5)
    start = [torch.randn(4, 3), torch.randn(5)]
    gradients = [[torch.randn(4, 3) * 2, torch.randn(5) * 0.3] for _ in range(20)]
    rates = [1e-2 * (1 - i / 20) for i in range(20)]
    parameters = [torch.nn.Parameter(p.clone()) for p in start]
    optimizer = torch.optim.AdamW(parameters, lr=1.0, betas=(0.9, 0.98), eps=1e-8, weight_decay=0.05, foreach=False)
    norms, steps = [], []
    for rate, pair in zip(rates, gradients):
        optimizer.param_groups[0]["lr"] = rate
        for parameter, gradient in zip(parameters, pair):
            parameter.grad = gradient.clone()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0).item())
        optimizer.step()
        steps.append([p.detach().tolist() for p in parameters])
    write("adamw.json", {"beta1": 0.9, "beta2": 0.98, "epsilon": 1e-8, "weight_decay": 0.05, "clip": 1.0,
                         "start": [p.tolist() for p in start], "rates": rates, "norms": norms, "steps": steps,
                         "gradients": [[g.tolist() for g in pair] for pair in gradients]})


def logistic():
    rng = numpy.random.default_rng(3)
    cases = []
    for rows, width, classes, l2 in [(40, 5, 3, 0.05), (60, 4, 2, 0.001), (12, 20, 2, 0.5)]:
        x = rng.normal(size=(rows, width)) * rng.uniform(0.5, 3, size=width) + rng.normal(size=width)
        x = x.astype(numpy.float32).astype(numpy.float64)
        targets = softmax(rng.normal(size=(rows, classes)) * 2).astype(numpy.float32).astype(numpy.float64)
        z = (x - x.mean(axis=0)) / x.std(axis=0)
        z = numpy.hstack([z, numpy.ones((rows, 1))])
        t = targets / targets.sum(axis=1, keepdims=True)

        def value(flat):
            w = flat.reshape(classes, width + 1)
            p = softmax(z @ w.T)
            penalty = w.copy()
            penalty[:, -1] = 0
            loss = -(t * numpy.log(p)).sum() / rows + l2 / 2 * (penalty ** 2).sum()
            return loss, ((p - t).T @ z / rows + l2 * penalty).ravel()

        best = scipy.optimize.minimize(value, numpy.zeros(classes * (width + 1)), jac=True, method="BFGS",
                                       options={"gtol": 1e-9, "maxiter": 5000})
        w = best.x.reshape(classes, width + 1)
        cases.append({"features": x.tolist(), "targets": targets.tolist(), "l2": l2,
                      "logits": (z @ w.T).tolist()})
    write("logistic.json", {"cases": cases})


if __name__ == "__main__":
    objectives()
    adamw()
    logistic()
