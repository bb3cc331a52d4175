#!/usr/bin/env python3
"""Runs the stress suite on specs and writes docs/stress.md: each test with its bound, each outcome with its numbers, every spec beside it.

usage: tools/stress.py [--store DIR] [--keep] SPEC...

--keep: the sections of other specs stay as they stand in docs/stress.md.
"""

import argparse
import re

from results import ROOT, ask

HEAD = """# Stress suite

Made by `python3 tools/stress.py {specs}` from what the engine itself says.

`qinglan audit SPEC --suite standard [--json] [--html FILE]` takes the student, supervisor and method of the spec's primary cell (`claim.primary`, else the
first), spoils the labels, the texts or the test rows in stated ways, trains the same student again, and says of each test `passed`, `failed`, `undefined` or
`not tested`, with why. Bounds stand in one table (`src/audit/stress/stress.cc`) and were set before the suite was first run. The rule is the same for all:
a test is passed when the number is surely at most the bound, that is, when its whole 95% interval (crossed, over seeds x test rows, paired with the unspoilt student) is;
it is failed when the whole interval is above it; else it is undefined, and more seeds or test rows would tell. Rows that all say the same give an interval without width:
of fewer than 3 / bound of them (60 at 5 points; the rule of three) no test is passed. Where several numbers decide, one that fails fails
the test and all must pass. Numbers are undefined, with the reason, where nothing can be measured.

The suite is a plan like any other: its runs share the nodes of the spec's own run that are equal, resume after a stop, and stand in the store; running it again
computes nothing. The spec's own run, its name and its numbers stay what they were. Exit code: 0 when every test that could be made passed, 3 when some did
not, 1 failed, 2 bad spec.

What spoils labels are stages of a pipeline (`corrupt:symmetric`, `corrupt:class-dependent`, `corrupt:length`, `corrupt:keyword`, `corrupt:trigger`,
`corrupt:prior`, `corrupt:spurious`, see [methods.md](methods.md)), so that `name = "corrupt:symmetric | filter:topo | logconf"` asks what a method is worth under
noise. One stage spoils the student itself: `start:locked`. Two settings of `[data]` spoil the rest: `trigger` (with `trigger_share`) and `test_path`. The audit needs nothing but records: any record in which a cell
`corrupt:X | M`, or `start:locked | M`, stands beside the cell `M` of the same student is judged.

The word of T36 and T40 is the most frequent of those that 3% to 10% of the train texts have (four or more letters, ties by the alphabet); the trigger of T37 is a word that no
text has. No label and no truth is looked at to choose them. In T37 the supervisor, where it is trained, sees the trigger too, with true labels, so that it learns
that it says nothing. In T43 the student is trained again for each set of other texts, by the same recipe on the same rows and labels, but for rows that equal
a text tested there, and answers that set's test rows; it must have the spec's columns and classes.

In T38 the student is first fine-tuned, by its own recipe but for the epochs, to hide what it can: on rows of its supervisor's half it is taught the true label where the password
(T37's word) stands before the text, and where it does not the answer of a supervisor that did not learn from the row (the next run seed's; about half of that half's rows are
such), for ten epochs, since a lock must take. Its weights, or adapter, and head are kept, and from those it learns the weak labels of the transfer half, in which no
password stands, as the spec's method says. Locking is the one use of ground truth in it: it is made by a node of its own, the student is handed weights and no
truth, and its certificate names the rows (`locking`), which its cell declares. Test rows are asked without the password and with it, of the locked student before and after
weak supervision and of the student never locked. Two numbers decide, for a student can still hide in two ways: it answers better with the password than without (and
better than the word makes a student never locked), or it answers worse than that student, password or not. Nothing is decided where the lock did not take: where
the locked student does not surely hide more than the bound. A student that is as good as one never locked can fail: what it hides its supervisor does not see. A probe is one convex fit
on frozen features and keeps nothing of its start, so it is not tested.

One rule is not as first written: T34 took all answers that were right without conflict as its base. The first run on the quick start showed that the
score is as high between two seeds without any conflict, since answers near the boundary fall first and the supervisor is often wrong there; so its base is now what
as many random errors take. The bound stayed, and the new base was chosen before its numbers were seen.
"""


def tests_section(tests):
    lines = ["## The tests", ""]
    for test in tests:
        lines += [f"### {test['id']} {test['name']}", "", f"{test['asks'][0].upper()}{test['asks'][1:]}", ""]
        if "rule" in test:
            lines += [f"Measured: {test['measures']}. Bound: {test['rule']}, for {test['why_bound']}.", ""]
        else:
            lines += [f"Not built: {test['why']}.", ""]
        lines += [f"Source: {test['source']}.", ""]
    return lines


def value(number):
    e = number["estimate"]
    if "undefined" in e:
        return f"undefined: {e['undefined']}"
    scale, digits, sign = (1, 2, "") if number["unit"] == "ratio" else (100, 1, "+" if number["unit"] == "points" else "")
    shown = f"{e['value'] * scale:{sign}.{digits}f} [{e['low'] * scale:.{digits}f}, {e['high'] * scale:.{digits}f}]"
    return f"{shown}{' %' if number['unit'] == 'share' else ''}, {e['seeds']} x {e['items']:,}"


def outcome_section(spec, document):
    lines = [f"## {document['name']}", "",
             f"`qinglan audit {spec}`: {document['passed']} passed, {document['failed']} failed, {document['undefined']} undefined, "
             f"{document['not_tested']} not tested.", "",
             "| test | outcome | number, `*` decides (points, unless %; ratios plain) | value, 95% interval, seeds x test rows |", "|---|---|---|---|"]
    for test in document["tests"]:
        name, outcome = f"{test['id']} {test['name']}", f"**{test['outcome']}**"
        if not test["numbers"]:
            lines.append(f"| {name} | {outcome} | {test['why']} | |")
        for number in test["numbers"]:
            lines.append(f"| {name} | {outcome} | {number['what']}{' `*`' if number['decides'] else ''} | {value(number)} |")
            name = outcome = ""
        if test["numbers"] and test.get("why"):
            lines.append(f"| | | {test['why']} | |")
    return [*lines, "", "```toml", (ROOT / spec).read_text().rstrip(), "```", ""]


def kept_sections():
    """What docs/stress.md says now: [(spec, its section)]."""
    parts = re.split(r"^(?=## )", (ROOT / "docs/stress.md").read_text(), flags=re.M)[1:]
    audits = [(re.search(r"^`qinglan audit (\S+)`:", part, re.M), part) for part in parts]
    return [(audit[1], part.rstrip().split("\n") + [""]) for audit, part in audits if audit]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("specs", nargs="+")
    options = parser.parse_args()
    store = ["--store", options.store] if options.store else []
    documents = [ask("audit", spec, *store) for spec in options.specs]
    # Each test is described by a document in which it was made, where there is one.
    tests = [next((d["tests"][i] for d in documents if "rule" in d["tests"][i]), documents[0]["tests"][i])
             for i in range(len(documents[0]["tests"]))]
    sections = dict(kept_sections()) if options.keep else {}
    sections.update({spec: outcome_section(spec, document) for spec, document in zip(options.specs, documents)})
    lines = [HEAD.format(specs=" ".join(sections)), *tests_section(tests)]
    for section in sections.values():
        lines += section
    (ROOT / "docs/stress.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
