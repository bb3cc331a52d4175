#!/usr/bin/env python3
"""Runs specs and writes docs/results.md: every number with its interval, every spec beside it.

usage: tools/results.py [--store DIR] SPEC...
"""

import argparse
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEAD = """# Results

Made by `python3 tools/results.py {specs}`; numbers with 95% intervals over seeds x items (crossed
estimator; PGR as the set of ratios the data allow). Verdicts are the engine's own words. A probe is logistic regression on frozen
features; its table stands apart from fine-tuned students. `sst2` and the quick start are one corpus (film reviews): one task, not two.

Machine: {machine}. Engine {version}.
"""
COLUMNS = ["supervisor", "method", "seeds", "metric", "floor", "weak-to-strong", "ceiling", "gain", "PGR",
           "AUROC floor / w2s / ceiling", "verdict"]
RIVALS = {"majority vote": "the plain vote of its annotators", "single supervisor": "a single supervisor of its kind"}  # control, and what notes call it


def ask(*words):
    """The JSON document that the engine prints; a refused verdict and a failed cell are answers too."""
    command = [str(ROOT / "build/bin/qinglan"), *map(str, words), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode not in (0, 1, 3) or not done.stdout:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def version():
    return subprocess.run([str(ROOT / "build/bin/qinglan"), "--version"], capture_output=True, text=True).stdout.strip()


def run(spec, store, sets=()):
    words = ["run", spec]
    for one in sets:
        words += ["--set", one]
    if store:
        words += ["--store", store]
    return ask(*words)


def percent(estimate, signed=False):
    if "undefined" in estimate:
        return "undefined"
    sign = "+" if signed else ""
    value, low, high = (100 * estimate[k] for k in ("value", "low", "high"))
    return f"{value:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def fraction(estimate):
    return "undefined" if "undefined" in estimate else f"{estimate['value']:.3f}"


def row(cell):
    auroc = " / ".join(fraction(cell["auroc"][k]) for k in ("weak_floor", "weak_to_strong", "strong_ceiling"))
    taught = " > ".join([cell["supervisor"], *(student["name"] for student in cell.get("chain", [])[:-1])])
    return [taught, cell["method"], str(cell["seeds"]), cell["metric"].replace("_", " "),
            percent(cell["weak_floor"]), percent(cell["weak_to_strong"]), percent(cell["strong_ceiling"]),
            percent(cell["gain"], True), percent(cell["pgr"]), auroc, f"**{cell['verdict']}**"]


def table(columns, rows):
    """Lines of Markdown."""
    line = lambda values: "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"
    return [line(columns), "|" + "---|" * len(columns), *map(line, rows)]


def section(spec, document):
    lines = [f"\n## {document['name']}\n", *table(COLUMNS, map(row, document["cells"])), ""]
    lines += [f"{line}\n" for line in rivals(document["cells"])]
    for cell in document["cells"]:
        lines.append(f"- {cell['method']}: {cell['headline']}")
        lines.append(f"  Reason: {cell['reason']}")
        controls = ", ".join(f"{name} {percent(e)}" for name, e in sorted(cell["controls"].items()) if "undefined" not in e)
        lines.append(f"  Controls: {controls}.")
        lines += [f"  Note: {note}" for note in cell.get("notes", [])]
    lines += [f"\nSpec: [`{spec}`](../{spec})\n", "```toml", (ROOT / spec).read_text().strip(), "```"]
    return "\n".join(lines)


def rivals(cells):
    """Which supervisors beat what is simpler, one line for each such control; a note of the engine tells of those that are not shown to."""
    for control, words in RIVALS.items():
        compared = [cell for cell in cells if "undefined" not in cell["controls"].get(control, {"undefined": ""})]
        names = {True: [], False: []}
        for cell in compared:
            beaten = not any(words in note for note in cell.get("notes", []))
            if cell["supervisor"] not in names[beaten]:
                names[beaten].append(cell["supervisor"])
        if compared:
            said = {beaten: ", ".join(f"`{name}`" for name in of) or "none" for beaten, of in names.items()}
            yield f"Better than {words}, by the interval of the difference: {said[True]}. Not shown to be, or worse: {said[False]}."


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name"))
    return f"{text.count('processor')} cores, {model}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store")
    parser.add_argument("specs", nargs="+")
    arguments = parser.parse_args()
    sections = [section(spec, run(spec, arguments.store)) for spec in arguments.specs]
    head = HEAD.format(specs=" ".join(arguments.specs), machine=machine(), version=version())
    (ROOT / "docs/results.md").write_text(head + "\n".join(sections) + "\n")


if __name__ == "__main__":
    main()
