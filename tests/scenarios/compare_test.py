"""`qinglan compare A B`: two methods in two runs, paired by seed and row; runs on other rows are refused."""

import json
import subprocess

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder, train=160, test=240)
store = folder / "store"
other_data = h.write_data(folder / "other", train=160, test=240, seed=9)


def spec(name, rows, method):
    path = folder / f"{name}.toml"
    path.write_text(f'seeds = 2\n[data]\npath = "{rows}"\n[supervisor]\nkind = "ngrams"\n[student]\nmodel = "minilm-l6"\ndepth = 1\n'
                    f'[method]\nname = "{method}"\n[controls]\nrandom_init = false\nweak_twice = false\nshuffled = false\n')
    return path


def compare(a, b, *options):
    return subprocess.run([str(h.QINGLAN), "compare", str(a), str(b), "--store", str(store), *options], capture_output=True, text=True)


a, b, other = spec("a", data, "naive"), spec("b", data, "reverse_kl"), spec("other", other_data, "naive")
documents = {path: h.document(path, store) for path in (a, b, other)}
made = json.loads(compare(a, b, "--json").stdout)
pair = made["pairs"][0]
cells = [documents[path]["cells"][0] for path in (a, b)]
h.check(pair["score_a"] == cells[0]["weak_to_strong"] and pair["score_b"] == cells[1]["weak_to_strong"], "scores are those of the runs")
h.check(abs(pair["difference"]["value"] - (cells[1]["weak_to_strong"]["value"] - cells[0]["weak_to_strong"]["value"])) < 1e-12, "b - a")
h.check(0 <= pair["difference"]["p"] <= 1 and pair["difference"]["seeds"] == 2, f"with its p: {pair}")

text = compare(a, b)
h.check(text.returncode == 0 and "B - A" in text.stdout and "pairs" in text.stdout, text.stdout + text.stderr)
turned = json.loads(compare(b, a, "--json").stdout)["pairs"][0]
h.check(turned["difference"]["value"] == -pair["difference"]["value"], "turned, the sign changes")

refused = compare(a, other)
h.check(refused.returncode == 1 and "cannot be compared" in refused.stderr, f"other rows are refused: {refused.returncode} {refused.stderr}")
never = spec("never", data, "kl")
h.check(compare(a, never).returncode == 1, "a spec that was not run is refused")
h.clean(folder)
print("1 passed, 0 failed")
