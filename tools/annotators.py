#!/usr/bin/env python3
"""Writes what examples/annotators.toml reads, from the package that the quick start uses: films.jsonl, sentences of film reviews with the sign of
their ratings' mean, and what annotators say of them, people and word lists in people-and-lists.jsonl, the word lists alone in lists.jsonl.

usage: tools/annotators.py [FOLDER]      (after ./dev setup; default: build/annotators)

Two annotators are people, the first two ratings of a sentence (they carry no names; 0, undecided, is silence), which the truth leaves out. Five are
word lists, each with every fifth word of the package's lexicon: positive or negative by the sum of what it finds, silent where that is 0.
"""

import json
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = ROOT / ".deps/data/vaderSentiment-3.3.2"
FILMS = PACKAGE / "additional_resources/hutto_ICWSM_2014"
PEOPLE, LISTS, DEAD_BAND = 2, 5, 0.05  # as of vader-films


def lines(path, encoding="latin-1"):
    return (line.rstrip("\n").split("\t") for line in open(path, encoding=encoding) if line.strip())


def word_lists():
    words = sorted((row[0], float(row[1])) for row in lines(PACKAGE / "vaderSentiment/vader_lexicon.txt", "utf-8"))
    return [dict(words[i::LISTS]) for i in range(LISTS)]


def answer(value):
    return "positive" if value > 0 else "negative"


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/annotators"
    folder.mkdir(parents=True, exist_ok=True)
    texts = {row[0]: row[2] for row in lines(FILMS / "movieReviewSnippets_GroundTruth.txt")}
    lists = word_lists()
    with open(folder / "films.jsonl", "w") as films, open(folder / "people-and-lists.jsonl", "w") as both, open(folder / "lists.jsonl", "w") as alone:
        for name, *_, raw in lines(FILMS / "movieReviewSnippets_anonDataRatings.txt"):
            ratings = json.loads(raw)
            truth = statistics.mean(ratings[PEOPLE:])
            if abs(truth) <= DEAD_BAND:
                continue
            words = re.findall(r"\w+(?:'\w+)?", texts[name].lower())
            people = {f"annotator_person_{i + 1}": answer(ratings[i]) for i in range(PEOPLE) if ratings[i]}
            sums = [sum(one.get(word, 0) for word in words) for one in lists]
            programs = {f"annotator_words_{i + 1}": answer(value) for i, value in enumerate(sums) if value}
            films.write(json.dumps({"id": name, "text": texts[name], "label": answer(truth)}) + "\n")
            both.write(json.dumps({"id": name, **people, **programs}) + "\n")
            alone.write(json.dumps({"id": name, **programs}) + "\n")


if __name__ == "__main__":
    main()
