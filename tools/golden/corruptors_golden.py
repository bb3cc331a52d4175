#!/usr/bin/env python3
"""Writes tests/golden/corruptors/corruptors.json: true labels with errors put in, by numpy.

The named streams of base/random.h are written again here; probes are fitted by Newton's method with the exact Hessian
(ngrams_golden.py).
Usage: corruptors_golden.py  (writes next to the tests; needs numpy and scipy)
"""
import hashlib
import json
import math
import pathlib
import platform

import numpy
import scipy

from ngrams_golden import minimise
from stages_golden import hash_order

MASK = (1 << 64) - 1
L2 = 1e-3


class Stream:
    """xoshiro256++ seeded through splitmix64 by SHA-256 of the stream's name."""

    def __init__(self, run_seed, name):
        seed = int.from_bytes(hashlib.sha256(f"qinglan/{run_seed}/{name}/0".encode()).digest()[:8], "little")
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.state.append(z ^ (z >> 31))

    def next(self):
        rotl = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
        s = self.state
        result = (rotl((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
        return result

    def uniform(self):
        return (self.next() >> 11) / (1 << 53)

    def below(self, bound):
        while (value := self.next()) < (1 << 64) % bound:
            pass
        return value % bound

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def count(rate, n):
    return math.floor(rate * n + 0.5)


def make_wrong(labels, rows, n, priority, truth, classes, stream):
    for i in sorted(sorted(rows, key=lambda i: (-priority[i], i))[:n]):
        labels[i] = (truth[i] + 1 + stream.below(classes - 1)) % classes


def learnable(x, truth, classes, parts, rate, stream):
    deviation = x.std(axis=0)
    x = (x - x.mean(axis=0)) / numpy.where(deviation > 0, deviation, 1)
    w, _ = minimise(x, numpy.eye(classes)[truth], 2 * len(truth) * L2)
    aside = x @ numpy.array([[stream.normal() for _ in range(classes)] for _ in range(x.shape[1])])
    straight = x @ w[:-1] + w[-1]
    centred = lambda z: z - z.mean(axis=1, keepdims=True)
    aside, told = centred(aside), centred(straight) - centred(straight).mean(axis=0)
    aside = aside - (aside * told).sum() / (told * told).sum() * told
    labels = [None] * len(truth)
    for part in parts:
        wanted = count(rate, len(part))
        answers = lambda scale: (straight + scale * aside).argmax(axis=1)
        errors = lambda scale: sum(answers(scale)[i] != truth[i] for i in part)
        low, high = 0.0, 1e6
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if errors(middle) <= wanted else (low, middle)
        made = answers(low)
        assert errors(low) == wanted, (errors(0), wanted, errors(1e6))
        for i in part:
            labels[i] = int(made[i])
    return labels


def corrupt(name, params, case, seed):
    order = hash_order(case["ids"])
    truth, texts, part_of = ([case[key][i] for i in order] for key in ("truth", "texts", "parts"))
    x = numpy.array(case["features"])[order]
    parts = [[i for i, p in enumerate(part_of) if p == part] for part in range(2)]
    stream, labels, classes = Stream(seed, "corrupt"), list(truth), case["classes"]
    if name == "learnable":
        labels = learnable(x, truth, classes, parts, params["rate"], stream)
    else:
        priority = [len(t.encode()) for t in texts] if name == "length" else [stream.uniform() for _ in truth]
        for part in parts:
            if name == "class-dependent":
                for c in range(classes):
                    rows = [i for i in part if truth[i] == c]
                    make_wrong(labels, rows, count(params["rates"][c], len(rows)), priority, truth, classes, stream)
            else:
                make_wrong(labels, part, count(params["rate"], len(part)), priority, truth, classes, stream)
    back = [None] * len(order)
    for place, row in enumerate(order):
        back[row] = labels[place]
    return back


def invent(seed, rows, classes):
    rng = numpy.random.default_rng(seed)
    truth = rng.integers(0, classes, rows)
    x = numpy.round(rng.normal(size=(rows, 5)) * [1, 2, 1, 5, 1] + 1.5 * numpy.eye(classes, 5)[truth], 3).astype(numpy.float32)
    return {"ids": [f"row-{i}" for i in range(rows)], "classes": classes, "truth": truth.tolist(), "features": x.astype(float).tolist(),
            "texts": ["w" * int(n) for n in rng.integers(1, 30, rows)], "parts": [int(i >= rows * 2 // 3) for i in range(rows)]}


def main():
    cases = []
    for name, seed, rows, classes in (("two classes", 1, 90, 2), ("three classes", 2, 90, 3)):
        case = {"name": name, **invent(seed, rows, classes)}
        asked = [("symmetric", {"rate": 0.3}), ("class-dependent", {"rates": [0.1, 0.4, 0.25][:classes]}), ("length", {"rate": 0.2}),
                 ("learnable", {"rate": 0.35})]
        case["results"] = [{"corruptor": c, "params": p, "seed": 7, "labels": corrupt(c, p, case, 7)} for c, p in asked]
        cases.append(case)
    document = {"generator": "tools/golden/corruptors_golden.py",
                "versions": {"python": platform.python_version(), "numpy": numpy.__version__, "scipy": scipy.__version__}, "cases": cases}
    path = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/corruptors/corruptors.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
