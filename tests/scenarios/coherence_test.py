"""Labels that a model foretells from one another: found without ground truth, the same again, priced beforehand; related rows do not
contradict each other; what cannot be searched is refused."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
invented = h.write_data(folder, train=40, test=20)
# Pairs of rows of unlike labels. Coherence weighs little: a small model finds any one label coherent.
data = folder / "pairs"
data.mkdir()
for split in ("train", "test"):
    rows = [json.loads(line) for line in open(invented / f"{split}.jsonl")]
    data.joinpath(f"{split}.jsonl").write_text("".join(json.dumps(row | {"pair": f"{split}{i // 2}"}) + "\n" for i, row in enumerate(rows)))
SEARCH = 'elicit = "icm"\nrows = 8\nsteps = 30\nstart = 4\nshots = 1\nalpha = 0.1\nin_group = "different"\n'
WORDS = 'label_words = [" bad", " good"]\n'


def spec(supervisor=SEARCH, model="smollm2-135m"):
    written = folder / "spec.toml"
    written.write_text(
        f'seeds = 2\n[data]\npath = "{data}"\ngroup = "pair"\n[supervisor]\nkind = "elicit"\nmodel = "{model}"\n{WORDS}{supervisor}'
        'text = "{text}. In short:"\n[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\nshuffled = false\n'
        "ngram = false\nlength = false\n"
    )
    return written


def refuse(words, **change):
    done = h.run(spec(**change), folder / "bad", ok=None)
    h.check(done.returncode == 2 and all(word in done.stderr for word in words) and not done.stdout,
            f"{change}: exit {done.returncode}, {done.stderr}")


def floors(store):
    """(node, summary) of every search."""
    found = []
    for path in (store / "objects").glob("*/*/manifest.json"):
        node = json.loads(path.read_text())["node"]
        if node["params"].get("learner", {}).get("kind") == "icm":
            found.append((node, json.loads((path.parent / "result/summary.json").read_text())))
    return found


store = folder / "store"
planned = json.loads(subprocess.run([str(h.QINGLAN), "plan", str(spec()), "--store", str(store), "--json"], capture_output=True, text=True,
                                    check=True).stdout)
document = h.document(spec(), store)
cell = document["cells"][0]
h.check(document["ledger"]["failed"] == 0 and "value" in cell["weak_floor"] and "value" in cell["weak_to_strong"], f"scored: {document}")
h.check(cell["headline"].count("without ground truth") == 1, f"the headline says what the labels are: {cell['headline']}")
made = floors(store)
h.check(sorted(node["params"]["seed"] for node, _ in made) == [0, 1], f"a search a seed: {made}")
for node, summary in made:
    h.check(set(node["inputs"]) == {"dataset"} and summary["ground_truth"] == [], f"no ground truth among its inputs: {node}")
    h.check(len(summary["labels"]) == summary["rows"] == 8, f"8 rows labelled: {summary}")
    h.check(summary["contradictions"] == 0 and sum(summary["labels"].values()) == 4, f"one of each pair: {summary}")
    h.check(summary["utility"] < 0 and 0 < summary["asked"] <= planned["search_prompts"] / 2, f"no more than planned: {summary}, {planned}")
h.check(h.document(spec(), store)["ledger"]["computed"] == 0, "again computes nothing")
other = folder / "other"
h.document(spec(), other)
h.check(h.results(other) == h.results(store), "elsewhere the same bits")

refuse(["rows", "at most 20"], supervisor='elicit = "icm"\n')
refuse(["start", "at most 8"], supervisor=SEARCH.replace("start = 4", "start = 9"))
refuse(["shots", "at most 7"], supervisor=SEARCH.replace("shots = 1", "shots = 4"))
refuse(["rows", "means nothing"], supervisor='elicit = "few-shot"\nrows = 8\n')
refuse(["cooling", "geometric"], supervisor=SEARCH + 'cooling = "geometrical"\n')
refuse(["encoder"], model="minilm-l6")
h.clean(folder)
print("1 passed, 0 failed")
