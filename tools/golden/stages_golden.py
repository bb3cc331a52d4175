#!/usr/bin/env python3
"""Writes tests/golden/stages/stages.json: what the stages of a pipeline make of weak labels, by numpy and SciPy.

Distances are a full fp64 matrix, strongly connected components SciPy's, probes fitted by Newton's method with the exact
Hessian (ngrams_golden.py); ties and folds go by the order of the ids' hashes, as catalog/stages/ and supervise/ say.
Usage: stages_golden.py  (writes next to the tests; needs numpy and scipy)
"""
import hashlib
import json
import math
import pathlib
import platform

import numpy
import scipy
import scipy.sparse
import scipy.sparse.csgraph

from ngrams_golden import minimise


def hash_order(ids):
    return sorted(range(len(ids)), key=lambda i: (hashlib.sha256(ids[i].encode()).hexdigest()[:16], ids[i]))


def nearest(x, query, voters, k):
    others = [j for j in voters if j != query]
    distance = ((x[others] - x[query]) ** 2).sum(axis=1)
    return [j for _, j in sorted(zip(distance, others))[:k]]


def doubt(q, y):
    return numpy.round(numpy.abs(q - y).sum(axis=-1) / 2, 9)


def share_of(n, contamination):
    return math.floor(n * contamination + 0.5)


def without_doubted(rows, q, y, count):
    ranked = sorted(rows, key=lambda i: (doubt(q[i], y[i]), i))
    return sorted(ranked[: len(ranked) - count])


class Rows:
    """Rows in the order of their hashes."""

    def __init__(self, x, y, labelled):
        self.x, self.y, self.n, self.classes = x, y, len(y), y.shape[1]
        self.all, self.labelled = list(range(len(y))), [i for i in range(len(y)) if labelled[i]]

    def means(self, queries, voters, k):
        return {i: self.y[nearest(self.x, i, voters, k)].mean(axis=0) for i in queries}

    def probe(self, folds, l2):
        answers = {}
        for fold in range(folds):
            given = [i for i in self.labelled if i % folds != fold]
            mean, deviation = self.x[given].mean(axis=0), self.x[given].std(axis=0)
            inverse = numpy.where(deviation > 1e-12 * (1 + numpy.abs(mean)), 1 / numpy.where(deviation == 0, 1, deviation), 0)
            x = (self.x - mean) * inverse
            target = self.y[given] / self.y[given].sum(axis=1, keepdims=True)  # fp32 rows sum to 1 only nearly
            w, _ = minimise(x[given], target, 2 * len(given) * l2)
            for i in self.all:
                if i % folds == fold:
                    z = x[i] @ w[:-1] + w[-1]
                    e = numpy.exp(z - z.max())
                    answers[i] = e / e.sum()
        return answers

    def topology(self, k, k_zeta, contamination):
        hard = self.y.argmax(axis=1)
        graph = numpy.zeros((self.n, self.n))
        for i in self.labelled:
            for j in nearest(self.x, i, self.labelled, k):
                if hard[i] == hard[j]:
                    graph[i, j] = 1
        _, component = scipy.sparse.csgraph.connected_components(scipy.sparse.csr_matrix(graph), True, "strong")
        kept = []
        for c in range(self.classes):
            parts = {}
            for i in self.labelled:
                if hard[i] == c:
                    parts.setdefault(component[i], []).append(i)
            if parts:
                kept += max(parts.values(), key=lambda part: (len(part), -min(part)))
        kept.sort()
        # What the components did not drop, the labels' neighbours do.
        left = share_of(len(self.labelled), contamination) - (len(self.labelled) - len(kept))
        return kept if left <= 0 else without_doubted(kept, self.means(kept, kept, k_zeta), self.y, left)

    def run(self, stage, p):
        if stage == "filter:confidence":
            return [i for i in self.labelled if self.y[i].max() > p["threshold"]], {}
        if stage == "relabel:knn":
            return self.all, self.means(self.all, self.labelled, p["k"])
        if stage == "relabel:logreg":
            return self.all, self.probe(p["folds"], p["l2"])
        if stage == "relabel:topo":
            return self.all, self.means(self.all, self.topology(p["k"], p["k_zeta"], p["contamination"]), p["k_zeta"])
        if stage == "filter:topo":
            return self.topology(p["k"], p["k_zeta"], p["contamination"]), {}
        q = self.means(self.labelled, self.labelled, p["k"]) if stage == "filter:knn" else self.probe(p["folds"], p["l2"])
        return without_doubted(self.labelled, q, self.y, share_of(len(self.labelled), p["contamination"])), {}


PARAMS = {
    "filter:confidence": [{"threshold": 0.75}, {"threshold": 0.6}],
    "filter:knn": [{"k": 7, "contamination": 0.1}, {"k": 1, "contamination": 0.3}],
    "relabel:knn": [{"k": 7}, {"k": 1}],
    "filter:logreg": [{"folds": 5, "l2": 1e-3, "contamination": 0.15}],
    "relabel:logreg": [{"folds": 5, "l2": 1e-3}, {"folds": 3, "l2": 0.1}],
    "filter:topo": [{"k": 20, "k_zeta": 5, "contamination": 0.3}, {"k": 4, "k_zeta": 3, "contamination": 0.05}],
    "relabel:topo": [{"k": 20, "k_zeta": 5, "contamination": 0.3}, {"k": 4, "k_zeta": 3, "contamination": 0.05}],
}


def case(name, rng, n, width, classes, hard, abstain):
    ids = [f"row-{i}" for i in range(n)]
    truth = rng.integers(0, classes, n)
    x = (rng.normal(size=(n, width)) + 2.0 * rng.normal(size=(classes, width))[truth]).astype(numpy.float32)
    x[:, -1] = 3  # constant: no probe may read it
    x[1] = x[0]
    x[3] = x[2]  # equal rows: ties
    noisy = numpy.where(rng.random(n) < 0.25, rng.integers(0, classes, n), truth)
    y = numpy.eye(classes)[noisy]
    if not hard:
        y = 0.5 * y + 0.5 * rng.dirichlet(numpy.ones(classes), n)
    y = y.astype(numpy.float32)
    labelled = rng.random(n) >= abstain
    y[~labelled] = numpy.float32(1 / classes)
    order = hash_order(ids)
    rows = Rows(x[order].astype(numpy.float64), y[order].astype(numpy.float64), labelled[order])
    results = []
    for stage, settings in PARAMS.items():
        for params in settings:
            kept, q = rows.run(stage, params)
            made = sorted((order[i], [float(v) for v in q.get(i, rows.y[i])]) for i in kept)
            results.append({"stage": stage, "params": params, "ids": [ids[i] for i, _ in made], "p": [p for _, p in made]})
    return {
        "name": name, "ids": ids, "classes": classes, "width": width, "features": [float(v) for v in x.ravel()],
        "p": [float(v) for v in y.ravel()], "abstain": [int(not v) for v in labelled], "results": results,
    }  # fmt: skip


def main():
    rng = numpy.random.default_rng(6)
    cases = [
        case("two classes, soft", rng, 90, 6, 2, False, 0.0),
        case("two classes, hard, abstentions", rng, 80, 20, 2, True, 0.15),
        case("three classes, soft, abstentions", rng, 100, 5, 3, False, 0.1),
    ]
    versions = {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__}
    target = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/stages/stages.json"
    target.parent.mkdir(exist_ok=True)
    document = {"generator": "tools/golden/stages_golden.py", "versions": versions, "cases": cases}
    target.write_text(json.dumps(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
