"""Hugging Face's and scikit-learn's side of bench/probe_bench.cc: frozen features once, then logistic regressions.

Usage: probe_peer.py MINILM_FOLDER STUDENT.gguf
The same problems: standardized features (decoder: last token and mean; encoder: mean), L2 chosen among six values by
five-fold cross-validation on the labels trained on, soft labels as weighted rows; logconf refits ten times.
"""
import sys
import time
import warnings

import numpy as np
import torch
from peer import load, padded, serve, tune_allocator
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.preprocessing import StandardScaler

MINILM, STUDENT = sys.argv[1:3]
BATCH, PENALTIES, ROUNDS = 32, (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0), 10


@torch.inference_mode()
def features_of(path, texts):
    model, tokenizer = load(path)
    rows = tokenizer(list(texts), truncation=True, max_length=512)["input_ids"]
    order, found = sorted(range(len(rows)), key=lambda i: len(rows[i])), [None] * len(rows)
    for first in range(0, len(rows), BATCH):
        part = order[first : first + BATCH]
        ids, mask = padded([rows[i] for i in part])
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = [(hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)]
        if path.endswith(".gguf"):
            pooled.insert(0, hidden[torch.arange(len(part)), mask.sum(1) - 1])
        for place, i in enumerate(part):
            found[i] = torch.cat([p[place] for p in pooled]).float().numpy()
    return np.stack(found)


def doubled(x, p):
    """Soft labels as rows of either class with weights."""
    return np.concatenate([x, x]), np.repeat([0, 1], len(x)), np.concatenate([p[:, 0], p[:, 1]])


def fit(x, p, asked, method="naive"):
    scaler = StandardScaler().fit(x)
    x = scaler.transform(x)
    if method == "hard":
        p = np.eye(2)[p.argmax(1)]
    inverse = [1 / (len(x) * penalty) for penalty in PENALTIES]
    model = LogisticRegressionCV(Cs=inverse, cv=5, scoring="neg_log_loss", max_iter=1000)
    rows, labels, weights = doubled(x, p)
    kept = weights > 0
    model.fit(rows[kept], labels[kept], sample_weight=weights[kept])
    if method == "logconf":
        refit = LogisticRegression(C=float(np.ravel(model.C_)[0]), max_iter=1000, warm_start=True)
        answer = model.predict_proba(x)[:, 1]
        for step in range(1, ROUNDS):
            weight = 0.5 * min(1.0, step / ROUNDS / 0.2)
            hard = np.eye(2)[(answer > np.quantile(answer, 1 - p[:, 1].mean())).astype(int)]
            rows, labels, weights = doubled(x, (1 - weight) * p + weight * hard)
            kept = weights > 0
            refit.fit(rows[kept], labels[kept], sample_weight=weights[kept])
            answer = refit.predict_proba(x)[:, 1]
        model = refit
    return model.predict_proba(scaler.transform(asked))


data = {}


def features(train, labels, test):
    for path in (MINILM, STUDENT):
        load(path)
    begin = time.perf_counter()
    data["weak"], data["strong"] = features_of(MINILM, train + test), features_of(STUDENT, train + test)
    data["gold"], data["train"] = np.eye(2)[labels], len(train)
    return {"seconds": time.perf_counter() - begin}


def cell(method):
    half, n, gold = data["train"] // 2, data["train"], data["gold"]
    weak, strong = data["weak"], data["strong"]
    begin = time.perf_counter()
    p = fit(weak[:half], gold[:half], weak[half:])[: n - half]
    taught = time.perf_counter()
    fit(strong[half:n], gold[half:], strong[half:])
    ceiling = time.perf_counter()
    fit(strong[half:n], p, strong[half:], method)
    return {"supervisor": taught - begin, "ceiling": ceiling - taught, "student": time.perf_counter() - ceiling}


warnings.simplefilter("ignore")
tune_allocator()
serve({"features": features, "cell": cell})
