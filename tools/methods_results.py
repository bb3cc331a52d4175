#!/usr/bin/env python3
"""Runs examples/methods.toml on several data sets and writes docs/results-methods*.md, a page for each pair of supervisor and student:
every method against naive, with intervals and p values adjusted for all comparisons of a run.

usage: tools/methods_results.py [--store DIR] [--pair PAIR] [DATASET...]      (after ./dev build; default: ngrams-minilm, all of DATASETS)
"""

import argparse
import dataclasses
import statistics

from results import ROOT, machine, percent, run, table, version

SPEC = "examples/methods.toml"
DATASETS = {
    "sst2": [],
    "cola": ['data.path="../shared/data/cola"'],
    "boolq": ['data.path="../shared/data/boolq"', 'data.text="{question} {passage}"', 'data.group="title"', "data.train=1500"],
    "anthropic_persona": ['data.path="../shared/data/anthropic_persona"', 'data.text="{behavior}: {text}"'],
    "sciq": ['data.path="../shared/data/sciq"', 'data.recipe="sciq"', 'data.text="Q: {question} A: {choice}"'],
    "ethics_justice": ['data.path="../shared/data/ethics_justice"', 'data.recipe="ethics_justice"'],
    "vader-films": ['data.path="vader-films"'],
}

CORPUS = {"sst2": "film reviews", "vader-films": "film reviews"}
T_975 = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365]  # Student's t, by degrees of freedom


@dataclasses.dataclass
class Pair:
    page: str
    words: str
    sets: list


PROBE_OF = lambda model: ['supervisor.kind="model"', f'supervisor.model="{model}"', 'supervisor.tune="probe"']
PAIRS = {
    "ngrams-minilm": Pair("results-methods.md", "bags of n-grams supervise MiniLM, read by a probe", []),
    "minilm-smollm2": Pair("results-methods-smollm2.md", "a probe of MiniLM supervises SmolLM2-135M, read by a probe",
                           PROBE_OF("minilm-l6") + ['student.model="smollm2-135m"']),
    "smollm2-gemma": Pair("results-methods-gemma.md", "a probe of SmolLM2-135M supervises Gemma 3 270M, read by a probe",
                          PROBE_OF("smollm2-135m") + ["supervisor.depth=8", 'supervisor.pooling="mean"', 'student.model="gemma3-270m"']),
    "ngrams-minilm-tuned": Pair("results-methods-tuned.md", "bags of n-grams supervise MiniLM, whose upper half is fine-tuned",
                                ['student.tune="top-half"']),
}
HEAD = """# Methods against naive

Made by `python3 tools/methods_results.py{arguments}` from [`{spec}`](../{spec}): {words}; 5 seeds; default parameters, none
tuned. A difference is the method's student minus naive's on the same labels and test rows, with its 95% interval over seeds x items; p is of no
difference, and Holm's holds for all comparisons of one data set together. `gold:` and `filter:trust` methods are given the truth of 100 transfer rows. `sst2` and `vader-films` are one
corpus: one task, not two. {caution}Machine: {machine}. Engine {version}.
"""
OF_PROBES = """Losses that a probe fits are convex problems solved to their minimum; what a method does to a fine-tuned student, or through early
stopping, does not show here. """
COLUMNS = ["method", "weak-to-strong", "PGR", "against naive, points", "p", "p, Holm", "gold rows alone", "verdict"]


def p_value(p):
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def row(cell):
    against = cell["against_naive"]
    compared = "undefined" not in against
    alone = cell["controls"].get("gold rows alone", {"undefined": ""})
    return [f"`{cell['method']}`", percent(cell["weak_to_strong"]), percent(cell["pgr"]), percent(against, True) if compared else "",
            p_value(against["p"]) if compared else "", p_value(against["p_holm"]) if compared else "",
            "" if "undefined" in alone else percent(alone), cell["verdict"]]


def summary(cells):
    compared = [c for c in cells if "undefined" not in c["against_naive"]]
    better = [c["method"] for c in compared if c["against_naive"]["p_holm"] < 0.05 and c["against_naive"]["value"] > 0]
    worse = [c["method"] for c in compared if c["against_naive"]["p_holm"] < 0.05 and c["against_naive"]["value"] < 0]
    named = lambda methods: ", ".join(f"`{m}`" for m in methods) or "none"
    return f"Better than naive after Holm: {named(better)}. Worse: {named(worse)}. Of the other {len(compared) - len(better) - len(worse)} these data cannot tell."


def section(name, sets, document):  # `sets`: all settings over the spec's
    cells = document["cells"]
    failed = [c for c in cells if c["status"] == "failed"]
    done = sorted((c for c in cells if c["status"] == "done"), key=lambda c: -c["weak_to_strong"].get("value", 0))
    first = done[0]
    lines = [f"\n## {name}\n", f"Floor {percent(first['weak_floor'])}, ceiling {percent(first['strong_ceiling'])}, {first['metric'].replace('_', ' ')}, "
             f"{first['weak_floor'].get('items', 0)} test rows. {summary(done)}", ""]
    lines += table(COLUMNS, map(row, done))
    lines += [f"\n`{c['method']}` failed: {c['error']}" for c in failed]
    return "\n".join(lines + [f"\nCommand: `qinglan run {SPEC}{''.join(f' --set {one!r}' for one in sets)}`"])


def over_tasks(documents):
    """Every method's difference to naive, a mean of tasks; data sets of one corpus are one task, their mean."""
    tasks = {}
    for name, document in documents.items():
        for cell in document["cells"]:
            against = cell["against_naive"]
            if "undefined" not in against:
                tasks.setdefault(cell["method"], {}).setdefault(CORPUS.get(name, name), []).append(100 * against["value"])
    rows = []
    for method, of in tasks.items():
        means = [statistics.mean(values) for values in of.values()]
        if len(means) < 3:
            continue
        half = T_975[len(means) - 1] * statistics.stdev(means) / len(means) ** 0.5
        mean = statistics.mean(means)
        rows.append((mean, [f"`{method}`", f"{mean:+.2f} [{mean - half:+.2f}, {mean + half:+.2f}]", f"{sum(m > 0 for m in means)} of {len(means)}"]))
    if not rows:
        return ""
    head = ("\n## Over all data sets\n\nThe mean of a method's difference to naive over tasks, in points, with a 95% interval over these tasks alone (Student's t; not adjusted for the number "
            "of methods), and on how many of them it is above 0. Tasks whose ceiling is invalid count too: a method may help where no gap is known.\n\n")
    lines = table(["method", "against naive, points", "above 0"], [values for _, values in sorted(rows, reverse=True)])
    return head + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store")
    parser.add_argument("--pair", choices=PAIRS, default="ngrams-minilm")
    parser.add_argument("datasets", nargs="*", choices=[[], *DATASETS])
    arguments = parser.parse_args()
    pair = PAIRS[arguments.pair]
    sections, documents = [], {}
    for name in arguments.datasets or DATASETS:
        sets = pair.sets + DATASETS[name]
        documents[name] = run(SPEC, arguments.store, sets)
        sections.append(section(name, sets, documents[name]))
    asked = [] if arguments.pair == "ngrams-minilm" else ["--pair", arguments.pair]
    head = HEAD.format(arguments="".join(f" {word}" for word in asked + arguments.datasets), spec=SPEC, words=pair.words,
                       caution="" if "tuned" in arguments.pair else OF_PROBES, machine=machine(), version=version())
    (ROOT / "docs" / pair.page).write_text(head + over_tasks(documents) + "\n".join(sections) + "\n")


if __name__ == "__main__":
    main()
