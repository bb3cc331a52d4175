#!/usr/bin/env python3
"""Writes tests/golden/combiners/combiners.json: what vote, evidential, Dawid-Skene and the label model make of invented answers.

Answers are dense one-hot tensors here, Dawid-Skene a pair of einsums; the label model's accuracies come from SciPy's
trust-region least squares over all pairs (ours goes through the annotators one by one), its moments from +1 and -1 for two
classes and from the corners of a simplex for three.
Usage: combiners_golden.py  (needs numpy and scipy)
"""
import json
import pathlib
import platform

import numpy as np
import scipy
from scipy.optimize import least_squares

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "combiners" / "combiners.json"
PSEUDO = 0.1


def invented(rng, rows, classes, accuracies, silence, shares):
    """answers [n, A], -1: silent. Every annotator prefers one wrong class of its own."""
    truth = rng.choice(classes, size=rows, p=shares)
    answers = np.empty((rows, len(accuracies)), int)
    for a, accuracy in enumerate(accuracies):
        wrong = (truth + 1 + np.where(rng.random(rows) < 0.7, a % (classes - 1), rng.integers(classes - 1, size=rows))) % classes
        answers[:, a] = np.where(rng.random(rows) < accuracy, truth, np.where(wrong == truth, (truth + 1) % classes, wrong))
    answers[rng.random(answers.shape) < silence] = -1
    return answers


def one_hot(answers, classes):
    return (answers[:, :, None] == np.arange(classes)).astype(float)


def dawid_skene(x):
    """x [n, A, K] of rows that somebody answered."""
    shares = x.sum(1) / x.sum((1, 2))[:, None]
    objective = []
    while len(objective) < 1000:
        prior = shares.sum(0) + PSEUDO
        prior /= prior.sum()
        confusion = np.einsum("nk,nal->akl", shares, x) + PSEUDO
        confusion /= confusion.sum(2, keepdims=True)
        joint = np.exp(np.log(prior) + np.einsum("nal,akl->nk", x, np.log(confusion)))
        objective.append(np.log(joint.sum(1)).sum() + PSEUDO * (np.log(prior).sum() + np.log(confusion).sum()))
        shares = joint / joint.sum(1, keepdims=True)
        if len(objective) > 1 and abs(objective[-1] - objective[-2]) <= 1e-10 * abs(objective[-1]):
            break
    return prior, confusion, objective, shares


def corners(classes):
    """[K, K]: rows of length 1 with product -1/(K-1); of two classes -1 and +1."""
    if classes == 2:
        return np.array([[-1.0], [1.0]])
    return (np.eye(classes) - 1 / classes) * np.sqrt(classes / (classes - 1))


def label_model(x):
    rows, annotators, classes = x.shape
    v = x @ corners(classes)
    answered = x.sum(2)
    together = answered.T @ answered
    moments = np.einsum("nad,nbd->ab", v, v) / np.maximum(together, 1)
    first, second = np.triu_indices(annotators, 1)
    weight = np.sqrt(together[first, second])
    least = 1 / (answered.sum(0) + 2)
    low, high = ((classes * bound - 1) / (classes - 1) for bound in (least, 1 - least))
    found = least_squares(lambda a: weight * (moments[first, second] - a[first] * a[second]), np.full(annotators, 0.4),
                          bounds=(low, high), xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=20000)
    a = found.x
    accuracy = (1 + (classes - 1) * a) / classes
    counts = answered.sum(0)
    said = x.sum(0) / counts[:, None]
    prior = 1 / classes + ((counts * a) @ (said - 1 / classes)) / (counts * a * a).sum()
    prior = np.clip(prior, 1 / (rows + classes), 1)
    prior /= prior.sum()
    joint = np.tile(prior, (rows, 1))
    for annotator in range(annotators):
        said_by = x[:, annotator]
        likelihood = said_by * accuracy[annotator] + (1 - said_by) * (1 - accuracy[annotator]) / (classes - 1)
        joint *= np.where(answered[:, annotator, None] > 0, likelihood, 1)
    return accuracy, prior, joint / joint.sum(1, keepdims=True)


def case(rng, **about):
    answers = invented(rng, **about)
    answers = answers[(answers >= 0).any(1)]
    x = one_hot(answers, about["classes"])
    counts = x.sum(1)
    prior, confusion, objective, shares = dawid_skene(x)
    accuracy, label_prior, label_p = label_model(x)
    return {
        "classes": about["classes"], "answers": answers.tolist(),
        "vote": (counts / counts.sum(1, keepdims=True)).tolist(),
        "evidential": ((counts + 1) / (counts + 1).sum(1, keepdims=True)).tolist(),
        "dawid_skene": {"prior": prior.tolist(), "confusion": confusion.tolist(), "objective": objective[-1],
                        "iterations": len(objective), "p": shares.tolist()},
        "label_model": {"accuracy": accuracy.tolist(), "prior": label_prior.tolist(), "p": label_p.tolist()},
    }


def main():
    rng = np.random.default_rng(1979)
    cases = [
        case(rng, rows=80, classes=3, accuracies=[0.9, 0.7, 0.6, 0.55, 0.8], silence=0.25, shares=[0.5, 0.3, 0.2]),
        case(rng, rows=120, classes=2, accuracies=[0.85, 0.6, 0.7, 0.35], silence=0.3, shares=[0.65, 0.35]),
        case(rng, rows=60, classes=2, accuracies=[0.95, 0.9, 0.92], silence=0.0, shares=[0.5, 0.5]),
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"generator": "tools/golden/combiners_golden.py",
                               "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
                               "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
