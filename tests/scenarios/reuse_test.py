"""What was computed is never computed again, and adding seeds or methods computes just what is new."""

import time

import harness as h

h.need_worker()
h.need_model()
folder = h.workspace()
data = h.write_data(folder)
spec = h.write_spec(folder, data)
store = folder / "store"

first = h.document(spec, store)
h.check(first["ledger"]["computed"] > 0, "the first run computes")
before = h.results(store)
again = h.document(spec, store)
h.check(again["ledger"]["computed"] == 0, f"the second run computed {again['ledger']['computed']} nodes")
h.check(h.results(store) == before, "the second run changed nothing")
h.check(again["cells"] == first["cells"], "equal cells")

more = h.document(spec, store, "--seeds", "3")
h.check(more["cells"][0]["seeds"] == 3, "three seeds")
added = {k.split("/")[1] for k in h.results(store)} - {k.split("/")[1] for k in before}
h.check(len(added) == more["ledger"]["computed"], "only new nodes were computed")
per_seed = len(added)
back = h.document(spec, store, "--seeds", "2")
h.check(back["ledger"]["computed"] == 0, "fewer seeds need nothing")

both = h.document(h.write_spec(folder, data, methods=("naive", "logconf")), store)
h.check(both["ledger"]["computed"] == 2, f"a method more is two students more, not {both['ledger']['computed']}")
h.check([c["method"] for c in both["cells"]] == ["naive", "logconf"], "cells in the order of the axis")

zero = h.document(h.write_spec(folder, data, methods=("logconf",)), store, "--set", "method.logconf.alpha=0")
h.check(zero["cells"][0]["weak_to_strong"] == first["cells"][0]["weak_to_strong"], "alpha 0 is naive")

other = folder / "other"
h.run(h.write_spec(folder, data), other)
h.check(h.results(other) == before, "another store holds the same bytes")
h.clean(folder)
print("1 passed, 0 failed")
