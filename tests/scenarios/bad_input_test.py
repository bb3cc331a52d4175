"""Every kind of bad input is refused before work starts, with a message that names it and the way out."""

import gzip
import json
import subprocess

import harness as h

folder = h.workspace()
good = h.write_data(folder)
failures = []


def spec_text(**change):
    parts = {"seeds": "2", "path": str(good), "label": "label", "text": "{text}", "data": "", "supervisor": 'kind = "ngrams"',
             "student": 'model = "minilm-l6"', "method": 'name = "naive"', "more": ""}
    parts.update(change)
    return (f'seeds = {parts["seeds"]}\n[data]\npath = "{parts["path"]}"\nlabel = "{parts["label"]}"\n'
            f'text = "{parts["text"]}"\n{parts["data"]}\n[supervisor]\n{parts["supervisor"]}\n[student]\n'
            f'{parts["student"]}\n[method]\n{parts["method"]}\n{parts["more"]}\n')


def refuse(name, code, words, text=None, arguments=(), **change):
    spec = folder / "bad.toml"
    spec.write_text(text if text is not None else spec_text(**change))
    done = subprocess.run([str(h.QINGLAN), "run", str(spec), "--store", str(folder / "store"), *arguments],
                          capture_output=True, text=True)
    missing = [w for w in words if w not in done.stderr]
    if done.returncode != code or missing or done.stdout:
        failures.append(f"{name}: exit {done.returncode} (not {code}), lacks {missing}\n  {done.stderr.strip()}")


def rows(name, lines, test=None):
    data = folder / name
    data.mkdir(exist_ok=True)
    (data / "train.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (data / "test.jsonl").write_bytes(test if test is not None else (good / "test.jsonl").read_bytes())
    return str(data)


train = (good / "train.jsonl").read_bytes().splitlines()
refuse("missing file", 2, ["/nowhere"], path="/nowhere")
refuse("wrong column", 2, ["txet", "text"], text=spec_text(text="{txet}"))
refuse("label column absent", 2, ["lable", "label"], label="lable")
refuse("label in the prompt", 2, ["label"], text=spec_text(text="{text} {label}"))
refuse("unknown key", 2, ["student.modle", "student.model"], student='modle = "minilm-l6"')
refuse("unknown section", 2, ["studnet", "student"], more='[studnet]\nmodel = "x"')
refuse("unknown model", 2, ["minilm-l7", "minilm-l6", "smollm2-135m"], student='model = "minilm-l7"')
refuse("unknown method", 2, ["logcomf", "logconf", "naive"], method='name = "logcomf"')
refuse("unknown parameter", 2, ["alhpa", "alpha"], more="[method.logconf]\nalhpa = 0.5")
refuse("parameter out of range", 2, ["alpha"], more="[method.logconf]\nalpha = 7", method='name = "logconf"')
refuse("wrong type", 2, ["seeds", "integer"], seeds='"many"')
refuse("bad TOML", 2, ["bad.toml:1"], text="name = = 3")
refuse("bad --set", 2, ["--set"], arguments=["--set", "nonsense"])
refuse("depth beyond the model", 2, ["depth", "6"], student='model = "minilm-l6"\ndepth = 99')
refuse("more tokens than the model reads", 2, ["student.max_tokens", "512", "600"], student='model = "minilm-l6"\nmax_tokens = 600')
refuse("base of another format", 2, ["student.base", "GGUF", "compute"], student='model = "minilm-l6"\nbase = "file"')
refuse("base that cannot be trained", 2, ["base", "lora"], student='model = "minilm-l6"\ntune = "full"\nbase = "file"')
refuse("fewer rows than asked", 2, ["210", "9999"], data="train = 9999")
refuse("invalid UTF-8", 1, ["train.jsonl:3", "UTF-8"], path=rows("utf8", train[:2] + [b'{"text":"\xff","label":1}']))
refuse("empty text", 1, ["train.jsonl:2", "text"], path=rows("empty", train[:1] + [b'{"text":" ","label":1}'] + train[1:]))
refuse("class absent from train", 1, ["\"1\"", "outside"],
       path=rows("absent", [line for line in train if json.loads(line)["label"] == 0]))
refuse("label outside the classes", 1, ["\"7\"", "test.jsonl:201"],
       path=rows("outside", train, test=(good / "test.jsonl").read_bytes() + b'{"text":"odd","label":7}\n'))
keyed = [json.dumps({**json.loads(line), "key": f"k{i}"}).encode() for i, line in enumerate(train)]
refuse("duplicate ids", 1, ["k0", "train.jsonl:241"], data='id = "key"',
       path=rows("ids", keyed + [keyed[0]], test=b"\n".join(k.replace(b': "k', b': "t').replace(b'"text": "', b'"text": "other ') for k in keyed) + b"\n"))
refuse("train/test overlap", 1, ["overlap", "allow_overlap"], path=rows("overlap", train, test=b"\n".join(train[:60]) + b"\n"))
cut = folder / "cut"
cut.mkdir()
(cut / "train.jsonl.gz").write_bytes(gzip.compress(b"\n".join(train))[:500])
(cut / "test.jsonl").write_bytes((good / "test.jsonl").read_bytes())
refuse("truncated gzip", 1, ["train.jsonl.gz"], path=str(cut))
weak = folder / "weak.jsonl"
weak.write_text('{"id":"nobody","label":0}\n')
refuse("weak labels for other ids", 1, ["weak.jsonl", "[data] id"], supervisor=f'kind = "labels"\npath = "{weak}"')
weak.write_text("".join(f'{{"row":{i},"abstain":true}}\n' for i in range(len(train))))
refuse("weak labels that all abstain", 1, ["weak.jsonl", "abstains"], supervisor=f'kind = "labels"\npath = "{weak}"')
refuse("a row without its label", 1, ["train.jsonl:2", 'no "label"'], path=rows("unlabelled", train[:1] + [b'{"text":"odd"}'] + train[1:]))
refuse("a mistyped option", 2, ["--seed: did you mean --seeds?"], arguments=["--seed", "3"])
refuse("a report into no folder", 2, ["/nowhere", "folder"], arguments=["--html", "/nowhere/report.html"])
refuse("a report in place of a folder", 2, [str(cut), "folder"], arguments=["--html", str(cut)])
refuse("a table where nothing can be written", 2, ["/proc", "written"], arguments=["--csv", "/proc/cells.csv"])
crowd = folder / "crowd.csv"
for name, text, keys, code, words in [
    ("annotators for other ids", "id,annotator,label\nnobody,x,0\n", "", 1, ["crowd.csv", "no annotator says anything of any of the", "train rows"]),
    ("an annotator twice", "row,annotator,label\n3,x,0\n3,x,1\n", "", 1, ["crowd.csv:3", "a second answer", '"x"', '"3"', "line 2"]),
    ("an answer outside the classes", "row,annotator,label\n0,x,0\n3,x,9\n", "", 1, ["crowd.csv:3", '"9"', "outside"]),
    ("an unknown annotator", "row,annotator,label\n0,xavier,0\n", 'annotators = ["xaver"]', 2, ["crowd.csv", "xaver", "xavier"]),
    ("an annotator without the word before it", "row,annotator_x\n0,0\n", 'annotators = ["x"]', 2, ["crowd.csv", "did you mean", "annotator_x"]),
    ("no annotators", "row,label\n0,1\n", "", 1, ["crowd.csv", "annotator_", "supervisor.annotators"]),
    ("annotators who share no row", "row,annotator,label\n0,x,0\n1,y,0\n", 'combine = "dawid-skene"', 1, ["two annotators", "vote"]),
    ("two annotators for a label model", "row,annotator_x,annotator_y\n0,0,1\n1,1,1\n", 'combine = "label-model"', 1, ["three", "vote"]),
    ("an unknown combination", "row,annotator,label\n0,x,0\n", 'combine = "vtoe"', 2, ["supervisor.combine", "vote"]),
]:
    crowd.write_text(text)
    refuse(name, code, words, supervisor=f'kind = "annotators"\npath = "{crowd}"\n{keys}')
refuse("lexicon missing", 2, ["lexicon.txt"], supervisor='kind = "lexicon"\npath = "lexicon.txt"')
refuse("lexicon without a path", 2, ["path"], supervisor='kind = "lexicon"')

broken = folder / "broken"
broken.mkdir()
(broken / "config.json").write_text("{}")
refuse("not a model", 1, [str(broken)], student=f'model = "{broken}"')
pickle = folder / "pickle"
pickle.mkdir()
(pickle / "config.json").write_text('{"model_type":"bert"}')
(pickle / "pytorch_model.bin").write_bytes(b"PK\x03\x04")
refuse("pickle weights", 1, ["pickle"], student=f'model = "{pickle}"')

# A store that cannot be written: root ignores permission bits, so a file in the place of a folder stands for it.
(folder / "file").write_text("x")
spec = folder / "bad.toml"
spec.write_text(spec_text())
done = subprocess.run([str(h.QINGLAN), "run", str(spec), "--store", str(folder / "file")], capture_output=True, text=True)
if done.returncode != 1 or "--store" not in done.stderr:
    failures.append(f"store that cannot be written: {done.returncode} {done.stderr}")

h.clean(folder)
for failure in failures:
    print("FAILED:", failure)
h.check(not failures, f"{len(failures)} cases")
print("1 passed, 0 failed")
