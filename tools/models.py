#!/usr/bin/env python3
"""Runs the parity tests and writes docs/models.md from what they record.

usage: tools/models.py      (after ./dev build; reads build/bin/model_test and text_test, ../shared/data and .deps)
"""
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
HEAD = """# Models

Made by `python3 tools/models.py`, which runs the tests and takes these numbers from what they record.

"Error" is ours divided by Hugging Face's own, both against an fp64 oracle (transformers {transformers}, torch {torch}), rms over all values; a test
fails above 2. "Gradients" is the largest relative difference of any weight's gradient from Hugging Face's (at most 1e-4). "GGUF": the same model as
a GGUF file, read here, gives the same hidden states and logits; the number is the largest difference.

## Architectures

Tiny random models made by Hugging Face, their configurations varied (grouped heads, tied and untied heads, biases, rotary scalings, windows):
every hidden state, the logits of the last token and every gradient.
"""
PACKAGED = """
## Packaged models

16 real texts, the longest of 600 tokens (MiniLM: 512, all that it reads). "Kept": the frozen matrices stay in the file's blocks, `base = "file"`.
"""
TOKENIZERS = """
## Tokenizers

Token ids equal to those of the Hugging Face class, on 10,000 adversarial strings and on 100,000 lines of real text each. A name that ends in `_files` is a
folder with `vocab.txt`, `vocab.json` and `merges.txt`, or a SentencePiece model; the others are GGUF files but for MiniLM's `tokenizer.json`.
"""
LIMITS = """
## What is refused

An architecture, a rotary scaling, a GGUF tokenizer or an option that this build does not compute as its authors do is an error that names it, before any work
starts. GGUF cannot say Gemma 2's query scale, the windows of Mistral and Qwen2, and BERT's activation: the family's usual one is taken. Any GGUF type
can stay as it is under adapters (`base = "file"`), on the CPU and on CUDA.
"""


def run(program, pattern):
    """{(suite, test, parameter): properties} of the tests that match; fails when one of them does."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [ROOT / "build/bin" / program, f"--gtest_filter={pattern}", f"--gtest_output=json:{out.name}", "--gtest_brief=1"]
        if subprocess.run(command, stdout=subprocess.DEVNULL, cwd=ROOT).returncode != 0:
            raise SystemExit(f"{program} failed: run it by hand with --gtest_filter='{pattern}'")
        found = {}
        for suite in json.load(open(out.name))["testsuites"]:
            for test in suite["testsuite"]:
                if test["result"] != "COMPLETED":
                    raise SystemExit(f"{suite['name']}.{test['name']}: {test['result']}; run ./dev setup")
                name, _, parameter = test["name"].partition("/")
                found[suite["name"].split("/")[-1], name, parameter] = test
        return found


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def ratio(properties, key):
    return f"{float(properties[key]):.2f}" if key in properties else "-"


def architectures(tests):
    rows = []
    for name in sorted({p for suite, _, p in tests if suite == "Architectures"}):
        outputs = tests["Architectures", "ComputesWhatHuggingFaceComputes", name]
        gradients = tests["Architectures", "HasHuggingFacesGradients", name]
        gguf = tests.get(("GgufModels", "AreTheModelsOfTheSafetensorsFiles", name), {}).get("gguf_difference")
        rows.append([f"`{name}`", *(ratio(outputs, k) for k in ("fp32_hidden", "fp32_logits", "bf16_hidden", "bf16_logits")),
                     f"{float(gradients['gradients']):.0e}", "-" if gguf is None else f"{float(gguf):.0e}" if float(gguf) else "same bits"])
    return table(["model", "fp32 hidden", "fp32 logits", "bf16 hidden", "bf16 logits", "gradients", "GGUF"], rows)


def packaged(tests):
    titles = {"gemma3": "Gemma 3 270M (GGUF: Q4_K, Q5_0, Q6_K, Q8_0)", "smollm2": "SmolLM2-135M (GGUF: Q4_1)", "minilm": "MiniLM-L6 (safetensors)"}
    rows = []
    for (suite, _, parameter), properties in tests.items():
        if suite == "PackagedParity":
            model, kind = parameter.split("_")[:2]
            kept = ", kept" if parameter.endswith("file") else ""
            rows.append([titles[model], kind + kept, ratio(properties, f"{kind}_hidden"), ratio(properties, f"{kind}_logits")])
    return table(["model", "type", "hidden", "logits"], rows)


def tokenizers(tests):
    names = sorted({p for suite, _, p in tests if suite == "TokenizerFamilies"})
    done = {p for suite, _, p in tests if suite == "SlowTokenizerFamilies"}
    return table(["tokenizer", "adversarial strings", "real lines"], [[f"`{n}`", "10,000", "100,000" if n in done else "-"] for n in names])


def main():
    versions = json.loads((GOLDEN / "model/gemma3.json").read_text())["versions"]
    model = run("model_test", "*Architectures*:*GgufModels*:*PackagedParity*")
    text = run("text_test", "*TokenizerFamilies*")
    out = HEAD.format(torch=versions["torch"].split("+")[0], transformers=versions["transformers"]) + "\n" + architectures(model)
    out += PACKAGED + "\n" + packaged(model) + TOKENIZERS + "\n" + tokenizers(text) + LIMITS
    (ROOT / "docs/models.md").write_text(out)


if __name__ == "__main__":
    main()
