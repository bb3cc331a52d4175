"""Prompts from outside: chat template, truncation and a head of label words, with what each refuses."""

import json
import shutil

import harness as h

h.need_worker()
folder = h.workspace()
data = h.write_data(folder, train=120, test=80)
failures = []

CHAT = (
    "{% for m in messages %}<{{ m.role }}> {{ m.content | trim }} {% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def model(name, template=None, tiny="tiny_llama"):
    """The tiny random model of the golden tests with a vocabulary of the scenario's words, and a chat template."""
    made = folder / name
    shutil.copytree(h.SOURCE / "tests/golden/model" / tiny, made)
    words = ["[UNK]", "<system>", "<user>", "<assistant>", "judge", "positive", "fine", "negative", "label:"]
    words += sorted(set(h.GOOD + h.BAD + h.FILLER))
    tokenizer = json.loads((made / "tokenizer.json").read_text())
    tokenizer["added_tokens"] = []
    tokenizer["post_processor"] = None
    tokenizer["model"] = {"type": "WordLevel", "vocab": {w: i for i, w in enumerate(words)}, "unk_token": "[UNK]"}
    (made / "tokenizer.json").write_text(json.dumps(tokenizer))
    if template:
        (made / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    return made


def spec(student, model_folder, data_text="{text}", limit=12):
    path = folder / "prompt.toml"
    path.write_text(
        f'seeds = 1\n[data]\npath = "{data}"\ntext = "{data_text}"\n[supervisor]\nkind = "ngrams"\n'
        f'[student]\nmodel = "{model_folder}"\ntune = "lora"\nepochs = 1\nmax_tokens = {limit}\n{student}\n'
        "[controls]\nrandom_init = false\nshuffled = false\nngram = false\nlength = false\nweak_twice = false\n"
    )
    return path


def refuse(name, code, words, student, model_folder, store="bad", **more):
    done = h.run(spec(student, model_folder, **more), folder / store, ok=None)
    said = done.stdout + done.stderr
    missing = [w for w in words if w not in said]
    if done.returncode != code or missing:
        failures.append(f"{name}: exit {done.returncode} (not {code}), lacks {missing}\n  {said.strip()}")


chatty, plain = model("chatty", CHAT), model("plain")
words = 'label_words = ["negative", ["positive", "fine"]]'
full = f'chat = true\nsystem = "judge"\ntruncate = "left"\nhead = "words"\n{words}'

# All of it together; the same again computes nothing, and another end cut is another result.
document = h.document(spec(full, chatty), folder / "store")
h.check(document["ledger"]["failed"] == 0, f"nothing fails: {document['ledger']}")
summaries = [json.loads(path.read_text()) for path in (folder / "store/objects").glob("*/*/result/summary.json")]
cut = [summary["truncated"] for summary in summaries if "truncated" in summary]
h.check(len(cut) == 3 and min(cut) > 0, f"zero-shot, student and ceiling say how many rows were cut: {cut}")
zero_shot = document["cells"][0]["controls"]["zero-shot"]
h.check("the mean is" in json.dumps(zero_shot), f"the zero-shot control has an answer: {zero_shot}")
before = h.results(folder / "store")
h.document(spec(full, chatty), folder / "store")
h.check(h.results(folder / "store") == before, "the same prompt is the same work")
h.document(spec(full.replace("left", "right"), chatty), folder / "store")
h.check(len(h.results(folder / "store")) > len(before), "another prompt is other work")

# A probe's texts are cut by the pass that reads them for it, and counted all the same.
probe = folder / "probe.toml"
probe.write_text(spec("", plain, limit=3).read_text().replace('tune = "lora"\nepochs = 1', 'tune = "probe"'))
notes = h.document(probe, folder / "probe-store")["notes"]
h.check(any("were cut to the token limit" in note for note in notes), f"a probe's cut texts are told: {notes}")

# Spelled-out defaults are the work that was done without them.
h.document(spec("", plain), folder / "plain-store")
before = h.results(folder / "plain-store")
h.document(spec('chat = false\ntruncate = "right"\nhead = "new"', plain), folder / "plain-store")
h.check(h.results(folder / "plain-store") == before, "defaults are no other work")

# Before any work starts.
refuse("unknown truncation", 2, ["truncate", "rigth", "right"], 'truncate = "rigth"', chatty)
refuse("unknown head", 2, ["head", "word", "words"], 'head = "word"', chatty)
refuse("no chat template", 2, ["plain", "chat template", "student.chat"], "chat = true", plain)
refuse("system without chat", 2, ["student.system", "chat = true"], 'system = "judge"', chatty)
refuse("head without words", 2, ["label_words"], 'head = "words"', chatty)
refuse("too few words", 2, ["label_words", "2 entries"], 'label_words = ["positive"]', chatty)
refuse("words of another type", 2, ["label_words", "lists of strings"], "label_words = [1, 2]", chatty)
refuse("longer than the model reads", 2, ["max_tokens", "at most 24"], "", chatty, limit=25)
encoder = model("encoder", CHAT, tiny="tiny_bert")
refuse("words of an encoder", 2, ["encoder", "language-model head"], f'head = "words"\n{words}', encoder)
refuse("words read elsewhere", 2, ["pooling", "last"], f'head = "words"\npooling = "mean"\n{words}', chatty)

refuse("a word of several tokens", 2, [str(chatty), "positive fine", "not one token"],
       'head = "words"\nlabel_words = ["negative", "positive fine"]', chatty)
refuse("one token for two classes", 2, ["two label words"], 'head = "words"\nlabel_words = ["unheard", "unseen"]', chatty)
refuse("an untrained student asked by such a word", 2, ["positive fine"], 'label_words = ["negative", "positive fine"]', chatty)

# Only the model's tokenizer and template engine know these of a row: the node that meets them says so.
refuse("a longer row is refused", 1, ["longer than the limit", "row ", "max_tokens"], 'truncate = "refuse"', chatty,
       store="refuse", data_text="{text} {text}")
refuse("a template that says no", 1, ["no system here"], 'chat = true\nsystem = "judge"',
       model("strict", "{% if messages[0].role == 'system' %}{{ raise_exception('no system here') }}{% endif %}"), store="no")
refuse("a template that never ends", 1, ["more work"], "chat = true",
       model("endless", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"), store="endless")
refuse("a template of another language", 1, ["cannot be used", "tokenizer_config.json", "urlize"], "chat = true",
       model("odd", "{{ messages[0].content | urlize }}"), store="odd")

h.clean(folder)
for failure in failures:
    print("FAILED:", failure)
h.check(not failures, f"{len(failures)} cases")
print("1 passed, 0 failed")
