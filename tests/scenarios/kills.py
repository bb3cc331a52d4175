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


def start(spec, store):
    return subprocess.Popen(h.command(spec, store, "--json"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def strike(run, who):
    """Kills engine, worker or both. An engine that loses its worker goes on by itself; one that died is resumed."""
    if who in ("worker", "both"):
        for worker in workers_of(run.pid):
            kill(worker)
    if who in ("engine", "both"):
        kill(run.pid)
        run.wait()


def wait_at_most(run, seconds):
    """Whether the run still goes on after that time."""
    try:
        run.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        return True


def survive(spec, folder, kills, reference=None, seed=0):
    """`kills` kills spread over the length of one run, each followed by a resume; then the comparison."""
    store = folder / "store"
    if reference is None:
        reference = folder / "reference"
    begin = time.monotonic()
    h.run(spec, reference)
    length = max(time.monotonic() - begin, recorded_seconds(spec, reference))
    rng = random.Random(seed)
    done = {"engine": 0, "worker": 0, "both": 0}
    run = start(spec, store)
    while sum(done.values()) < kills:
        who = ("engine", "worker", "both")[sum(done.values()) % 3]
        if wait_at_most(run, rng.uniform(0.05, 2 * length / kills)):
            strike(run, who)
            done[who] += 1
        elif run.returncode in (0, 3):  # it came to its end: compare and start again from nothing
            compare(spec, reference, store)
            h.clean(store)
        if run.poll() is not None:
            run = start(spec, store)
    run.wait()
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
