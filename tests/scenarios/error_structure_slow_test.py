"""The best single test of the engine (Burns et al. 2023, App. E.1), on sst2: with 30% wrong labels in both cases a student recovers most
of the gap where errors are random and next to nothing where a probe of its own features predicts them."""

import harness as h

h.need_worker()
h.need_model()
data = h.SOURCE.parent / "shared/data/sst2"
if not data.exists():
    print(f"skipped: needs the data set in {data}")
    raise SystemExit(h.SKIPPED)
folder = h.workspace()
document = h.document(h.SOURCE / "examples/sst2-errors.toml", folder / "store", "--set", f'data.path="{data}"')
cells = {cell["supervisor"]: cell for cell in document["cells"]}
random, learnable = cells["symmetric:0.3"], cells["learnable:0.3"]
for cell in (random, learnable):
    floor, ceiling = cell["weak_floor"], cell["strong_ceiling"]
    h.check(abs(floor["value"] - 0.7) < 1e-3, f"{cell['supervisor']}: 30% of the labels are wrong: {floor}")
    h.check(ceiling["low"] > floor["high"], f"there is a gap to recover: {floor} {ceiling}")
    h.check(abs(cell["supervisor_shift"]["value"]) < 1e-3, f"transfer and test rows have the same share of errors: {cell['supervisor_shift']}")
    print(cell["supervisor"], {key: cell[key] for key in ("weak_floor", "weak_to_strong", "strong_ceiling", "gain", "pgr", "verdict")})
    print("  imitation", cell["items"]["imitation"], "shuffled", cell["controls"]["shuffled"])
    h.check(abs(cell["controls"]["shuffled"]["value"] - 0.5) < 0.04, f"shuffled labels teach nothing: {cell['controls']['shuffled']}")
h.check(random["pgr"]["low"] > 0.3, f"random errors are averaged out: {random['pgr']}")
h.check(random["verdict"] in ("recovered", "partial"), f"and it is judged so: {random['verdict']}, {random['reason']}")
h.check(learnable["pgr"]["high"] < 0.25 and abs(learnable["pgr"]["value"]) < 0.2, f"learnable errors are copied: {learnable['pgr']}")
h.check(learnable["verdict"] in ("no-gain", "harmful", "underpowered"), f"and it is judged so: {learnable['verdict']}")
h.check(learnable["items"]["imitation"]["low"] > random["items"]["imitation"]["high"], "the student of learnable errors makes them too")
h.clean(folder)
print("1 passed, 0 failed")
