#!/usr/bin/env python3
"""Writes tests/golden/coherence/search.json: the objective of internal coherence maximisation, its temperatures and whole searches
(METHODS M30), restated with NumPy from the formulas; brute force over all labellings says what could be found.

A toy model answers: log P(k | row i, shown) = log softmax_k(bias[i, k] + sum of affinity[i, j] over shown rows j labelled k).
Run with Python 3.11, numpy:
    python tools/golden/coherence_golden.py
"""
import itertools
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "coherence" / "search.json"
NONE = -1


class Toy:
    def __init__(self, seed, n, classes, most_shown, in_group, alpha, planted):
        rng = np.random.default_rng(seed)
        self.n, self.classes, self.most_shown, self.in_group, self.alpha = n, classes, most_shown, in_group, alpha
        side = rng.integers(classes, size=n)
        pull = np.where(side[:, None] == side[None, :], 1.0, -1.0) if planted else rng.normal(size=(n, n))
        self.affinity = np.round(pull * (1 + rng.random((n, n))), 6)
        # Without a bias a planted labelling and its mirror image are worth the same.
        self.bias = np.round(rng.normal(size=(n, classes)) * (0.0 if planted else 0.2), 6)
        self.others = [[int(j) for j in rng.permutation(n) if j != i] for i in range(n)]
        self.groups = list(range(n)) if in_group == "any" else [i // 2 for i in range(n)]
        self.asked = set()

    def log_p(self, labels, i):
        shown = [(j, labels[j]) for j in self.others[i] if labels[j] != NONE][: self.most_shown]
        self.asked.add((i, tuple(shown)))
        z = self.bias[i].copy()
        for j, label in shown:
            z[label] += self.affinity[i, j]
        return z - z.max() - np.log(np.exp(z - z.max()).sum())

    def clashes(self, labels, i, j):
        if self.in_group == "any" or self.groups[i] != self.groups[j] or NONE in (labels[i], labels[j]):
            return False
        return (labels[i] == labels[j]) if self.in_group == "different" else (labels[i] != labels[j])

    def pairs(self, labels):
        return [(i, j) for i, j in itertools.combinations(range(self.n), 2) if self.clashes(labels, i, j)]

    def utility(self, labels):
        known = [i for i in range(self.n) if labels[i] != NONE]
        return self.alpha * np.mean([self.log_p(labels, i)[labels[i]] for i in known]) - len(self.pairs(labels))

    def mend(self, labels):
        for _ in range(10):
            pairs = self.pairs(labels)
            if not pairs:
                break
            i, j = pairs[0]
            best, most = labels, self.utility(labels)
            for a, b in itertools.product(range(self.classes), repeat=2):
                tried = list(labels)
                tried[i], tried[j] = a, b
                if not self.clashes(tried, i, j) and self.utility(tried) > most:
                    best, most = tried, self.utility(tried)
            if best == labels:
                break
            labels = best
        return labels


def temperature(cooling, k):
    return 10 * 0.99**k if cooling == "geometric" else max(0.01, 10 / (1 + 2 * np.log(1 + k)))


def search(toy, start, cooling, uniform):
    labels, utility, best, accepted = list(start), toy.utility(start), None, 0
    draws = iter(uniform)
    for k in range(len(uniform) // 2):
        touched = {toy.groups[i] for i in range(toy.n) if labels[i] != NONE}
        weights = [100.0 if labels[i] == NONE and toy.groups[i] in touched else 1.0 for i in range(toy.n)]
        row = int(np.searchsorted(np.cumsum(weights), next(draws) * sum(weights), side="right"))
        luck = next(draws)
        tried = list(labels)
        tried[row] = int(np.argmax(toy.log_p(labels, row)))
        if tried == labels:
            continue
        tried = toy.mend(tried)
        reached = toy.utility(tried)
        if reached < utility and luck >= np.exp((reached - utility) / temperature(cooling, k)):
            continue
        labels, utility, accepted = tried, reached, accepted + 1
        if NONE not in labels and (best is None or utility > best[1]):
            best = (labels, utility)
    for i in range(toy.n):
        if labels[i] == NONE:
            labels[i] = int(np.argmax(toy.log_p(labels, i)))
    if best is None or toy.utility(labels) > best[1]:
        best = (labels, toy.utility(labels))
    return best, accepted


def case(seed, n, classes, most_shown, in_group, cooling, planted, steps, alpha=30.0):
    toy = Toy(seed, n, classes, most_shown, in_group, alpha, planted)
    rng = np.random.default_rng(seed + 1000)
    start = [i % classes if i < 4 else NONE for i in range(n)]
    uniform = [float(u) for u in rng.random(2 * steps)]
    values = [[int(v) for v in rng.integers(-1, classes, size=n)] for _ in range(4)]
    values = [v for v in values if any(l != NONE for l in v)]
    utilities = [float(toy.utility(v)) for v in values]
    toy.asked.clear()
    (labels, utility), accepted = search(toy, start, cooling, uniform)
    asked = len(toy.asked)
    largest = max(float(toy.utility(list(v))) for v in itertools.product(range(classes), repeat=n))
    return {"classes": classes, "most_shown": most_shown, "in_group": in_group, "cooling": cooling, "alpha": alpha,
            "affinity": toy.affinity.tolist(), "bias": toy.bias.tolist(), "others": toy.others, "groups": toy.groups,
            "values": values, "utilities": utilities, "start": start, "uniform": uniform, "labels": [int(l) for l in labels],
            "utility": float(utility), "accepted": accepted, "asked": asked, "largest": largest, "planted": planted}


def main():
    cases = [
        case(1, 10, 2, 4, "any", "log", True, 120),
        case(2, 10, 2, 9, "any", "geometric", True, 120),
        case(3, 10, 2, 4, "different", "log", False, 80),
        case(4, 8, 3, 3, "same", "log", False, 80),
        case(5, 8, 3, 4, "any", "geometric", False, 5),
        case(6, 12, 2, 4, "different", "log", False, 400, alpha=3.0),
    ]
    steps = [0, 1, 2, 10, 100, 3000]
    document = {"generator": "tools/golden/coherence_golden.py", "numpy": np.__version__, "cases": cases,
                "temperatures": [{"cooling": c, "step": k, "value": float(temperature(c, k))} for c in ("log", "geometric") for k in steps]}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(document) + "\n")
    for one in cases:
        print(one["in_group"], one["cooling"], f"found {one['utility']:.4f} of {one['largest']:.4f}, accepted {one['accepted']}, asked {one['asked']}")


if __name__ == "__main__":
    main()
