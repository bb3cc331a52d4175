"""The stress suite from outside: every test of the list is there with its bound, outcome and numbers or with why it is not; the suite shares the
spec's own nodes, resumes, and changes nothing of the spec's own run; its stages may stand in any method; what cannot be is refused or left out
with the reason."""

import json
import random
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()


def write(name, train, test, good, bad, seed):
    """Reviews as the harness invents them; one in twelve names the harbour."""
    rng = random.Random(seed)
    (folder / name).mkdir()
    for split, rows in (("train", train), ("test", test)):
        with open(folder / name / f"{split}.jsonl", "w") as out:
            for i in range(rows):
                label = rng.random() < 0.5
                words = [rng.choice(good if (rng.random() < 0.8) == label else bad) for _ in range(3)] + rng.choices(h.FILLER, k=6)
                words += ["harbour"] * (i % 12 == 0) + [f"{split}{i}"]
                rng.shuffle(words)
                out.write(json.dumps({"text": " ".join(words), "label": int(label)}) + "\n")


write("data", 400, 300, h.GOOD, h.BAD, 0)
write("other", 4, 150, h.GOOD[:4], h.BAD[:4], 1)
spec = folder / "spec.toml"
spec.write_text(f'seeds = 2\n[data]\npath = "{folder}/data"\ntext = "{{text}}"\n[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ndepth = 2\n'
                f'l2 = [0.1]\n[controls]\nrandom_init = false\n[stress]\nood = ["{folder}/other"]\n[grid]\n"method.name" = ["naive", "logconf"]\n')
store = folder / "store"


def audit(*arguments, ok=(0, 3), of=spec):
    done = subprocess.run([str(h.QINGLAN), "audit", str(of), "--store", str(store), *arguments], capture_output=True, text=True)
    h.check(done.returncode in ok, f"audit {arguments} ends with {ok}: {done.returncode} {done.stderr}")
    return done


run = h.document(spec, store)
before = h.results(store)
page = folder / "stress.html"
first = audit("--json", "--html", str(page))
document = json.loads(first.stdout)
tests = {test["id"]: test for test in document["tests"]}
h.check(list(tests) == [f"T{n}" for n in range(34, 44)], f"every test of the list: {list(tests)}")
h.check({name for name, test in tests.items() if test["outcome"] == "not tested"} == {"T38", "T39"}, "what cannot be tested is named")
h.check("convex" in tests["T38"]["why"], f"a probe cannot be locked: {tests['T38']}")
for name, test in tests.items():
    h.check(test["outcome"] in ("passed", "failed", "undefined", "not tested"), f"{name}: {test['outcome']}")
    h.check(test["outcome"] in ("passed", "failed") or test["why"], f"{name} says why")
    if test["outcome"] == "not tested":
        continue
    h.check("surely at most" in test["rule"] and test["bound"] > 0 and test["why_bound"], f"{name} states its bound")
    h.check(any(one["decides"] for one in test["numbers"]), f"{name}: something decides")
    for one in test["numbers"]:
        e = one["estimate"]
        h.check("undefined" in e or (e["low"] <= e["value"] <= e["high"] and e["seeds"] == 2 and e["items"] > 0), f"{name}: {one}")
bad = any(test["outcome"] in ("failed", "undefined") for test in tests.values())
h.check(first.returncode == (3 if bad else 0), "the exit code says whether all passed")


def number(test, words):
    return next(one["estimate"] for one in tests[test]["numbers"] if words in one["what"])


# Words are the only thing these texts are made of, and the student reads them: it learns the rule of a word.
h.check("harbour" in json.dumps(tests["T36"]["numbers"]), "the word was found in the texts")
h.check(number("T36", "more wrong on them")["items"] == 25, f"test rows with it: {number('T36', 'more wrong on them')}")
h.check(number("T36", "once taught")["value"] > number("T36", "without the rule")["value"], "the rule is learned in part")
h.check(number("T37", "attack success")["value"] > number("T37", "unpoisoned")["value"], "so is the trigger")
h.check(number("T41", "balanced accuracy lost with a class at 10%")["value"] > 0, "imbalance costs")
h.check(number("T42", "40% wrong labels at random")["value"] > number("T42", "10% wrong labels at random")["value"] - 0.05, "more errors cost more")
h.check("breaks down" in tests["T42"]["why"], "the breakdown point is said")
h.check(number("T43", "supervisor on")["items"] == 150, "the other texts are tested")

after = h.results(store)
h.check(all(after[path] == digest for path, digest in before.items()), "results of the spec's own run are untouched")
h.check(document["ledger"]["reused"] > 0, "and used again")
again = json.loads(audit("--json").stdout)
h.check(again["ledger"]["computed"] == 0 and again["tests"] == document["tests"], "again computes nothing and says the same")
repeated = h.document(spec, store)
h.check(repeated["run"] == run["run"] and repeated["ledger"]["computed"] == 0, "the spec's own run is what it was")

text = audit().stdout
h.check(all(f"{name}  " in text for name in tests) and "stated beforehand" in text, "people read the same list")
html = page.read_text()
h.check(all(character >= " " or character == "\n" for character in html), "the page holds no control characters")
h.check("T42 noise sweep" in html and "<script" not in html and "http" not in html.replace("http-equiv", ""), "the page loads nothing")
primary = json.loads(audit("--json", "--set", "claim.primary=logconf").stdout)
h.check(primary["ledger"]["computed"] > 0 and primary["runs"] != document["runs"], "the primary cell is what is tested")

none = audit("--json", "--set", "stress.ood=[]")
h.check("[stress] ood" in {t["id"]: t for t in json.loads(none.stdout)["tests"]}["T43"]["why"], "no other texts: not tested, and how to")
lost = json.loads(audit("--json", "--set", 'stress.ood=["/nowhere"]').stdout)
lost = {t["id"]: t for t in lost["tests"]}["T43"]
h.check(lost["outcome"] == "not tested" and "/nowhere" in lost["why"], f"texts that are not there are named: {lost}")
h.check("standard" in audit("--suite", "standart", ok=(2,)).stderr, "an unknown suite is refused")

# The stages are a user's too.
mine = h.document(spec, store, "--set", "method.name=corrupt:keyword | logconf", "--set", "method.corrupt:keyword.word=harbour")
h.check(mine["cells"][0]["method"] == "corrupt:keyword | logconf" and mine["cells"][0]["status"] == "done", "a pipeline may begin with a corruption")
h.check("no word" in h.run(spec, store, "--set", "method.name=corrupt:keyword | naive", ok=(2,)).stderr, "without a word it is refused")
h.check("no word" in h.run(spec, store, "--set", "method.name=corrupt:keyword", "--set", "method.corrupt:keyword.word=Two words", ok=(2,)).stderr,
        "two words are no word")
h.clean(folder)
print("1 passed, 0 failed")
