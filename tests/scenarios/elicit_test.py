"""What a language model knows already as a supervisor: zero-shot answers, contrast PCA and contrast-consistent search share one set
of passes, see no ground truth, are computed once, and are refused where they cannot be meant."""

import json

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=60, test=40)
failures = []

WORDS = 'label_words = [" bad", " good"]'


def spec(supervisor=f'model = "smollm2-135m"\nelicit = "ccs"\n{WORDS}', path=data, more=""):
    written = folder / "elicit.toml"
    written.write_text(
        f'seeds = 2\n[data]\npath = "{path}"\ntext = "{{text}}"\n[supervisor]\nkind = "elicit"\n{supervisor}\n'
        'text = "{text}. In short:"\n[student]\nmodel = "minilm-l6"\ndepth = 2\n[controls]\nrandom_init = false\nshuffled = false\n'
        f"ngram = false\nlength = false\n{more}"
    )
    return written


def refuse(name, words, **change):
    done = h.run(spec(**change), folder / "bad", ok=None)
    missing = [w for w in words if w not in done.stderr]
    if done.returncode != 2 or missing or done.stdout:
        failures.append(f"{name}: exit {done.returncode} (not 2), lacks {missing}\n  {done.stderr.strip()}")


store = folder / "store"
grid = spec(more='[grid]\n"supervisor.elicit" = ["zero-shot", "pca", "ccs"]\n')
document = h.document(grid, store)
h.check(document["ledger"]["failed"] == 0, f"nothing fails: {document['ledger']}")
cells = {cell["supervisor"].split(":")[0]: cell for cell in document["cells"]}
h.check(list(cells) == ["zero-shot", "pca", "ccs"], f"one cell a way of asking: {list(cells)}")
for name, cell in cells.items():
    h.check("value" in cell["weak_floor"] and "value" in cell["weak_to_strong"], f"{name} is scored: {cell}")
    h.check("not trained on labels" in json.dumps(cell["controls"]["weak-twice"]), f"{name} has no weak-twice control")

# No ground truth: not among the inputs of any floor, and the step says how many rows it used for what.
def all_nodes():
    return {path.parent.name: json.loads(path.read_text())["node"] for path in (store / "objects").glob("*/*/manifest.json")}


nodes = all_nodes()
truth = [key for key, node in nodes.items() if node["kind"] == "ground_truth"]
floors = {key: node for key, node in nodes.items() if node["kind"] == "weak_floor"}
h.check(len(truth) == 1 and len(floors) == 5, f"one zero-shot node for all, two seeds of two directions: {len(floors)}")
for node in floors.values():
    h.check(truth[0] not in node["inputs"].values(), "a floor without ground truth")
sides = [node for node in nodes.values() if "suffix" in node["params"]]
h.check(sorted(node["params"]["suffix"] for node in sides) == [" bad", " good"], f"one pass a class word: {sides}")
for key, node in floors.items():
    if node["params"]["learner"]["kind"] == "zero-shot":
        continue
    summary = json.loads(next((store / "objects").glob(f"*/{key}/result/summary.json")).read_text())
    h.check(summary["ground_truth"] == [] and summary["rows"] == 30, f"the supervision half's inputs alone: {summary}")
    h.check(0 < summary["agreement_with_zero_shot"] <= 1, f"the sign agrees with the zero-shot answers: {summary}")

before = h.results(store)
again = h.document(grid, store)
h.check(again["ledger"]["computed"] == 0 and h.results(store) == before, f"again computes nothing: {again['ledger']}")
# The same words for the other classes turn every answer round; the sides are there already.
turned = h.document(spec(supervisor='model = "smollm2-135m"\nelicit = "pca"\nlabel_words = [" good", " bad"]'), store)
floor, other = cells["pca"]["weak_floor"]["value"], turned["cells"][0]["weak_floor"]["value"]
h.check(abs(floor + other - 1) < 1e-9 and floor != 0.5, f"the opposite words are the opposite answers: {floor} and {other}")
h.check(sum("suffix" in node["params"] for node in all_nodes().values()) == 2, "sides are shared by whoever reads the same word")

refuse("no way of asking", ["elicit", "zero-shot"], supervisor=f'model = "smollm2-135m"\n{WORDS}')
refuse("an unknown way", ["ccss", "ccs", "pca"], supervisor=f'model = "smollm2-135m"\nelicit = "ccss"\n{WORDS}')
refuse("no model", ["needs a model"], supervisor=f'elicit = "ccs"\n{WORDS}')
refuse("an unknown model", ["smollm3-135m", "smollm2-135m"], supervisor=f'model = "smollm3-135m"\nelicit = "ccs"\n{WORDS}')
refuse("an encoder", ["minilm-l6", "encoder", "language-model head"], supervisor=f'model = "minilm-l6"\nelicit = "pca"\n{WORDS}')
refuse("no label words", ["label_words"], supervisor='model = "smollm2-135m"\nelicit = "ccs"')
refuse("equal label words", [" good", "twice"], supervisor='model = "smollm2-135m"\nelicit = "ccs"\nlabel_words = [" good", " good"]')
refuse("an empty word", ["empty"], supervisor='model = "smollm2-135m"\nelicit = "ccs"\nlabel_words = ["", " good"]')
refuse("too few words", ["label_words", "2 entries"], supervisor='model = "smollm2-135m"\nelicit = "ccs"\nlabel_words = [" good"]')
refuse("a depth beyond the model", ["depth", "30"], supervisor=f'model = "smollm2-135m"\nelicit = "pca"\ndepth = 31\n{WORDS}')
refuse("a key that is never read", ["restarts", "pca"], supervisor=f'model = "smollm2-135m"\nelicit = "pca"\nrestarts = 3\n{WORDS}')
refuse("no restart", ["restarts", "1"], supervisor=f'model = "smollm2-135m"\nelicit = "ccs"\nrestarts = 0\n{WORDS}')
three = folder / "three"
three.mkdir()
for split in ("train", "test"):
    rows = [json.loads(line) for line in open(data / f"{split}.jsonl")]
    (three / f"{split}.jsonl").write_text("".join(json.dumps(row | {"label": i % 3}) + "\n" for i, row in enumerate(rows)))
refuse("three classes", ["two classes", "3 classes", "zero-shot"], path=three,
       supervisor='model = "smollm2-135m"\nelicit = "ccs"\nlabel_words = [" bad", " good", " so"]')

h.clean(folder)
for failure in failures:
    print("FAILED:", failure)
h.check(not failures, f"{len(failures)} cases")
print("1 passed, 0 failed")
