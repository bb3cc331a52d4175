#!/usr/bin/env python3
"""Writes tests/golden/ngrams/ngrams.json: the n-gram model's logits on invented texts, by numpy and SciPy.

Bag of word n-grams (there or not), softmax regression with soft targets, mean cross-entropy + l2/(2n) |w|^2, the bias
free; minimised by Newton's method with the exact Hessian, so nothing is shared with our L-BFGS. Weighted rows count in the mean
by weight / mean weight.
Usage: ngrams_golden.py  (writes next to the tests; needs numpy and scipy)
"""
import json
import math
import pathlib
import platform
import random
import re

import numpy
import scipy
import scipy.linalg

WORDS = "the cat dog runs sleeps under over a red blue moon river isn't very slowly sings Été 42 never again".split()


def words_of(text):
    lowered = "".join(c.lower() if c.isascii() else c for c in text)
    runs = re.findall(r"(?:[a-z0-9']|[^\x00-\x7f])+", lowered)
    return [w for w in (run.strip("'") for run in runs) if w]


def grams_of(text, max_n):
    words = words_of(text)
    return {" ".join(words[i : i + n]) for n in range(1, max_n + 1) for i in range(len(words) - n + 1)}


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - numpy.log(numpy.exp(z).sum(axis=1, keepdims=True))


def minimise(x, y, l2, weights):
    n, features = x.shape
    classes = y.shape[1]
    full = numpy.hstack([x, numpy.ones((n, 1))])
    penalty = numpy.zeros((features + 1, classes))
    penalty[:features] = l2 / n
    share = (weights / weights.mean())[:, None]

    def value(w):
        w = w.reshape(features + 1, classes)
        return -(share * y * log_softmax(full @ w)).sum() / n + 0.5 * (penalty * w * w).sum()

    def gradient(w):
        w = w.reshape(features + 1, classes)
        return (full.T @ (share * (numpy.exp(log_softmax(full @ w)) - y)) / n + penalty * w).ravel()

    def hessian(w):
        p = numpy.exp(log_softmax(full @ w.reshape(features + 1, classes)))
        h = numpy.zeros((features + 1, classes, features + 1, classes))
        for k in range(classes):
            for j in range(classes):
                weight = share[:, 0] * p[:, k] * ((k == j) - p[:, j]) / n
                h[:, k, :, j] = full.T @ (full * weight[:, None])
        return h.reshape(w.size, w.size) + numpy.diag(penalty.ravel())

    w = numpy.zeros((features + 1) * classes)
    for _ in range(100):
        step, t = scipy.linalg.lstsq(hessian(w), -gradient(w))[0], 1.0
        while value(w + t * step) > value(w) + 1e-15 and t > 1e-6:
            t /= 2
        w = w + t * step
        if numpy.abs(gradient(w)).max() < 1e-12:
            break
    assert numpy.abs(gradient(w)).max() < 1e-10
    w = w.reshape(features + 1, classes)
    w[-1] -= w[-1].mean()  # the common shift of the biases is free: ours starts and stays at 0
    return w, -(share * y * log_softmax(full @ w)).sum() / n


def matrix(texts, max_n, vocabulary):
    return numpy.array([[float(g in grams) for g in vocabulary] for grams in (grams_of(t, max_n) for t in texts)])


def length_matrix(texts):
    return numpy.array([[math.log1p(len(words_of(t))), math.log1p(len(t))] for t in texts])


def case(name, rng, classes, rows, weighted=False, **config):
    def invent():
        return " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 9))) + rng.choice(["", ".", "!", " 'quoted'"])

    texts, others = [invent() for _ in range(rows)], [invent() for _ in range(8)]
    y = numpy.array([[rng.random() + 0.05 for _ in range(classes)] for _ in range(rows)])
    y = (y / y.sum(axis=1, keepdims=True)).astype(numpy.float32)
    y[0] = numpy.eye(classes, dtype=numpy.float32)[0]
    target = y.astype(numpy.float64)
    target /= target.sum(axis=1, keepdims=True)
    if config.get("length_only"):
        x, x_others, count = length_matrix(texts), length_matrix(others), 2
    else:
        rows_of = [grams_of(t, config["max_n"]) for t in texts]
        every = set().union(*rows_of)
        vocabulary = sorted(g for g in every if sum(g in r for r in rows_of) >= config["min_count"])
        x, x_others = matrix(texts, config["max_n"], vocabulary), matrix(others, config["max_n"], vocabulary)
        count = len(vocabulary)
    weights = numpy.array([rng.choice([0, 0.25, 1, 3]) for _ in range(rows)]) if weighted else numpy.ones(rows)
    w, loss = minimise(x, target, config["l2"], weights)
    return {
        **({"weights": weights.tolist()} if weighted else {}),
        "name": name, "config": config, "texts": texts, "others": others, "features": count, "loss": loss,
        "p": [[float(v) for v in row] for row in y],
        "logits": (x @ w[:-1] + w[-1]).tolist(), "other_logits": (x_others @ w[:-1] + w[-1]).tolist(),
    }  # fmt: skip


def main():
    rng = random.Random(20)
    cases = [
        case("words, two classes", rng, 2, 30, max_n=1, min_count=1, l2=1.0),
        case("pairs, two classes, weak penalty", rng, 2, 40, max_n=2, min_count=2, l2=0.1),
        case("pairs, three classes", rng, 3, 40, max_n=2, min_count=2, l2=1.0),
        case("lengths alone", rng, 2, 40, max_n=1, min_count=1, l2=1.0, length_only=True),
        case("pairs, weighted rows", rng, 3, 40, weighted=True, max_n=2, min_count=2, l2=0.5),
    ]
    versions = {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__}
    target = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/ngrams/ngrams.json"
    document = {"generator": "tools/golden/ngrams_golden.py", "versions": versions, "cases": cases}
    target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
