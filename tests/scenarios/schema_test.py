"""What --json prints fits the schemas in docs/schema, which `qinglan schema` prints and which know every key."""

import copy
import json
import subprocess

import harness as h
import json_schema

h.need_worker()
h.need_model()
FREE = {"params", "dropped", "controls", "kinds", "accuracy_at"}  # objects whose keys are names


def qinglan(*arguments, ok=(0, 3)):
    done = subprocess.run([str(h.QINGLAN), *map(str, arguments)], capture_output=True, text=True)
    h.check(done.returncode in ok, f"{arguments}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


schemas = {}
for name in qinglan("schema").split():
    printed = qinglan("schema", name)
    h.check(printed == (h.SOURCE / f"docs/schema/{name}.json").read_text(), f"the program prints docs/schema/{name}.json")
    schemas[name] = json.loads(printed)
h.check(set(schemas) == {"run", "plan", "compare"}, f"schemas: {set(schemas)}")
h.check(qinglan("schema", "walk", ok=(2,)) == "", "of an unknown name nothing is printed")


def objects(value, path=()):
    """Every object of a document whose keys are the schema's, by its path."""
    if isinstance(value, dict):
        if not path or path[-1] not in FREE:
            yield path
        for key, part in value.items():
            yield from objects(part, (*path, key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from objects(part, (*path, i))


def reached(document, path):
    for step in path:
        document = document[step]
    return document


def fits(name, text):
    document = json.loads(text)
    faults = json_schema.faults(document, schemas[name])
    h.check(not faults, f"{name}:\n" + "\n".join(faults[:20]))
    kinds = {}  # one object of each kind is enough: by its place, list items alike
    for path in objects(document):
        kinds.setdefault(tuple("*" if isinstance(step, int) else step for step in path), path)
    for path in kinds.values():
        grown = copy.deepcopy(document)
        reached(grown, path)["gained"] = 1
        h.check(json_schema.faults(grown, schemas[name]), f"{name}: a key that {path} gains is noticed")
    for key in document:
        if key not in ("ledger", "compat"):
            shrunk = {other: value for other, value in document.items() if other != key}
            h.check(json_schema.faults(shrunk, schemas[name]), f"{name}: without {key}")
    return document


folder = h.workspace()
data = h.write_data(folder, train=160, test=240)
store = folder / "store"
spec = h.write_spec(folder, data, seeds=3, methods=("naive", "logconf"))
plain = fits("plan", qinglan("plan", spec, "--store", store, "--json"))
h.check(plain["kinds"], "a plan has kinds")
whole = fits("run", qinglan("run", spec, "--store", store, "--json"))
h.check("ledger" in whole and "value" in whole["cells"][1]["against_naive"], "a run with estimates of every kind")
fits("run", qinglan("report", spec, "--store", store, "--json", "--no-ledger"))

# Undefined where a run has one seed; other keys where it has a chain, or a profile of published code.
one = qinglan("run", spec, "--store", store, "--seeds", "1", "--json")
h.check("undefined" in fits("run", one)["cells"][0]["gain"], "one seed has no interval")
fits("plan", qinglan("plan", spec, "--store", store, "--seeds", "1", "--json"))
chain = fits("run", qinglan("run", spec, "--store", store, "--seeds", "2", "--set", 'chain.through=["minilm-l6"]', "--json"))
h.check("chain" in chain["cells"][0], "a chain is in the document")
none = fits("run", qinglan("run", spec, "--store", store, "--seeds", "2", "--set", "claim.ceiling=false", "--json"))
h.check("undefined" in none["cells"][0]["strong_ceiling"], "without a ceiling")
broken = qinglan("report", h.SOURCE / "tests/golden/records/older.json", "--json", ok=(0, 1, 3))
fits("run", broken)
fits("compare", qinglan("compare", spec, spec, "--store", store, "--json"))
h.clean(folder)
print("1 passed, 0 failed")
