"""Writes tests/golden/train/few_shot.json: token ids and label logits of few-shot prompts as Hugging Face transformers
gives them, tokenised as one string, by SmolLM2-135M in fp32. The texts are made up here; some begin or end with
blanks, so that what is shown and the text meet in every way.

Usage: few_shot_golden.py SMOLLM2_GGUF        (Python 3.11, transformers and torch of the developers' environment)
"""
import json
import pathlib
import sys

import torch
import transformers
from tokenizers.pre_tokenizers import Digits, Sequence
from transformers import AutoModelForCausalLM, AutoTokenizer

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "train" / "few_shot.json"
TEMPLATE, WORDS = "{text}\nSentiment:", [" negative", " positive"]
SHOWN = [("The plot never leaves the harbour it starts in.", 0), ("A warm and patient portrait of two sisters.", 1),
         ("Loud, long and hollow.", 0), ("I laughed until the lights came on!", 1)]
ASKED = ["A clumsy remake.", "Every scene earns its place.", "  two blanks before, one after ", "\na line break before",
         "42 minutes too many", "«Très beau», 影片很感人.", "It is... fine?"]


@torch.no_grad()
def main(model_path):
    path = pathlib.Path(model_path)
    place, options = (str(path.parent),), {"gguf_file": path.name}
    tokenizer = AutoTokenizer.from_pretrained(*place, **options)
    model = AutoModelForCausalLM.from_pretrained(*place, **options, dtype=torch.float32, attn_implementation="eager").eval()
    # As SmolLM2's own tokenizer.json has it; transformers' GGUF reader leaves the digits out.
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), tokenizer.backend_tokenizer.pre_tokenizer])
    tokens = [tokenizer(word, add_special_tokens=False).input_ids for word in WORDS]
    assert all(len(ids) == 1 for ids in tokens)
    prefix = "".join(TEMPLATE.replace("{text}", text) + WORDS[label] + "\n\n" for text, label in SHOWN)
    cases = []
    for text in ASKED:
        ids = tokenizer(prefix + TEMPLATE.replace("{text}", text)).input_ids
        last = model(torch.tensor([ids])).logits[0, -1]
        cases.append({"text": text, "ids": ids, "logits": [last[one[0]].item() for one in tokens]})
    OUT.write_text(json.dumps({"versions": {"transformers": transformers.__version__, "torch": torch.__version__},
                               "model": path.name, "template": TEMPLATE, "words": WORDS, "prefix": prefix, "cases": cases},
                              ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
