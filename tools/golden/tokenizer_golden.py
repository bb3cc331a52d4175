"""Token ids of the real Hugging Face `tokenizers`, for src/text/tokenizer_test.cc.

Usage: tokenizer_golden.py SMOLLM2_GGUF MINILM_FOLDER SHARED_DATA OUT_FOLDER
Writes hard_text.json (invented strings with their ids) and real_lines.json (digests of the ids of real lines; no text).
"""
import gzip
import hashlib
import json
import sys
from pathlib import Path

import gguf
import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

HARD = [
    "", " ", "a", "  two  spaces ", "tab\tand\nnew\r\nline", "\n\n\n", "trailing   ", "   leading",
    "It's we'll they're I'd you've he'S I'M", "don''t ''quote''", "3.14159 and 1,000,000 or 0x1F 12345678901234567890",
    "Sentiment: positive", " positive", " negative", "good movie\nSentiment:",
    "caf\u00e9 vs cafe\u0301 vs CAF\u00c9", "\u00c5ngstr\u00f6m \u212b A\u030a", "na\u00efve r\u00e9sum\u00e9 \u00fcber stra\u00dfe STRASSE",
    "\u9752\u51fa\u4e8e\u84dd\u800c\u80dc\u4e8e\u84dd", "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0 \u30ab\u30bf\u30ab\u30ca \uff8a\uff9d\uff76\uff78", "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab",
    "\u0421\u043b\u043e\u0432\u0430 \u043f\u043e-\u0440\u0443\u0441\u0441\u043a\u0438", "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u03c3\u03c2", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 \u0661\u0662\u0663", "\u05e9\u05dc\u05d5\u05dd",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0967\u0968\u0969 \u0915\u094d\u200d\u0937", "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "\u0130stanbul I\u0307 \u0131 i",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f1eb\U0001f1f7\u2764\ufe0f", "\U0001d54f\U0001d7d8\U00020bb7 math \u2211\u222b\u221e",
    "zero\u200bwidth \u200d joiner \u2060 \ufeff bom \u00ad shy", "nbsp\u00a0thin\u2009ideographic\u3000line\u2028para\u2029end",
    "\u0000nul\u0001\u0007bell\u007f\u0085\u009f", "\ufffd replacement \ufffe\uffff", "z\u0351\u036b\u0343a\u0321\u0300lgo", "\u202eright to left\u202c",
    "<|endoftext|>", "a<|im_start|>b<|im_end|> <|im_end|>", "[CLS] [SEP] [MASK] [PAD] [UNK]", "[cls]x[SEP]y", "<|endoftext", "<repo_name>x<empty_output>",
    "x" * 150, "supercalifragilisticexpialidocious antidisestablishmentarianism", "!!!???...;;;---___***", "a.b,c;d:e!f?g", "$\u20ac\u00a3\u00a5 100% #tag @user",
    "http://example.org/a?b=c&d=%20#frag", "\u2018single\u2019 \u201cdouble\u201d \u2014 dash \u2026", "\ufb01ligature \u01c6 \u2460 \u2167 \u00bd \u00b2",
    "The end of a long story that is told again and again. " * 40, "1\u0662\u0e533\u2075\u00be", "\u00a0", "\u0301", "\u200b",
]
REAL = [("sst2", 6000), ("cola", 5000), ("ethics_justice", 3000), ("gsm8k", 2000), ("sciq", 2000), ("boolq", 1000), ("anthropic_persona", 1000)]


def byte_level_bpe(path, digits):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    tok = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    split = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), split]) if digits else split
    tok.decoder = decoders.ByteLevel()
    types = fields["tokenizer.ggml.token_type"].contents()
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, k in zip(tokens, types) if k == 3])
    return tok


def ids_of(tok, texts, special):
    return [e.ids for e in tok.encode_batch(texts, add_special_tokens=special)]


def main(smollm2, minilm, data, out):
    bert = Tokenizer.from_file(str(Path(minilm) / "tokenizer.json"))
    bert.no_truncation()
    bert.no_padding()
    oracles = {"smollm2": byte_level_bpe(smollm2, True), "smollm2 as gpt-2": byte_level_bpe(smollm2, False), "minilm": bert}
    versions = {"tokenizers": tokenizers.__version__, "gguf": __import__("importlib.metadata").metadata.version("gguf")}

    hard = {"versions": versions, "texts": HARD, "ids": {}, "special": {}, "decoded": {}, "cut_to_16": {}}
    for name, tok in oracles.items():
        hard["ids"][name] = ids_of(tok, HARD, False)
        hard["special"][name] = ids_of(tok, HARD, True)
        hard["decoded"][name] = [tok.decode(i, skip_special_tokens=False) for i in hard["ids"][name]]
        tok.enable_truncation(16)
        hard["cut_to_16"][name] = ids_of(tok, HARD, True)
        tok.no_truncation()
    Path(out, "hard_text.json").write_text(json.dumps(hard, separators=(",", ":")) + "\n")

    real = {"versions": versions, "files": []}
    for folder, count in REAL:
        with gzip.open(Path(data) / folder / "train.jsonl.gz", "rt", encoding="utf-8", newline="\n") as lines:
            rows = [line.rstrip("\n") for line, _ in zip(lines, range(count))]
        entry = {"path": f"{folder}/train.jsonl.gz", "lines": len(rows), "sha256": {}}
        for name, tok in oracles.items():
            digest = hashlib.sha256()
            for ids in ids_of(tok, rows, True):
                digest.update((",".join(map(str, ids)) + "\n").encode())
            entry["sha256"][name] = digest.hexdigest()
        real["files"].append(entry)
    Path(out, "real_lines.json").write_text(json.dumps(real, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
