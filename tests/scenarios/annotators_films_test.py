"""Three of the people who rated each film sentence, as annotators: their list in the package becomes a file of answers, and Dawid-Skene
is told whether it beats their vote. The ratings carry no names, so an annotator is a place in the list; 0, undecided, is silence.
The truth is the sign of all ratings' mean, so these three are part of it: far better than weak, which the verdict says."""

import json

import harness as h

h.need_worker()
h.need_model()
ratings = h.need_data("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014/movieReviewSnippets_anonDataRatings.txt")
folder = h.workspace()
crowd = folder / "raters.jsonl"
with open(crowd, "w") as out:
    for line in open(ratings, encoding="latin-1"):
        name, _, _, raw = line.rstrip("\n").split("\t")
        signs = {f"annotator_{i}": "positive" if r > 0 else "negative" for i, r in enumerate(json.loads(raw)[:3]) if r}
        out.write(json.dumps({"id": name, **signs}) + "\n")
spec = folder / "spec.toml"
spec.write_text('seeds = 3\n[data]\npath = "vader-films"\nid = "id"\ntrain = 600\ntest = 500\n'
                f'[supervisor]\nkind = "annotators"\npath = "{crowd}"\ncombine = "dawid-skene"\n'
                '[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\nngram = false\nlength = false\n')
cell = h.document(spec, folder / "store")["cells"][0]
h.check(cell["supervisor"] == "dawid-skene:raters", cell["supervisor"])
h.check(cell["weak_floor"]["value"] > 0.9, f"people agree on films: {cell['weak_floor']}")
h.check(any("beat the plain vote of its annotators" in note for note in cell["notes"]), f"among equals the vote is as good: {cell['notes']}")
h.check(cell["verdict"] == "harmful", f"a small student is worse than people: {cell['verdict']} {cell['reason']}")
h.clean(folder)
print("1 passed, 0 failed")
