#!/usr/bin/env python3
"""Checks that every room under src/ includes only rooms of lower tiers.

A room is a folder of src/; an include "room/file.h" is allowed when it names the same room or one of a
strictly lower tier. Prints one line per offence and exits 1 if there is any.
"""
import pathlib
import re
import sys

TIERS = {
    "base": 0,
    "io": 1,
    "metrics": 2, "store": 2, "record": 2,
    "data": 3, "catalog": 3,
    "supervise": 4, "text": 4,
    "model": 5, "experiment": 5, "audit": 5,
    "train": 6, "report": 6,
    "export": 7,
    "worker": 8, "cli": 8,
}  # fmt: skip
# audit and report judge a record without anything that trains or plans.
READS_ONLY = {
    "audit": {"base", "io", "metrics", "record"},
    "report": {"base", "io", "metrics", "record", "audit"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_0-9]+)/([^"]+)"')


def offences(source):
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        room = folder.name
        if room not in TIERS:
            yield f"{folder}: not a known room; add it with its tier to tools/check_rooms.py"
            continue
        for path in sorted([*folder.rglob("*.h"), *folder.rglob("*.cc")]):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                if found:
                    yield from judge(source, path, number, room, *found.groups())


def judge(source, path, number, room, other, name):
    where = f"{path.relative_to(source.parent)}:{number}"
    if other == room:
        return
    if other not in TIERS:
        yield f'{where}: "{other}/{name}" is in no room'
    elif TIERS[other] >= TIERS[room]:
        yield f"{where}: {room} (tier {TIERS[room]}) includes {other} (tier {TIERS[other]})"
    elif room in READS_ONLY and other not in READS_ONLY[room]:
        yield f"{where}: {room} may read only {', '.join(sorted(READS_ONLY[room]))}, not {other}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    found = list(offences(root / "src"))
    for line in found:
        print(line)
    print(f"rooms: {len(found)} offence(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
