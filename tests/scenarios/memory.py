"""What `qinglan plan` says a worker will take at its peak, beside what the ledger says it took."""

import json
import pathlib
import subprocess
import sys

import harness as h

MOST = 0.10  # of what was measured
CONTROLS = ("shuffled", "length", "weak_twice", "random_init")


def need_texts():
    if (h.SOURCE / ".deps/data/vaderSentiment-3.3.2").exists():
        return
    if h.os.environ.get("CI"):
        sys.exit("the packaged texts are not installed")
    print("skipped: the packaged texts are not installed (./dev setup)")
    sys.exit(h.SKIPPED)


def spec_text(student, train, test, zero_shot=False):
    switched_off = "".join(f"{name} = false\n" for name in CONTROLS)
    return (f'name = "memory"\nseeds = 1\n[data]\npath = "vader-films"\ntext = "{{text}}\\nSentiment:"\ntrain = {train}\n'
            f'test = {test}\n[supervisor]\nkind = "ngrams"\n[student]\n{student}\n[controls]\n{switched_off}'
            f'zero_shot = {str(zero_shot).lower()}\n[claim]\nceiling = false\n')


def measured(store):
    """Largest peak of the store's nodes, by kind (controls: with what learns)."""
    peaks = {}
    for ledger in pathlib.Path(store).glob("objects/*/*/ledger.json"):
        peak = json.loads(ledger.read_text()).get("peak_memory")
        if peak is None:
            continue
        node = json.loads((ledger.parent / "manifest.json").read_text())["node"]
        kind = node["kind"]
        peaks[kind] = max(peaks.get(kind, 0), peak)
    return peaks


def check_case(name, student, train, test, zero_shot=False, most=None):
    """`most`: a wider margin, by kind of node."""
    folder = h.workspace()
    spec = folder / "spec.toml"
    spec.write_text(spec_text(student, train, test, zero_shot))
    store = folder / "store"
    plan = json.loads(subprocess.run([str(h.QINGLAN), "plan", str(spec), "--store", str(store), "--json"], capture_output=True,
                                     text=True, check=True).stdout)
    h.run(spec, store)
    bad = []
    for kind, peak in sorted(measured(store).items()):
        said = plan["kinds"][kind]["memory"]
        ratio = said / peak
        print(f"{name:20s} {kind:16s} measured {peak / 2**20:8.1f} MiB, plan {said / 2**20:8.1f}, ratio {ratio:.3f}", flush=True)
        if abs(ratio - 1) > (most or {}).get(kind, MOST):
            bad.append(f"{name}, {kind}: {ratio:.3f}")
    h.clean(folder)
    return bad


def check_cases(cases):
    h.need_worker()
    h.need_model()
    need_texts()
    wanted = sys.argv[1:]
    bad = []
    for case in cases:
        if not wanted or case["name"] in wanted:
            bad += check_case(**case)
    h.check(not bad, "the plan's memory is off by more than it may be: " + "; ".join(bad))
