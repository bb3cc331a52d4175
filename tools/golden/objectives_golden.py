#!/usr/bin/env python3
"""Writes tests/golden/train/objectives.json: loss and gradient of every method on small batches, row by row from its
formula in fp64, independently of the engine; gradients by autograd with what a formula detaches held constant.
    .deps/dev-venv/bin/python3 tools/golden/objectives_golden.py
"""
import json
import math
import pathlib
import sys

import torch

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "train" / "objectives.json"
torch.set_default_dtype(torch.float64)


def ce(p, t):
    return -sum(float(t[c]) * torch.log(p[c]) for c in range(len(t)) if float(t[c]) != 0)


def entropy(p):
    return -sum(x * torch.log(x) for x in p)


def floored(y, eps):
    return [(1 - eps) * float(v) + eps / len(y) for v in y]


def rce(p, y, eps):
    return -sum(x * math.log(v) for x, v in zip(p, floored(y, eps)))


def ramp(most, warmup, s):
    return most if s >= warmup else most * s / warmup


def power(values, exponent):
    raised = [float(v) ** exponent for v in values]
    return [v / sum(raised) for v in raised]


def argmax(p):
    values = [float(v) for v in p]
    return values.index(max(values))


def one_hot(c, k):
    return [float(i == c) for i in range(k)]


def kl(t, p):
    return sum(float(v) * (math.log(float(v)) - torch.log(x)) for v, x in zip(t, p) if float(v) > 0)


def adapt_weight(p, y, tau, sign):
    own, taught = -math.log(float(max(p))), -math.log(float(p[argmax(y)]))
    first, second = math.exp(sign * own / tau), math.exp(sign * taught / tau)
    return first / (first + second)


def channel_targets(ps, ys, strength):
    k = len(ys[0])
    counts = [[strength * (g == c) + sum(float(p[g]) * float(y[c]) for p, y in zip(ps, ys)) for c in range(k)] for g in range(k)]
    channel = [[v / sum(row) for v in row] for row in counts]
    out = []
    for p, y in zip(ps, ys):
        q = [float(p[g]) * math.prod(channel[g][c] ** float(y[c]) for c in range(k)) for g in range(k)]
        out.append([v / sum(q) for v in q])
    return out


def row_losses(method, a, logits, ys, s, median):
    """The loss of every row; `a` holds the method's parameters."""
    ps = [torch.softmax(z, 0) for z in logits]
    held = [p.detach() for p in ps]
    k = len(ys[0])
    w = ramp(a.get("alpha", 0), a.get("warmup", 0), s)
    if method == "channel":
        inferred = channel_targets(held, ys, a["strength"])
        return [ce(p, [(1 - w) * float(u) + w * v for u, v in zip(y, q)]) for p, y, q in zip(ps, ys, inferred)]
    losses = []
    for z, p, q, y in zip(logits, ps, held, ys):
        if method == "naive":
            loss = ce(p, y)
        elif method == "kl":
            loss = kl(y, p)
        elif method == "smoothing":
            loss = ce(p, floored(y, a["eps"]))
        elif method == "temperature":
            loss = ce(p, power(y, 1 / a["T"]))
        elif method == "product":
            beta = ramp(a["beta"], a["warmup"], s)
            t = [float(u) ** beta * float(v) ** a["alpha"] for u, v in zip(q, y)]
            loss = ce(p, [v / sum(t) for v in t])
        elif method == "window":
            radius = median if a["radius"] == "midweak" else a["radius"]
            loss = ce(p, y) * float(max(q) < 1 / k + radius)
        elif method == "entropy":
            loss = (1 - w) * ce(p, y) + w * entropy(p)
        elif method == "entropy_compat":
            loss = ce(p, [(1 - w) * float(v) + w * float(u) for v, u in zip(y, q)])
        elif method == "augconf":
            cooled = torch.softmax(z / a["T"], 0)
            loss = (1 - w) * a["T"] ** 2 * kl(power(y, 1 / a["T"]), cooled) + w * ce(p, one_hot(argmax(q), k))
        elif method == "adaptconf":
            b = adapt_weight(q, y, a["tau"], a["sign"])
            loss = (1 - b) * ce(p, y) + b * ce(p, one_hot(argmax(q), k))
        elif method == "reverse_ce":
            loss = rce(p, y, a["eps"])
        elif method == "reverse_kl":
            loss = sum(x * (torch.log(x) - math.log(v)) for x, v in zip(p, floored(y, a["eps"])))
        elif method == "cace":
            loss = ce(p, y) if float(max(y)) - 1 / k >= a["margin"] else rce(p, y, a["eps"])
        elif method == "symmetric":
            loss = a["alpha"] * ce(p, y) + a["beta"] * rce(p, y, a["eps"])
        elif method == "forward":
            off = a["noise"] / (k - 1)
            heard = [sum(p[i] * (1 - a["noise"] if i == j else off) for i in range(k)) for j in range(k)]
            loss = ce(heard, y)
        losses.append(loss)
    return losses


def case(method, parameters, classes, progress, median=0.2, rows=12):
    torch.manual_seed(len(method) + 7 * classes + int(100 * progress))
    logits = (2 * torch.randn(rows, classes)).requires_grad_()
    weak = torch.softmax(2 * torch.randn(rows, classes), 1)
    loss = sum(row_losses(method, parameters, logits, weak, progress, median)) / rows
    # What is constant in the targets does not matter to training: the engine drops it from augconf with T = 1.
    dropped = 0.0
    if method == "augconf" and parameters["T"] == 1:
        w = ramp(parameters["alpha"], parameters["warmup"], progress)
        dropped = float((1 - w) * (weak * weak.log()).sum() / rows)
    (gradient,) = torch.autograd.grad(loss, logits)
    return {"method": method, "parameters": parameters, "classes": classes, "progress": progress, "median_margin": median,
            "logits": logits.tolist(), "weak": weak.tolist(), "loss": float(loss) - dropped, "gradient": gradient.tolist()}


def cases():
    ramped = dict(alpha=0.6, warmup=0.2)
    plain = {"naive": {}, "kl": {}, "smoothing": dict(eps=0.1), "temperature": dict(T=2.5), "reverse_ce": dict(eps=1e-3),
             "reverse_kl": dict(eps=1e-3), "cace": dict(margin=0.2, eps=1e-3), "symmetric": dict(alpha=0.7, beta=0.3, eps=1e-3),
             "forward": dict(noise=0.25), "window": dict(radius=0.3), "adaptconf": dict(tau=0.5, sign=1)}
    growing = {"entropy": ramped, "entropy_compat": ramped, "augconf": dict(ramped, T=1.0),
               "channel": dict(ramped, strength=3.0), "product": dict(alpha=0.8, beta=1.2, warmup=0.2)}
    for classes in (2, 4):
        for method, parameters in plain.items():
            yield case(method, parameters, classes, 0.5)
        for method, parameters in growing.items():
            yield case(method, parameters, classes, 0.05)
            yield case(method, parameters, classes, 0.7)
        yield case("window", dict(radius="midweak"), classes, 0.3)
        yield case("adaptconf", dict(tau=2.0, sign=-1), classes, 0.3)
        yield case("augconf", dict(ramped, T=2.0), classes, 0.7)


if __name__ == "__main__":
    versions = {"python": sys.version.split()[0], "torch": torch.__version__.split("+")[0]}
    OUT.write_text(json.dumps({"versions": versions, "cases": list(cases())}, separators=(",", ":"), sort_keys=True) + "\n")
