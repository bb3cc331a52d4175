#!/usr/bin/env python3
"""Runs a command and says on stderr how long it took and how much memory it held: measure.py COMMAND...

"Together" is the resident memory of the command and all its descendants, looked at every half second
(pages they share count more than once); "one process" is the kernel's own peak for the largest of them.
"""
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time

PAGE = os.sysconf("SC_PAGE_SIZE")


def resident(root):
    """Bytes resident now in process `root` and everything under it."""
    parents, pages = {}, {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)], pages[int(folder.name)] = int(fields[1]), int(fields[21])
    total = 0
    for pid in pages:
        at = pid
        while at not in (root, 0, 1) and at in parents:
            at = parents[at]
        total += pages[pid] * PAGE if at == root else 0
    return total


def main():
    started = time.monotonic()
    child = subprocess.Popen(sys.argv[1:])
    peak = 0
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.5):
            peak = max(peak, resident(child.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = child.wait()
    done.set()
    watcher.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"measured: {time.monotonic() - started:.1f} s wall, {used.ru_utime + used.ru_stime:.1f} s of processor, "
        f"peak memory {peak / 2**20:.0f} MiB together, {used.ru_maxrss / 2**10:.0f} MiB in one process, exit {status}",
        file=sys.stderr,
    )
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
