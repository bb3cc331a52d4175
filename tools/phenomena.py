#!/usr/bin/env python3
"""Runs the specs registered in docs/phenomena.toml, applies the tests registered there and writes docs/phenomena.md.

usage: .deps/dev-venv/bin/python3 tools/phenomena.py --store DIR    (needs numpy and scipy; after ./dev build)

Everything is computed from the records of these runs; a second call computes nothing anew.
"""
import argparse
import base64
import json
import pathlib
import subprocess
import tomllib

import numpy as np
from scipy.stats import t as student

from results import ROOT, machine, run, version

REGISTRATION = "docs/phenomena.toml"
DATA = {
    "sst2": ['data.path="../shared/data/sst2"'],
    "anthropic_persona": ['data.path="../shared/data/anthropic_persona"', 'data.text="{behavior}: {text}"'],
    "ethics_justice": ['data.path="../shared/data/ethics_justice"', 'data.recipe="ethics_justice"'],
    "sciq": ['data.path="../shared/data/sciq"', 'data.recipe="sciq"'],
    "cola": ['data.path="../shared/data/cola"'],
}
MINILM = ['supervisor.kind="model"', 'supervisor.model="minilm-l6"', 'supervisor.tune="probe"']
SUPERVISORS = {
    "n-grams of one word": ['supervisor.kind="ngrams"', "supervisor.max_n=1"],
    "n-grams of one or two words": ['supervisor.kind="ngrams"', "supervisor.max_n=2"],
    "minilm-l6 after block 1": [*MINILM, "supervisor.depth=1"],
    "minilm-l6 after block 2": [*MINILM, "supervisor.depth=2"],
    "minilm-l6 after block 3": [*MINILM, "supervisor.depth=3"],
    "minilm-l6 after block 6": [*MINILM, "supervisor.depth=6"],
}
ITSELF = {"minilm-l6": "minilm-l6 after block 6"}  # the student that a supervisor is
OUTCOMES = {1: "shown", -1: "opposite", 0: "absent at this scale"}


class Answers:
    """What the models of one cell answer to the test rows of a run, by seed."""

    def __init__(self, record, cell):
        self.record, self.cell = record, cell
        self.truth = np.array(record["truth"])
        self.half = np.array(record["groups"]) % 2

    def _given(self, series, seed):
        logits = np.frombuffer(base64.b64decode(self.record["series"][seed[series]]["logits"]), "<f4")
        return logits.reshape(len(self.truth), -1).argmax(1)

    def score(self, series, half):
        """Balanced accuracy on the groups of one half, the mean over seeds."""
        rows = self.half == half
        classes = [rows & (self.truth == k) for k in np.unique(self.truth)]
        return np.mean([np.mean([(self._given(series, seed) == self.truth)[one].mean() for one in classes]) for seed in self.cell["seeds"]])

    def agreement(self, half):
        rows = self.half == half
        return np.mean([(self._given("weak_to_strong", seed) == self._given("weak_floor", seed))[rows].mean() for seed in self.cell["seeds"]])

    def gap(self, half):
        return self.score("strong_ceiling", half) - self.score("weak_floor", half)

    def gain(self, half):
        return self.score("weak_to_strong", half) - self.score("weak_floor", half)


def record_of(store, spec, sets):
    document = run(spec, store, sets)
    record = json.loads((pathlib.Path(store) / "records" / f"{document['run']}.json").read_text())
    failed = [cell["error"] for cell in record["cells"] if cell["status"] != "done"]
    if failed:
        raise SystemExit(f"{spec} {sets}: {failed}")
    return record


def probe_pairs(store, spec):
    """{(data, student): [{method: Answers}]}, one dictionary a supervisor."""
    pairs = {}
    for data, where in DATA.items():
        for supervisor, keys in SUPERVISORS.items():
            record = record_of(store, spec, where + keys)
            by_student = {}
            for cell in record["cells"]:
                by_student.setdefault(cell["student"], {})[cell["method"]] = Answers(record, cell)
            for name, methods in by_student.items():
                if ITSELF.get(name) != supervisor:
                    pairs.setdefault((data, name), []).append(methods)
    return pairs


def points_of(pairs, x, y):
    """(data set, unit, x, y): x of one half of the test groups, y of the other, and the other way round."""
    return [(data, (data, name), x(methods, half), y(methods, 1 - half))
            for (data, name), supervised in pairs.items() for methods in supervised for half in (0, 1)]


def slope(points):
    """Within units: both sides less their means there."""
    units = {unit: np.array([(px, py) for _, u, px, py in points if u == unit]) for unit in {p[1] for p in points}}
    centred = np.concatenate([rows - rows.mean(0) for rows in units.values()])
    return (centred[:, 0] * centred[:, 1]).sum() / (centred[:, 0] ** 2).sum()


def jackknife(points, statistic):
    """The statistic of all points and its interval, by leaving each data set out."""
    names = sorted({p[0] for p in points})
    whole, n = statistic(points), len(names)
    pseudo = np.array([n * whole - (n - 1) * statistic([p for p in points if p[0] != name]) for name in names])
    half = student.ppf(0.975, n - 1) * pseudo.std(ddof=1) / np.sqrt(n)
    return whole, whole - half, whole + half


def imitations(record):
    """P(the supervisor's answer | that is wrong) after the first and the last epoch, a row a seed. Of two classes the rows that both
    get wrong are (agreement - accuracy + share the supervisor gets wrong) / 2, so the curve is enough."""
    cell, pairs = record["cells"][0], []
    truth = np.array(record["truth"])
    for seed in cell["seeds"]:
        logits = np.frombuffer(base64.b64decode(record["series"][seed["weak_floor"]]["logits"]), "<f4").reshape(len(truth), -1)
        wrong = (logits.argmax(1) != truth).mean()
        curve = [p for p in record["series"][seed["weak_to_strong"]]["curve"] if "test_accuracy" in p and "agreement" in p]
        pairs.append([(p["agreement"] - p["test_accuracy"] + wrong) / (2 * wrong) for p in (curve[0], curve[-1])])
    return np.array(pairs)


def mean_change(points):
    return np.mean([py for *_, py in points])


def measure(name, pairs, epochs):
    """(statistic in words, estimate, points) of a registered phenomenon."""
    gap = lambda methods, half: methods["naive"].gap(half)
    gain = lambda methods, half: methods["naive"].gain(half)
    helped = lambda methods, half: methods["logconf"].score("weak_to_strong", half) - methods["naive"].score("weak_to_strong", half)
    agreement = lambda methods, half: methods["naive"].agreement(half)
    if name == "later epochs imitate the supervisor's errors more":
        points = [(data, data, 0, pairs_of[:, 1].mean() - pairs_of[:, 0].mean()) for data, pairs_of in epochs.items()]
        return "points of P(its answer, given it is wrong), last epoch less first", 100, jackknife(points, mean_change), points
    x, y, unit = {
        "gain grows with the gap": (gap, gain, "points of gain a point of gap"),
        "the confidence loss helps more with larger gaps": (gap, helped, "points of logconf over naive a point of gap"),
        "low agreement with the supervisor means more gain": (agreement, gain, "points of gain a point of agreement"),
    }[name]
    points = points_of(pairs, x, y)
    return unit, 1, jackknife(points, slope), points


def outcome(direction, low, high):
    sign = 1 if direction == "positive" else -1
    return OUTCOMES[sign * (1 if low > 0 else -1 if high < 0 else 0)]


def by_data(points, statistic, scale):
    each = [(name, statistic([p for p in points if p[0] == name])) for name in dict.fromkeys(p[0] for p in points)]
    return ", ".join(f"{name} {scale * value:+.2f}" for name, value in each)


def committed(path):
    done = subprocess.run(["git", "log", "--format=%h of %aI", "-1", "--", path], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "no commit"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    arguments = parser.parse_args()
    plan = tomllib.loads((ROOT / REGISTRATION).read_text())
    pairs = probe_pairs(arguments.store, plan["probes"]["spec"])
    epochs = {data: imitations(record_of(arguments.store, plan["epochs"]["spec"], where)) for data, where in DATA.items()}
    lines = ["# Phenomena, registered and measured", "",
             f"Made by `tools/phenomena.py` from [`{REGISTRATION}`](phenomena.toml), registered in {committed(REGISTRATION)}: direction and test were settled",
             "before anything was measured. Data sets are the units that intervals (95%) are over; n says how many cells and seeds are behind them.", "",
             "**Shown**: the interval lies on the registered side of 0. **Opposite**: on the other side. **Absent at this scale**: it holds 0; how wide it is says how large an effect",
             "these data could have hidden. The tests are not corrected for being four. A slope is one for all data sets, within data set and student; its interval leaves one data",
             "set out at a time. The program that applies the tests was written after the registration, before any outcome was looked at.", "",
             "| phenomenon | registered direction | measured | n | outcome |", "|---|---|---|---|---|"]
    details = []
    for one in plan["phenomenon"]:
        unit, scale, (value, low, high), points = measure(one["name"], pairs, epochs)
        section = plan["epochs" if one["cells"] == "epochs" else "probes"]
        cells = len(points) if one["cells"] == "epochs" else len(points) // 2
        lines.append(f"| {one['name']} | {one['direction']} | {scale * value:+.2f} [{scale * low:+.2f}, {scale * high:+.2f}] {unit} | {len(DATA)} data sets, "
                     f"{cells} cells, {section['seeds']} seeds each | **{outcome(one['direction'], low, high)}** |")
        details.append(f"- {one['name']} ({one['source']}), by data set: {by_data(points, mean_change if one['test'] == 'mean' else slope, scale)}.")
    lines += ["", *details, "", "Scores behind them (balanced accuracy, means over seeds and both halves of the test rows):", "",
              "| data | student | supervisors: floor to ceiling, naive, logconf |", "|---|---|---|"]
    for (data, name), supervised in pairs.items():
        both = lambda answers, series: 100 * np.mean([answers.score(series, half) for half in (0, 1)])
        cells = "; ".join(f"{both(m['naive'], 'weak_floor'):.1f} to {both(m['naive'], 'strong_ceiling'):.1f}, {both(m['naive'], 'weak_to_strong'):.1f}, "
                          f"{both(m['logconf'], 'weak_to_strong'):.1f}" for m in supervised)
        lines.append(f"| {data} | {name} | {cells} |")
    lines += ["", f"Supervisors in this order: {', '.join(SUPERVISORS)}. Imitation of errors after each first and last epoch: "
              + ", ".join(f"{data} {100 * rows[:, 0].mean():.1f} to {100 * rows[:, 1].mean():.1f}" for data, rows in epochs.items()) + " (percent).",
              "", f"Machine: {machine()}. Engine {version()}."]
    (ROOT / "docs/phenomena.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
