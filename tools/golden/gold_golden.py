#!/usr/bin/env python3
"""Writes tests/golden/gold/reliability.json: how right weak labels are by their confidence, by SciPy.

A logistic curve in max_c p_c through the rows with a true label, Platt's targets, slope penalised by 1e-6 / 2 w^2;
minimised by SciPy's Nelder-Mead simplex, so nothing is shared with our L-BFGS.
Usage: gold_golden.py  (writes next to the tests; needs numpy and scipy)
"""
import json
import pathlib
import platform

import numpy
import scipy
from scipy.optimize import minimize

RIDGE = 1e-6


def reliability(p, truth):
    """p [n, K]; truth: {row: class}."""
    confidence, hard = p.max(1), p.argmax(1)
    rows = sorted(truth)
    right = numpy.array([hard[row] == truth[row] for row in rows])
    target = numpy.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2))
    x = confidence[rows]

    def loss(w):
        z = w[0] + w[1] * x
        return numpy.mean(numpy.logaddexp(0, z) - target * z) + RIDGE / 2 * w[1] ** 2

    best = minimize(loss, numpy.zeros(2), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-15, "maxiter": 20000, "maxfev": 20000}).x
    return 1 / (1 + numpy.exp(-(best[0] + best[1] * confidence)))


def case(random, rows, classes, known, always_right=False):
    p = numpy.round(random.dirichlet([0.7] * classes, rows), 3)
    p[:, -1] = 1 - p[:, :-1].sum(1)
    p = numpy.abs(p).astype(numpy.float32)
    truth = {}
    for row in random.choice(rows, known, replace=False):
        hard = int(p[row].argmax())
        right = always_right or random.random() < p[row].max()
        truth[int(row)] = hard if right else (hard + 1) % classes
    return {
        "p": [[float(v) for v in row] for row in p],
        "truth": sorted(truth.items()),
        "reliability": [float(v) for v in reliability(p.astype(numpy.float64), truth)],
    }


random = numpy.random.default_rng(11)
out = {
    "versions": {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__},
    "cases": [case(random, 60, 2, 30), case(random, 50, 3, 40), case(random, 20, 2, 8, always_right=True)],
}
folder = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/gold"
folder.mkdir(parents=True, exist_ok=True)
(folder / "reliability.json").write_text(json.dumps(out) + "\n")
