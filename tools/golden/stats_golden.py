"""Writes tests/golden/stats/golden.json: Student's t by SciPy, DeLong variances by their definition (a double loop over
pairs, not by ranks), one-vs-rest AUROC, crossed components by NumPy and PGR sets by root finding.

    python tools/golden/stats_golden.py

Needs numpy and scipy. Numbers are drawn with a fixed seed; the same versions write the same bytes.
"""

import json
import pathlib
import platform

import numpy as np
import scipy
from scipy.optimize import brentq
from scipy.stats import t as student

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "stats" / "golden.json"


def delong(scores, positive):
    """AUROC, DeLong's variance of it, and the placement values, from all pairs."""
    a, b = scores[positive], scores[~positive]
    wins = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    v10, v01 = wins.mean(1), wins.mean(0)
    values = np.empty(len(scores))
    values[positive], values[~positive] = v10, v01
    return wins.mean(), v10.var(ddof=1) / len(a) + v01.var(ddof=1) / len(b), values


def crossed(x, y):
    """A, B and R of the crossed interval as covariances of x and y."""
    seeds, items = x.shape
    residual = [m - m.mean(1, keepdims=True) - m.mean(0, keepdims=True) + m.mean() for m in (x, y)]
    return (
        np.cov(x.mean(1), y.mean(1))[0, 1] / seeds,
        np.cov(x.mean(0), y.mean(0))[0, 1] / items,
        (residual[0] * residual[1]).sum() / ((seeds - 1) * (items - 1)) / (seeds * items),
    )


def spread(parts, seeds, items):
    a, b, r = parts
    v = max(a + b - r, a, b)
    return v, v**2 / (a**2 / (seeds - 1) + b**2 / (items - 1))


def pgr_set(gain, gap):
    """Ends of the set of shares by a scan of 501 points and Brent's method; V and df from the matrix gain - rho gap."""

    def beyond(rho):
        left = gain - rho * gap
        v, df = spread(crossed(left, left), *left.shape)
        return abs(left.mean()) - student.ppf(0.975, df) * np.sqrt(v)

    scan = np.linspace(-2, 3, 501)
    signs = [beyond(rho) <= 0 for rho in scan]
    changes = [i for i in range(500) if signs[i] != signs[i + 1]]
    assert len(changes) == 2 and not signs[0], "the set is unbounded or in pieces"
    return [brentq(beyond, scan[i], scan[i + 1], xtol=1e-13) for i in changes]


def holm(p):
    """The smallest level at which Holm's procedure rejects each hypothesis, found by running it at every candidate level."""

    def rejected(level):
        order, out = np.argsort(p, kind="stable"), set()
        for rank, i in enumerate(order):
            if p[i] * (len(p) - rank) > level:
                break
            out.add(int(i))
        return out

    candidates = sorted({min(1.0, p[i] * k) for i in range(len(p)) for k in range(1, len(p) + 1)} | {1.0})
    return [next((level for level in candidates if i in rejected(level)), 1.0) for i in range(len(p))]


def main():
    rng = np.random.default_rng(20240607)
    ts = []
    for df in (0.5, 1, 1.7, 2, 3.3, 4, 9.25, 30, 250.5, 5000, 1e6):
        for p in (0.6, 0.9, 0.975, 0.999, 0.01):
            ts.append({"df": df, "p": p, "t": student.ppf(p, df)})
        for x in (-3.0, -0.2, 0.0, 1e-3, 0.7, 2.5, 40.0):
            ts.append({"df": df, "p": student.cdf(x, df), "t": x, "cdf_only": True})
    areas = []
    for n, ties in ((12, 4), (60, 1000), (301, 15)):
        positive = rng.random(n) < 0.4
        positive[:2] = True, False
        scores = np.floor(ties * (rng.normal(size=n) + positive)) / ties
        area, variance, values = delong(scores, positive)
        areas.append({
            "scores": scores.tolist(), "positive": positive.astype(int).tolist(),
            "auroc": area, "variance": variance, "values": values.tolist(),
        })
    logits = rng.normal(size=(40, 3)).astype(np.float32)
    truth = np.concatenate([[0, 1, 2], rng.integers(0, 3, 37)])
    p = np.exp(logits.astype(np.float64))
    p /= p.sum(1, keepdims=True)
    macro = float(np.mean([delong(p[:, c], truth == c)[0] for c in range(3)]))
    grids = []
    for seeds, items in ((3, 20), (5, 12), (2, 40)):
        base = rng.normal(size=(1, items)) + 0.2 * rng.normal(size=(seeds, 1))
        gain = 0.4 + 0.2 * base + 0.4 * rng.normal(size=(seeds, items)) * 0.5
        gap = 1.5 + 0.2 * base + 0.3 * rng.normal(size=(seeds, items))
        parts = crossed(gain, gain)
        v, df = spread(parts, seeds, items)
        half = student.ppf(0.975, df) * np.sqrt(v)
        low, high = pgr_set(gain, gap)
        grids.append({
            "gain": gain.tolist(), "gap": gap.tolist(), "parts": parts, "cross": crossed(gain, gap),
            "variance": v, "df": df, "mean": gain.mean(), "low": gain.mean() - half, "high": gain.mean() + half,
            "p": 2 * student.sf(abs(gain.mean()) / np.sqrt(v), df),
            "pgr": gain.mean() / gap.mean(), "pgr_low": low, "pgr_high": high,
        })
    OUT.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "made_with": {"numpy": np.__version__, "scipy": scipy.__version__, "python": platform.python_version()},
        "t": ts, "auroc": areas,
        "macro": {"logits": logits.ravel().tolist(), "truth": truth.tolist(), "auroc": macro},
        "crossed": grids,
        "holm": [{"p": list(p), "adjusted": holm(p)} for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 0.001, 0.04, 0.6])],
    }
    OUT.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
