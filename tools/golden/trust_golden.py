"""Writes tests/golden/stats/trust.json: calibration, selective prediction, exact tests and confidence sequences, each from its
definition by loops in NumPy, or by SciPy where it has the function.

    python tools/golden/trust_golden.py

Needs numpy and scipy. Numbers are drawn with a fixed seed; the same versions write the same bytes.
"""

import itertools
import json
import math
import pathlib
import platform

import numpy as np
import scipy
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "stats" / "trust.json"


def sweep(confidence, right):
    """Monotone sweep: the calibration error with the last number of equal mass bins whose accuracies do not fall, and those bins."""
    n = len(confidence)
    less_sure = np.array([(confidence < c).sum() for c in confidence])
    best = None
    for bins in range(1, n + 1):
        bin_of = less_sure * bins // n
        used = np.unique(bin_of)
        if np.any(np.diff([right[bin_of == b].mean() for b in used]) < -1e-12):
            break
        best = np.searchsorted(used, bin_of)
    gaps = [(np.mean(best == b), confidence[best == b].mean() - right[best == b].mean()) for b in range(best.max() + 1)]
    return math.sqrt(sum(share * gap**2 for share, gap in gaps)), best


def aurc(confidence, right, order):
    wrong = 1 - right[order]
    return float(np.mean([wrong[:k].mean() for k in range(1, len(order) + 1)]))


def mean_over_ties(confidence, right):
    """AURC averaged over every order in which tied items may come."""
    values = sorted(set(confidence), reverse=True)
    blocks = [list(itertools.permutations(np.flatnonzero(confidence == v))) for v in values]
    return float(np.mean([aurc(confidence, right, np.concatenate(parts).astype(int)) for parts in itertools.product(*blocks)]))


def threshold(confidence, right, risk, doubt):
    m, kept = len(confidence), None
    ordered = np.sort(confidence)[::-1]
    for step in range(1, 21):
        at = ordered[max(1, math.ceil(m * step / 20 - 1e-9)) - 1]
        some = right[confidence >= at]
        if (1 - risk) ** len(some) > doubt:
            continue
        if stats.binom.cdf((some < 1).sum(), len(some), risk) > doubt:
            break
        kept = at
    return kept


def confidence_sequence(d, alpha):
    x, n = (d + 1) / 2, len(d)
    mu = [(0.5 + x[:t].sum()) / (t + 1) for t in range(n + 1)]
    s = [(0.25 + sum((x[i] - mu[i + 1]) ** 2 for i in range(t))) / (t + 1) for t in range(n + 1)]
    lam = np.array([min(0.5, math.sqrt(2 * math.log(2 / alpha) / (s[t - 1] * t * math.log(t + 1)))) for t in range(1, n + 1)])
    v = np.array([4 * (x[i] - mu[i]) ** 2 for i in range(n)])
    psi = (-np.log(1 - lam) - lam) / 4
    low, high, decided = -1.0, 1.0, 0
    for t in range(1, n + 1):
        middle = (lam[:t] * x[:t]).sum() / lam[:t].sum()
        half = (math.log(2 / alpha) + (v[:t] * psi[:t]).sum()) / lam[:t].sum()
        low, high = max(low, 2 * (middle - half) - 1), min(high, 2 * (middle + half) - 1)
        if not decided and (low > 0 or high < 0):
            decided = t
    return {"d": d.tolist(), "alpha": alpha, "low": low, "high": high, "decided_at": decided}


def models(rng):
    """Logits with their losses, sweeps and temperatures."""
    made = []
    for n, classes, scale in ((40, 2, 1), (300, 2, 4), (200, 5, 0.3), (60, 3, 12)):
        truth = rng.integers(0, classes, n)
        truth[:classes] = np.arange(classes)
        logits = rng.normal(size=(n, classes))
        logits[np.arange(n), truth] += 1
        if n == 60:
            logits = np.round(logits)  # ties
        logits = (scale * logits).astype(np.float32)
        log_p = log_softmax(logits.astype(np.float64), axis=1)
        p = np.exp(log_p)
        flat = (logits == logits[:, :1]).all(1)
        right = np.where(flat, 1 / classes, (logits.argmax(1) == truth).astype(float))
        half = np.arange(0, n, 2)

        def loss(log_t):
            return -log_softmax(logits[half].astype(np.float64) / math.exp(log_t), axis=1)[np.arange(len(half)), truth[half]].mean()

        fit = minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-12})
        error, bins = sweep(p.max(1), right)
        made.append({
            "logits": logits.ravel().tolist(), "classes": classes, "truth": truth.tolist(),
            "nll": (-log_p[np.arange(n), truth]).tolist(), "brier": ((p - np.eye(classes)[truth]) ** 2).sum(1).tolist(),
            "top": p.max(1).tolist(), "right": right.tolist(), "ece": error, "bins": bins.tolist(),
            "temperature": math.exp(fit.x),
        })
    return made


def selective(rng):
    made = []
    for n, levels in ((9, 3), (250, 0)):
        confidence = rng.random(n)
        if levels:
            confidence = np.floor(levels * confidence) / levels
        right = (rng.random(n) < 0.5 + confidence / 2).astype(float)
        one = {"confidence": confidence.tolist(), "right": right.tolist()}
        if levels:
            one["aurc"] = mean_over_ties(confidence, right)
        else:
            order = np.argsort(-confidence)
            one["aurc"] = aurc(confidence, right, order)
            without = [aurc(np.delete(confidence, i), np.delete(right, i), np.argsort(-np.delete(confidence, i))) for i in range(n)]
            one["jackknife"] = float((n - 1) / n * ((np.array(without) - np.mean(without)) ** 2).sum())
        made.append(one)
    return made


def main():
    rng = np.random.default_rng(20250311)
    gold = []
    for m, sure, risk in ((100, 0.5, 0.1), (200, 0.9, 0.1), (20, 0.9, 0.1), (300, 0.3, 0.3), (150, 0.0, 0.05)):
        confidence = np.round(rng.random(m), 2)
        right = (rng.random(m) < sure + (1 - sure) * np.minimum(1, confidence * 1.3)).astype(float)
        gold.append({"confidence": confidence.tolist(), "right": right.tolist(), "risk": risk, "threshold": threshold(confidence, right, risk, 0.05)})
    assert any(one["threshold"] is None for one in gold) and any(one["threshold"] is not None for one in gold)
    counts = [(0, 0), (3, 0), (0, 9), (5, 5), (12, 31), (200, 260)]
    flips = []
    for n in (2, 6, 14):
        d = np.round(rng.normal(0.3, 1, n), 1)
        exact = stats.permutation_test((d,), lambda x, axis: x.sum(axis), permutation_type="samples", n_resamples=np.inf)
        flips.append({"d": d.tolist(), "p": exact.pvalue})
    long = np.clip(rng.normal(0.1, 0.5, 120), -1, 1)
    sampled = stats.permutation_test((long,), lambda x, axis: x.sum(axis), permutation_type="samples", n_resamples=200000,
                                     rng=np.random.default_rng(1), vectorized=True)
    grids = []
    for seeds, items in ((3, 40), (5, 25)):
        d = 0.05 + 0.02 * rng.normal(size=(seeds, 1)) + 0.4 * rng.normal(size=(1, items)) + 0.3 * rng.normal(size=(seeds, items))
        mean = d.mean()
        residual = d - d.mean(1, keepdims=True) - d.mean(0, keepdims=True) + mean
        a, b = d.mean(1).var(ddof=1) / seeds, d.mean(0).var(ddof=1) / items
        r = (residual**2).sum() / ((seeds - 1) * (items - 1)) / (seeds * items)
        v = max(a + b - r, a, b)
        df = v**2 / (a**2 / (seeds - 1) + b**2 / (items - 1))
        least = (stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)) * math.sqrt(v)
        sd = d.mean(1).std(ddof=1)
        grids.append({
            "d": d.tolist(), "detectable": [least] + [least * math.sqrt(df / stats.chi2.ppf(q, df)) for q in (0.975, 0.025)],
            "deviation": [sd] + [sd * math.sqrt((seeds - 1) / stats.chi2.ppf(q, seeds - 1)) for q in (0.975, 0.025)],
            "over_seeds": [mean, *stats.t.interval(0.95, seeds - 1, mean, d.mean(1).std(ddof=1) / math.sqrt(seeds))],
        })
    weak, student = (rng.normal(size=(30, 3)).astype(np.float32) * 2 for _ in range(2))
    log_w, log_s = (log_softmax(x.astype(np.float64), axis=1) for x in (weak, student))
    family = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 0.001, 0.04, 0.6], [1.0, 1.0]]
    document = {
        "made_with": {"numpy": np.__version__, "scipy": scipy.__version__, "python": platform.python_version()},
        "models": models(rng), "selective": selective(rng), "gold": gold,
        "binomial": [{"k": k, "n": n, "p": p, "cdf": stats.binom.cdf(k, n, p)} for n in (1, 7, 300) for k in (-1, 0, n // 3, n - 1, n) for p in (0.0, 0.1, 0.5, 1.0)],
        "binomial_bounds": [{"k": k, "n": n, **dict(zip(("low", "high"), map(float, stats.binomtest(k, n).proportion_ci(0.95, "exact"))))} for n in (1, 7, 40, 300) for k in (0, 1, n // 2, n)],
        "mcnemar": [{"first": a, "second": b, "p": stats.binomtest(a, a + b).pvalue if a + b else 1.0} for a, b in counts],
        "benjamini_hochberg": [{"p": p, "adjusted": stats.false_discovery_control(p, method="bh").tolist()} for p in family],
        "chi_square": [{"p": p, "df": df, "x": stats.chi2.ppf(p, df)} for p in (0.001, 0.025, 0.5, 0.975, 0.999) for df in (0.7, 1, 2, 4.3, 30, 2000)],
        "flips": flips, "flips_sampled": {"d": long.tolist(), "p": sampled.pvalue},
        "sequences": [confidence_sequence(rng.choice([-1.0, 0, 0, 0, 0, 0, 1, 1], 400), 0.05), confidence_sequence(rng.choice([-1.0, 0, 1], 300), 0.1),
                      confidence_sequence(np.zeros(5), 0.05)],
        "noise": grids,
        "misfit": {"weak": weak.ravel().tolist(), "student": student.ravel().tolist(), "squared": ((np.exp(log_s) - np.exp(log_w)) ** 2).sum(1).tolist(),
                   "bregman": (np.exp(log_s) * (log_s - log_w)).sum(1).tolist()},
    }
    OUT.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
