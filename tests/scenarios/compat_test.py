"""Runs under a compat profile on the quick start's films: the record names the deviations, a key of the spec sets one aside, every
deviation exists as a setting of its own (spelled out, they give the very same nodes), no test row is dropped for its length, and an
unknown profile is refused with the known ones."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
h.need_data("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014/movieReviewSnippets_anonDataRatings.txt")
folder = h.workspace()
store = folder / "store"
SPEC = """seeds = 2
{top}[data]
path  = "vader-films"
text  = "{{text}}"
train = 80
test  = 40
{data}[supervisor]
kind  = "lexicon"
path  = "vaderSentiment-3.3.2/vaderSentiment/vader_lexicon.txt"
[student]
model = "minilm-l6"
max_tokens = 16
{student}[controls]
shuffled = false
random_init = false
length = false
[claim]
ceiling = false
{method}[grid]
"method.name" = ["naive", "logconf"]
"""
COMPAT = 'compat = "openai-6b450f2"\n'


def spec(name, top="", data="", student="", method=""):
    path = folder / name
    path.write_text(SPEC.format(top=top, data=data, student=student, method=method))
    return path


def qinglan(*arguments):
    return subprocess.run([str(h.QINGLAN), *map(str, arguments)], capture_output=True, text=True)


published = h.document(spec("published.toml", COMPAT), store)
compat = published["compat"]
h.check(compat["name"] == "openai-6b450f2" and "6b450f2" in compat["source"], "the record says whose behaviour it is")
for name in ("full tuning", "one rate", "no warm-up", "no clipping", "one order", "quantile of the batch", "jump of the weight"):
    h.check(name in compat["deviations"], f"the record names the deviation: {name}")
h.check(compat["set_aside"] == ["context"], f"max_tokens is the spec's own: {compat['set_aside']}")
h.check("rate of the supervisor" in compat["not_met"], "a word list has no rate")
params = {cell["method"]: cell["params"] for cell in published["cells"]}
h.check(params["logconf"]["threshold"] == "quantile" and params["logconf"]["jump"] is True, f"logconf as coded: {params['logconf']}")
h.check(all(cell["status"] == "done" and cell["weak_to_strong"]["items"] == 40 for cell in published["cells"]),
        "texts of more than 16 tokens are cut: all test rows are tested")
shown = qinglan("report", folder / "published.toml", "--store", store)
h.check("compat openai-6b450f2: full tuning" in shown.stdout + shown.stderr, f"the report names them too: {shown.stdout}")

# Each deviation by its own name.
apart = h.document(spec("apart.toml", data="balance = false\n",
                        student='tune = "full"\nlr = 1e-5\nhead_lr = 1e-5\nschedule = "cosine"\nwarmup = 0.0\nclip = 0.0\norder = "repeat"\n'
                                'dtype = "float32"\n',
                        method='[method.logconf]\nthreshold = "quantile"\njump = true\nwarmup = 0.1\n'), store)
h.check(apart["ledger"]["computed"] == 0 and "compat" not in apart, f"the same nodes: {apart['ledger']['computed']} computed")
h.check([cell["weak_to_strong"] for cell in apart["cells"]] == [cell["weak_to_strong"] for cell in published["cells"]], "the same scores")

# A key of the spec wins, and the record says so.
clipped = h.document(spec("clipped.toml", COMPAT, student="clip = 1e-3\n"), store, "--set", "method.logconf.threshold=rank", "--set", "method.name=logconf")
h.check(set(clipped["compat"]["set_aside"]) == {"context", "no clipping", "quantile of the batch"}, f"{clipped['compat']['set_aside']}")
h.check(clipped["ledger"]["computed"] > 0 and "threshold" not in clipped["cells"][0]["params"], "other values are other nodes")

refused = qinglan("run", spec("unknown.toml", 'compat = "openai-6b450f3"\n'), "--store", store)
h.check(refused.returncode == 2 and "openai-6b450f2, eleuther-a929af0" in refused.stderr, f"unknown: {refused.stderr}")

few = qinglan("plan", folder / "published.toml", "--store", store, "--set", "data.train=24")
h.check(few.returncode == 2 and "full batches" in few.stderr, f"no batch is full: {few.returncode} {few.stderr}")

listed = json.loads(qinglan("compat", "list", "--json").stdout)
h.check([entry["name"] for entry in listed] == ["openai-6b450f2", "eleuther-a929af0"], "both are listed")
for name, tokens in (("openai-6b450f2", 1023), ("eleuther-a929af0", 1 << 20)):
    text = qinglan("compat", "show", name).stdout
    h.check("Learning rate" in text and "█" in text and "not reproduced" in text, f"{name} is shown with its schedules")
    planned = qinglan("plan", folder / "published.toml", "--store", store, "--set", f"compat={name}", "--set", f"student.max_tokens={tokens}")
    h.check(planned.returncode == 0, f"the context of {name} is no more than what the model reads: {planned.stderr}")
h.check('Under compat = "eleuther-a929af0": threshold = "buffer"' in qinglan("methods", "show", "logconf").stdout, "a method says what profiles make of it")
h.clean(folder)
print("1 passed, 0 failed")
