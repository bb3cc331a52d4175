"""Other ways to ask a language model: mean difference, easy rows, consistent statements and few-shot prompts, whose shown rows are a
declared budget; zero-shot answers that supervisor and control share are asked for once; what cannot be meant is refused."""

import json

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=40, test=20)
store = folder / "store"
WORDS = 'label_words = [" bad", " good"]'
CONTROLS = "[controls]\nrandom_init = false\nshuffled = false\nngram = false\nlength = false\n"


def spec(supervisor, student='model = "minilm-l6"\ndepth = 2', path=data, more=""):
    written = folder / "spec.toml"
    written.write_text(
        f'seeds = 2\n[data]\npath = "{path}"\n[supervisor]\nkind = "elicit"\n{supervisor}\ntext = "{{text}}. In short:"\n'
        f"[student]\n{student}\n{CONTROLS}{more}"
    )
    return written


def refuse(words, supervisor, path=data, model="smollm2-135m"):
    done = h.run(spec(f'model = "{model}"\n{supervisor}', path=path), folder / "bad", ok=None)
    h.check(done.returncode == 2 and all(word in done.stderr for word in words) and not done.stdout,
            f"{supervisor!r}: exit {done.returncode}, {done.stderr}")


def summary(key):
    return json.loads(next((store / "objects").glob(f"*/{key}/result/summary.json")).read_text())


def nodes():
    return {path.parent.name: json.loads(path.read_text())["node"] for path in (store / "objects").glob("*/*/manifest.json")}


grid = spec(f'model = "smollm2-135m"\n{WORDS}',
            more='[grid]\n"supervisor.elicit" = ["mean-diff", "ueeh", "consistency", "few-shot"]\n')
document = h.document(grid, store)
h.check(document["ledger"]["failed"] == 0, f"nothing fails: {document['ledger']}")
cells = {cell["supervisor"].split(":")[0]: cell for cell in document["cells"]}
for name, cell in cells.items():
    h.check("value" in cell["weak_floor"] and "value" in cell["weak_to_strong"], f"{name} is scored: {cell}")

known = nodes()
truth = next(key for key, node in known.items() if node["kind"] == "ground_truth")
floors = {key: node for key, node in known.items() if node["kind"] == "weak_floor"}
for key, node in floors.items():
    way = node["params"]["learner"]["kind"]
    h.check(truth not in node["inputs"].values(), f"{way}: a floor without ground truth")
    if way == "few-shot":
        uses = {use["purpose"]: use["rows"] for use in summary(key)["ground_truth"]}
        h.check(uses["few-shot examples"] == 4, f"two rows of each class are declared: {uses}")
    if way in ("mean-diff", "ueeh"):
        h.check(summary(key)["ground_truth"] == [] and 0 < summary(key)["agreement_with_zero_shot"] <= 1, f"{way}: {summary(key)}")
    if way == "ueeh":
        h.check(summary(key)["easy"] == 6, f"three rows of either end of 20: {summary(key)}")
ways = sorted(node["params"]["learner"]["kind"] for node in floors.values())
h.check(ways == sorted(["zero-shot"] * 3 + ["consistency"] + ["mean-diff", "ueeh", "few-shot"] * 2), f"the floors: {ways}")
shown = [json.loads(next((store / "objects").glob(f"*/{key}/result/gold.json")).read_text())
         for key, node in known.items() if node["kind"] == "shots"]
h.check(len(shown) == 2 and all(sorted(label for _, label in rows["rows"]) == [0, 0, 1, 1] for rows in shown), f"balanced: {shown}")
record = json.loads((store / "records" / f"{document['run']}.json").read_text())
declared = [use["purpose"] for series in record["series"].values() for use in series["certificate"]["ground_truth"]
            if series["kind"] == "weak_floor"]
h.check("few-shot examples" in declared, f"the certificate says what was shown: {declared}")
h.check(h.document(grid, store)["ledger"]["computed"] == 0, "again computes nothing")

# The other words are the other answers, whichever way they are found.
turned = 'model = "smollm2-135m"\nlabel_words = [" good", " bad"]\nelicit = "{}"'
for way in ("mean-diff", "consistency"):
    floor = h.document(spec(turned.format(way)), store)["cells"][0]["weak_floor"]["value"]
    h.check(abs(floor + cells[way]["weak_floor"]["value"] - 1) < 1e-9, f"{way}: {floor} and {cells[way]['weak_floor']}")

# The student is asked what its supervisor was asked: one node serves both.
same = 'model = "smollm2-135m"\ntext = "{text}. In short:"\ndepth = 2\n' + WORDS
shared = h.document(spec(f'model = "smollm2-135m"\nelicit = "zero-shot"\n{WORDS}', student=same), store)["cells"][0]
h.check(shared["controls"]["zero-shot"].get("value") == shared["weak_floor"]["value"], f"the same answers: {shared['controls']}")
asked = [node["kind"] for node in nodes().values() if node["params"].get("learner", {}).get("label_words") == [" bad", " good"]
         and node["params"]["learner"]["kind"] == "zero-shot"]
h.check(asked == ["weak_floor"], f"asked for once: {asked}")

refuse(["shots", "at most 20"], f'elicit = "few-shot"\nshots = 11\n{WORDS}')
refuse(["shots", "means nothing"], f'elicit = "ccs"\nshots = 2\n{WORDS}')
refuse(["shots", "out of range"], f'elicit = "few-shot"\nshots = 0\n{WORDS}')
refuse(["easy", "out of range"], f'elicit = "ueeh"\neasy = 2.0\n{WORDS}')
refuse(["chat"], f'elicit = "few-shot"\nchat = true\n{WORDS}')
refuse(["truth_words", "two words"], f'elicit = "consistency"\ntruth_words = [" yes"]\n{WORDS}')
refuse(["minilm-l6", "encoder"], f'elicit = "few-shot"\n{WORDS}', model="minilm-l6")
three = folder / "three"
three.mkdir()
for split in ("train", "test"):
    rows = [json.loads(line) for line in open(data / f"{split}.jsonl")]
    (three / f"{split}.jsonl").write_text("".join(json.dumps(row | {"label": i % 3}) + "\n" for i, row in enumerate(rows)))
for way in ("mean-diff", "ueeh"):
    refuse(["two classes", "3 classes"], f'elicit = "{way}"\nlabel_words = [" bad", " good", " so"]', path=three)
h.clean(folder)
print("1 passed, 0 failed")
