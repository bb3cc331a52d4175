"""n-grams > MiniLM > SmolLM2 on the quick start's films: without links the run is as it was, bit for bit; a link is the student of an
ordinary run, taught no ground truth; one that copies its teacher changes nothing; a chain that shrinks or cannot be is told so."""

import json
import pathlib

import harness as h

h.need_worker()
h.need_model()
h.need_data("vaderSentiment-3.3.2")
folder = h.workspace()
store = folder / "store"
BASE = ('seeds = 2\n[data]\npath = "vader-films"\ntrain = 1000\ntest = 300\n[supervisor]\nkind = "ngrams"\n'
        '[student]\nmodel = "smollm2-135m"\ndepth = 2\npooling = "mean"\nl2 = [0.1]\n'
        '[controls]\nrandom_init = false\nlength = false\nweak_twice = false\n')
CHAIN = '[chain]\ndepth = 2\nl2 = [0.1]\n'


def spec(name, text):
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


plain = h.document(spec("plain", BASE), folder / "plain")["cells"][0]
metric = plain["metric"]
chains = spec("chains", BASE + CHAIN + '[grid]\n"chain.through" = [[], ["minilm-l6"], ["smollm2-135m"]]\n')
h.document(chains, store, "--set", "chain.pooling=mean")
document = h.document(chains, store, "--set", "chain.pooling=mean")
h.check(document["ledger"]["computed"] == 0, "nothing is computed twice")
none, through, copy = document["cells"]
h.check({k: v for k, v in none.items() if k != "against_naive"} == {k: v for k, v in plain.items() if k != "against_naive"},
        "a chain of no links is the plain run")
alone = h.results(folder / "plain")
h.check(alone and all(h.results(store).get(path) == digest for path, digest in alone.items()), "with its keys and bits")

h.check(through["id"].startswith("ngrams > minilm-l6 > smollm2-135m (probe)"), f"the id names the links: {through['id']}")
h.check([link["name"] for link in through["chain"]] == ["minilm-l6", "smollm2-135m"], "every student is scored")
h.check(through["chain"][1][metric] == through["weak_to_strong"], "the last one is the cell's")
h.check(through["weak_floor"] == plain["weak_floor"] and through["strong_ceiling"] == plain["strong_ceiling"],
        "floor: the first supervisor; ceiling: the last student")
h.check(through["controls"]["without the chain"] == plain["weak_to_strong"], "the run without the chain stands beside it")
h.check(through["controls"]["n-gram student"] != plain["controls"]["n-gram student"], "controls learn the labels that the student learns")
h.check(not any("shrinks" in note for note in through["notes"]), "this one grows")

# A link is an ordinary student: the run in which it is the last one finds it done, and has its score.
link = h.document(spec("link", BASE), store, "--set", "student.model=minilm-l6")["cells"][0]
h.check(link["weak_to_strong"] == through["chain"][0][metric], "a link is the student of its own run")
h.check(copy["chain"][0][metric] == plain["weak_to_strong"], "the student as its own link is the plain student")
record = json.loads(next(pathlib.Path(store).glob(f"records/{document['run']}.json")).read_text())
series = {name: one for cell in record["cells"] for student in cell.get("chain", []) for name in student["series"] for one in [record["series"][name]]}
h.check(len(series) == 8 and all(one["certificate"]["ground_truth"] == [] and "truth" not in one["certificate"]["inputs"] for one in series.values()),
        "no student on the way is given ground truth")

# Without a penalty and with more rows than features, a probe of the supervisor's own features repeats it.
copies = BASE.replace('kind = "ngrams"', 'model = "minilm-l6"\ndepth = 2\nl2 = [0.1]') + '[chain]\nthrough = "minilm-l6"\ndepth = 2\nl2 = [1e-9]\n'
copied = h.document(spec("copies", copies), store)["cells"][0]
h.check(abs(copied["chain"][0]["over_teacher"]["value"]) <= 0.005, f"the link is a copy: {copied['chain'][0]}")
h.check(abs(copied["weak_to_strong"]["value"] - copied["controls"]["without the chain"]["value"]) <= 0.01, "what a copy teaches is what it was taught")
h.check(any(note.startswith("the chain does not beat") or note.startswith("the chain is not shown to beat") for note in copied["notes"]),
        f"and it is told: {copied['notes']}")

shrinks = h.document(chains, store, "--set", "chain.pooling=mean", "--set", "chain.through=smollm2-135m", "--set", "student.model=minilm-l6")["cells"][0]
h.check(any("the chain shrinks: smollm2-135m (134,515,008 parameters) teaches minilm-l6" in note for note in shrinks["notes"]), f"{shrinks['notes']}")
shown = h.run(chains, store, "--set", "chain.pooling=mean").stdout
h.check("Chains, link by link" in shown and "ngrams → minilm-l6 → smollm2-135m" in shown, "people see the links")

labels = folder / "labels.jsonl"
labels.write_text('{"row": 0, "label": "positive"}\n')
for settings, said in ((["chain.through=[\"minilm-l7\"]"], "did you mean minilm-l6"), (["chain.through=minilm-l6", "chain.depth=7"], 'chain."minilm-l6".depth'),
                       (["chain.through=minilm-l6", "supervisor.kind=labels", f"supervisor.path={labels}"], "label")):
    refused = h.run(chains, store, *(word for setting in settings for word in ("--set", setting)), ok=(2, 1))
    h.check(said in refused.stderr, f"{settings} is refused: {refused.stderr}")
h.clean(folder)
print("1 passed, 0 failed")
