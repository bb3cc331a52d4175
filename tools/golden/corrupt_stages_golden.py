#!/usr/bin/env python3
"""Writes tests/golden/stages/corrupt.json: weak labels spoilt by the stages "corrupt:", by numpy.

Formulas as catalog/stages/corrupt.cc says; the named streams are those of corruptors_golden.py.
Usage: corrupt_stages_golden.py  (writes next to the tests; needs numpy)
"""
import json
import pathlib
import platform
import re

import numpy

from corruptors_golden import Stream, count, make_wrong
from stages_golden import hash_order


def has_word(text, word):
    return word in [w.strip("'") for w in re.findall(r"[a-z0-9'\x80-\uffff]+", text.lower())]


def exchanged(p, before, after):
    p = p.copy()
    p[[before, after]] = p[[after, before]]
    return p


def flip(name, params, case, seed):
    """Labels in hash order, all of them."""
    p, abstain, texts, classes = case["p"], case["abstain"], case["texts"], case["classes"]
    hard = [int(row.argmax()) for row in p]
    labelled = [i for i in range(len(p)) if not abstain[i]]
    stream, labels = Stream(seed, "corrupt"), list(hard)
    priority = [len(t.encode()) for t in texts] if name == "corrupt:length" else [stream.uniform() for _ in p]
    rows = [i for i in labelled if hard[i] == params["class"]] if name == "corrupt:class-dependent" else labelled
    make_wrong(labels, rows, count(params["rate"], len(rows)), priority, hard, classes, stream)
    return {i: exchanged(p[i], hard[i], labels[i]) if labels[i] != hard[i] else p[i] for i in range(len(p))}


def by_word(name, params, case):
    made = {}
    for i, p in enumerate(case["p"]):
        with_word, silent, hard = has_word(case["texts"][i], params["word"]), case["abstain"][i], int(p.argmax())
        if name == "corrupt:spurious":
            if not with_word or (not silent and hard == params["class"]):
                made[i] = p
        elif not with_word or (silent and name == "corrupt:keyword"):
            made[i] = p
        elif silent:
            made[i] = numpy.eye(case["classes"])[params["class"]]
        else:
            made[i] = exchanged(p, hard, (hard + 1) % case["classes"] if name == "corrupt:keyword" else params["class"])
    return made


def cut(params, case, seed):
    hard = [int(row.argmax()) for row in case["p"]]
    labelled = [i for i in range(len(hard)) if not case["abstain"][i]]
    inside, outside = [i for i in labelled if hard[i] == params["class"]], [i for i in labelled if hard[i] != params["class"]]
    odds, stream = params["share"] / (1 - params["share"]), Stream(seed, "corrupt.prior")

    def some(rows, wanted):
        for i in range(len(rows), 1, -1):
            j = stream.below(i)
            rows[i - 1], rows[j] = rows[j], rows[i - 1]
        return rows[:wanted]

    if len(inside) > odds * len(outside):
        inside = some(inside, count(odds, len(outside)))
    else:
        outside = some(outside, count(1 / odds, len(inside)))
    return {i: case["p"][i] for i in sorted(inside + outside)}


def apply(name, params, case, seed):
    order = hash_order(case["ids"])
    ordered = {"classes": case["classes"], "p": numpy.array(case["p"])[order], "abstain": [case["abstain"][i] for i in order],
               "texts": [case["texts"][i] for i in order]}
    if name == "corrupt:prior":
        made = cut(params, ordered, seed)
    elif "word" in params:
        made = by_word(name, params, ordered)
    else:
        made = flip(name, params, ordered, seed)
    back = sorted(made, key=lambda i: order[i])
    return [case["ids"][order[i]] for i in back], [[float(numpy.float32(v)) for v in made[i]] for i in back]


def invent(seed, rows, classes):
    rng = numpy.random.default_rng(seed)
    p = rng.dirichlet([0.7] * classes, rows).astype(numpy.float32)
    abstain = [int(i % 9 == 4) for i in range(rows)]
    for i in range(rows):
        if abstain[i]:
            p[i] = numpy.float32(1 / classes)
    words = ["Harbour!", "a", "harbours", "the 'harbour'", "plain", "ship"]
    texts = [" ".join(rng.choice(words, int(n))) for n in rng.integers(1, 6, rows)]
    return {"ids": [f"row-{i}" for i in range(rows)], "classes": classes, "p": p.astype(float).tolist(), "abstain": abstain, "texts": texts}


def main():
    asked = [("corrupt:symmetric", {"rate": 0.3}), ("corrupt:class-dependent", {"rate": 0.4, "class": 1}), ("corrupt:length", {"rate": 0.25}),
             ("corrupt:keyword", {"word": "harbour"}), ("corrupt:trigger", {"word": "harbour", "class": 1}),
             ("corrupt:spurious", {"word": "harbour", "class": 0}), ("corrupt:prior", {"share": 0.1, "class": 0}),
             ("corrupt:prior", {"share": 0.9, "class": 1})]
    cases = []
    for name, seed, rows, classes in (("two classes", 1, 90, 2), ("three classes", 2, 120, 3)):
        case = {"name": name, **invent(seed, rows, classes)}
        case["results"] = []
        for stage, params in asked:
            ids, p = apply(stage, params, case, 7)
            case["results"].append({"stage": stage, "params": params, "seed": 7, "ids": ids, "p": p})
        case["p"] = [value for row in case["p"] for value in row]
        cases.append(case)
    document = {"generator": "tools/golden/corrupt_stages_golden.py", "versions": {"python": platform.python_version(), "numpy": numpy.__version__},
                "cases": cases}
    path = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/stages/corrupt.json"
    path.write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
