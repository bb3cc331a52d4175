"""Runs a spec while killing it again and again, and compares with an uninterrupted run byte for byte."""

import os
import pathlib
import random
import signal
import subprocess
import time

import harness as h


def workers_of(engine):
    try:
        children = pathlib.Path(f"/proc/{engine}/task/{engine}/children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in children]


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def killed_run(spec, store, delay, who):
    """Starts a run and after `delay` seconds kills engine, worker or both. Returns whether it was still running."""
    run = subprocess.Popen(h.command(spec, store, "--json"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + delay
    while time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.01)
    alive = run.poll() is None
    if alive:
        workers = workers_of(run.pid)
        if who in ("worker", "both"):
            for worker in workers:
                kill(worker)
        if who in ("engine", "both"):
            kill(run.pid)
    run.wait()
    return alive


def survive(spec, folder, kills, reference=None, seed=0):
    """`kills` kills spread over the length of one run, each followed by a resume; then the comparison."""
    store = folder / "store"
    if reference is None:
        reference = folder / "reference"
    start = time.monotonic()
    h.run(spec, reference)
    length = max(time.monotonic() - start, recorded_seconds(spec, reference))
    rng = random.Random(seed)
    done = {"engine": 0, "worker": 0, "both": 0}
    while sum(done.values()) < kills:
        who = ("engine", "worker", "both")[sum(done.values()) % 3]
        if killed_run(spec, store, rng.uniform(0.05, 2 * length / kills), who):
            done[who] += 1
        else:  # it came to its end: start again from nothing
            compare(spec, reference, store)
            h.clean(store)
    compare(spec, reference, store)
    print(f"{kills} kills {done} over a run of about {length:.0f} s: results are byte-identical")


def recorded_seconds(spec, store):
    return h.document(spec, store)["ledger"]["seconds"]


def compare(spec, reference, store):
    h.check(h.plain_document(spec, store) == h.plain_document(spec, reference), "the documents differ")
    h.check(h.results(store) == h.results(reference), "the result folders differ")
    h.check(not list((store / "tmp").iterdir()), "litter in tmp/")
    work = [p for p in (store / "work").iterdir() if any(p.iterdir())]
    h.check(not work, f"checkpoints left behind: {work}")
