#!/usr/bin/env python3
"""Writes tests/golden/ensemble/ensemble.json: AdaBoost's errors, weights, alphas and votes and bagging's mean, by NumPy.

Members' answers are given, so that only the arithmetic of the ensemble is compared. AdaBoost in the form of SAMME (Zhu et al. 2009): by the
ratio of wrong to right weights, (1 - e) / e (K - 1), and normalisation; ours multiplies by exp(-alpha) and exp(alpha).
Usage: ensemble_golden.py  (writes next to the tests; needs numpy)
"""
import json
import pathlib
import platform

import numpy


def boost(labels, classes, trained, asked):
    """trained [T, n], asked [T, m]: classes answered. Ends with the first member without a place."""
    weights = numpy.full(len(labels), 1 / len(labels))
    rounds, votes = [], numpy.zeros((asked.shape[1], classes))
    for on_rows, on_asked in zip(trained, asked):
        wrong = on_rows != labels
        error = weights[wrong].sum()
        if not wrong.any() or error >= (classes - 1) / classes:
            break
        odds = (1 - error) / error * (classes - 1)
        weights = numpy.where(wrong, weights * odds, weights)
        weights = weights / weights.sum()
        alpha = 0.5 * numpy.log(odds)
        votes[numpy.arange(len(on_asked)), on_asked] += alpha
        rounds.append({"error": float(error), "alpha": float(alpha), "weights": weights.tolist()})
    p = votes / votes.sum(1, keepdims=True) if rounds else votes
    return rounds, p


def adaboost_case(random, name, classes, rows, right, ending=None):
    labels = random.integers(classes, size=rows)
    asked = random.integers(classes, size=(len(right), 12))
    trained = [numpy.where(random.random(rows) < share, labels, random.integers(classes, size=rows)) for share in right]
    if ending == "perfect":
        trained[-1] = labels
    if ending == "guessing":
        trained[-1] = (labels + 1) % classes
    rounds, p = boost(labels, classes, numpy.array(trained), asked)
    assert len(rounds) == len(right) - (ending is not None), (name, len(rounds))
    return {"name": name, "classes": classes, "labels": labels.tolist(), "trained": [t.tolist() for t in trained], "asked": asked.tolist(),
            "rounds": rounds, "p": p.tolist()}  # fmt: skip


def bagging_case(random, classes, members, rows):
    logits = (4 * random.standard_normal((members, rows, classes))).astype(numpy.float32)
    e = numpy.exp(logits.astype(numpy.float64) - logits.max(2, keepdims=True))
    p = (e / e.sum(2, keepdims=True)).mean(0)
    return {"classes": classes, "logits": logits.reshape(members, -1).tolist(), "p": p.tolist()}


random = numpy.random.default_rng(5)
out = {
    "versions": {"python": platform.python_version(), "numpy": numpy.__version__},
    "adaboost": [
        adaboost_case(random, "two classes", 2, 60, [0.7, 0.6, 0.8, 0.65]),
        adaboost_case(random, "three classes", 3, 90, [0.6, 0.5, 0.5, 0.6, 0.4]),
        adaboost_case(random, "a perfect member ends it", 2, 40, [0.7, 0.7, 1.0], "perfect"),
        adaboost_case(random, "a guessing member ends it", 4, 60, [0.6, 0.6, 0.0], "guessing"),
    ],
    "bagging": [bagging_case(random, 2, 5, 8), bagging_case(random, 3, 3, 6)],
}
folder = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/ensemble"
folder.mkdir(parents=True, exist_ok=True)
(folder / "ensemble.json").write_text(json.dumps(out) + "\n")
