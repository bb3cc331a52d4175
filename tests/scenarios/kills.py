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


def survive(spec, folder, kills, seed=0):
    """`kills` kills spread over the length of a run, each followed by a resume; then the comparison."""
    reference, store = folder / "reference", folder / "store"
    start = time.monotonic()
    h.run(spec, reference)
    length = time.monotonic() - start
    rng = random.Random(seed)
    done = {"engine": 0, "worker": 0, "both": 0}
    for i in range(kills):
        who = ("engine", "worker", "both")[i % 3]
        # A resume that has little left to do ends early: start again from an empty store.
        if not killed_run(spec, store, rng.uniform(0.05, max(0.3, length * 0.6)), who):
            compare(spec, reference, store)
            h.clean(store)
            killed_run(spec, store, rng.uniform(0.05, max(0.3, length * 0.6)), who)
        done[who] += 1
    compare(spec, reference, store)
    print(f"{kills} kills {done} over a run of {length:.1f} s: results are byte-identical")


def compare(spec, reference, store):
    h.check(h.plain_document(spec, store) == h.plain_document(spec, reference), "the documents differ")
    h.check(h.results(store) == h.results(reference), "the result folders differ")
    h.check(not list((store / "tmp").iterdir()), "litter in tmp/")
    work = [p for p in (store / "work").iterdir() if any(p.iterdir())]
    h.check(not work, f"checkpoints left behind: {work}")
