#!/usr/bin/env python3
"""Writes tests/golden/train/elicit.json: contrast pairs standardised, the loss of contrast-consistent search with its
gradient, a fit from given starts, the top principal component, the mean difference, the loss with easy rows, and
statements made consistent; by PyTorch's autograd, its AdamW, its binary cross-entropy and NumPy's SVD.

Burns et al. 2022 (arXiv 2212.03827): L = mean (p1 + p2 - 1)^2 + mean min(p1, p2)^2 with p = sigmoid(w x + b) of each
side. With easy rows (UEEH): (BCE + L) / 2, BCE over both statements of each. Of K statements one is true:
P(k) = P_k prod_{j != k} (1 - P_j), normalised. Run with Python 3.11, torch 2.15, numpy:
    python tools/golden/elicit_golden.py
"""
import json
import pathlib
import sys

import numpy
import torch

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "train" / "elicit.json"


def pairs(rng, rows, width):
    """Sides of unlike mean and spread around a shared text and a planted answer; the last column is constant."""
    text, answer = rng.normal(size=(rows, width)), rng.choice([-1.0, 1.0], size=rows)
    direction = rng.normal(size=width)
    first = text * 0.7 - answer[:, None] * direction + rng.normal(size=(rows, width)) * 0.5 + 3
    second = (text * 0.7 + answer[:, None] * direction + rng.normal(size=(rows, width)) * 0.5) * 2 - 1
    first[:, -1], second[:, -1] = 0.25, -4.0
    # As features are stored: bf16 values, which fp32 and fp64 hold exactly.
    return [torch.tensor(x).to(torch.bfloat16).to(torch.float64).numpy() for x in (first, second)]


def standardised(x):
    deviation = x.std(axis=0)
    return (x - x.mean(axis=0)) * numpy.divide(1, deviation, out=numpy.zeros_like(deviation), where=deviation > 0)


def loss_of(first, second, weight, bias):
    p1, p2 = torch.sigmoid(first @ weight + bias), torch.sigmoid(second @ weight + bias)
    return (p1 + p2 - 1).pow(2).mean() + torch.minimum(p1, p2).pow(2).mean()


def loss_and_gradient(first, second, start):
    values = []
    for weight, bias in start:
        w, b = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (weight, bias))
        loss = loss_of(torch.tensor(first), torch.tensor(second), w, b)
        loss.backward()
        values.append({"weight": weight.tolist(), "bias": bias, "loss": loss.item(), "weight_gradient": w.grad.tolist(),
                       "bias_gradient": b.grad.item()})
    return values


def fit(first, second, weight, bias, epochs, clip):
    x1, x2 = (torch.tensor(x, dtype=torch.float32) for x in (first, second))
    w = torch.nn.Parameter(torch.tensor(weight, dtype=torch.float32))
    b = torch.nn.Parameter(torch.tensor(bias, dtype=torch.float32))
    optimizer = torch.optim.AdamW([w, b], lr=0.01, weight_decay=0.01, foreach=False)
    clipped = 0
    for _ in range(epochs):
        optimizer.zero_grad()
        loss_of(x1, x2, w, b).backward()
        clipped += torch.nn.utils.clip_grad_norm_([w, b], clip).item() > clip
        optimizer.step()
    with torch.no_grad():
        p1, p2 = torch.sigmoid(x1 @ w + b), torch.sigmoid(x2 @ w + b)
        answer = (p2 + 1 - p1) / 2
        return {"weight": weight.tolist(), "bias": bias, "epochs": epochs, "clip": clip, "clipped": clipped,
                "end_weight": w.tolist(), "end_bias": b.item(), "loss": loss_of(x1, x2, w, b).item(),
                "answer": answer.tolist()}


def principal(first, second):
    x = second - first
    _, values, rows = numpy.linalg.svd(x, full_matrices=False)
    direction = rows[0] * numpy.sign(rows[0][numpy.abs(rows[0]).argmax()])
    score = x @ direction / (x @ direction).std()
    return {"direction": direction.tolist(), "share": values[0] ** 2 / (values ** 2).sum(),
            "answer": (1 / (1 + numpy.exp(-score))).tolist()}


def mean_difference(first, second, x1, x2):
    spread = numpy.sqrt((first.var(axis=0) + second.var(axis=0)) / 2)
    moved = numpy.divide(second.mean(axis=0) - first.mean(axis=0), spread, out=numpy.zeros_like(spread), where=spread > 0)
    direction = moved / numpy.linalg.norm(moved)
    along = (x2 - x1) @ direction
    share = (along ** 2).sum() / ((x2 - x1) ** 2).sum()
    return {"moved": moved.tolist(), "direction": direction.tolist(), "share": share,
            "answer": (1 / (1 + numpy.exp(-along / along.std()))).tolist()}


def with_easy_rows(x1, x2, odds, side, start):
    """`side` rows of either end of the odds' order are taken as known."""
    order = numpy.argsort(odds, kind="stable")
    rows = numpy.concatenate([order[:side], order[-side:]])
    second = torch.tensor([0.0] * side + [1.0] * side, dtype=torch.float64)
    values = []
    for weight, bias in start:
        w, b = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (weight, bias))
        a, z = torch.tensor(x1), torch.tensor(x2)
        scores = torch.cat([a[rows] @ w + b, z[rows] @ w + b])
        bce = torch.nn.functional.binary_cross_entropy_with_logits(scores, torch.cat([1 - second, second]))
        loss = (bce + loss_of(a, z, w, b)) / 2
        loss.backward()
        values.append({"weight": weight.tolist(), "bias": bias, "loss": loss.item(), "weight_gradient": w.grad.tolist(),
                       "bias_gradient": b.grad.item()})
    return {"odds": odds.tolist(), "side": side, "rows": rows.tolist(), "values": values}


def consistent(rng):
    """Three statements of five rows, one of them true."""
    odds = rng.normal(size=(3, 5)) * 2 + 1
    p = 1 / (1 + numpy.exp(-odds))
    alone = numpy.stack([p[k] * numpy.prod(1 - numpy.delete(p, k, axis=0), axis=0) for k in range(3)], axis=1)
    return {"log_odds": odds.tolist(), "answer": (alone / alone.sum(axis=1, keepdims=True)).tolist()}


def main():
    rng = numpy.random.default_rng(32)
    first, second = pairs(rng, 40, 6)
    x1, x2 = standardised(first), standardised(second)
    starts = [(w / numpy.linalg.norm(w), float(b)) for w, b in zip(rng.normal(size=(3, 6)), [0.0, 0.3, -0.2])]
    # A clip that a step meets and one that none does.
    fits = [fit(x1, x2, w, b, 200, clip) for (w, b), clip in zip(starts, [1.0, 0.05, 0.05])]
    assert fits[0]["clipped"] == 0 < fits[1]["clipped"]
    document = {
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__.split("+")[0],
                     "numpy": numpy.__version__},
        "first": first.tolist(), "second": second.tolist(), "first_standardised": x1.tolist(),
        "second_standardised": x2.tolist(), "values": loss_and_gradient(x1, x2, starts), "fits": fits,
        "principal": principal(x1, x2)}
    other = numpy.random.default_rng(33)
    document |= {"mean_difference": mean_difference(first, second, x1, x2),
                 "easy": with_easy_rows(x1, x2, other.normal(size=40), 5, starts), "consistency": consistent(other)}
    OUT.write_text(json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
