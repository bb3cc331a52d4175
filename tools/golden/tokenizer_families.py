"""Tiny tokenizers of every family with the ids of Hugging Face's own class, for src/text/tokenizer_families_test.cc.

Usage: tokenizer_families.py SMOLLM2_GGUF MINILM_FOLDER GEMMA3_GGUF SHARED_DATA OUT_FOLDER
Trains the tiny ones on this repository's documents, writes them as GGUF files and as folders of the older kinds, and
writes families.json: digests of the ids of real lines (no text) and of adversarial strings, which both sides make by
one rule from adversarial.json.
"""
import gzip
import hashlib
import importlib.metadata
import json
import shutil
import sys
from pathlib import Path

import gguf
import sentencepiece
import tokenizers
import transformers
from tokenizer_golden import byte_level_bpe
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.integrations.gguf import convert_gguf_tokenizer, get_gguf_tokenizer

ROOT = Path(__file__).resolve().parents[2]
STRINGS = 10000
# (file, "lines" as they are | "strings": the texts inside of each line, keys in order, how many)
REAL = [(f"{folder}/{part}.jsonl.gz", "lines", None)
        for folder in ("anthropic_persona", "boolq", "chess_puzzles", "cola", "ethics_justice", "gsm8k", "hh_harmless",
                       "sciq", "sst2") for part in ("train", "test")]  # fmt: skip
REAL += [("hh_harmless/train.jsonl.gz", "strings", None), ("hh_harmless/test.jsonl.gz", "strings", None),
         ("boolq/train.jsonl.gz", "strings", None)]  # fmt: skip
LINES = 100000

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")  # fmt: skip

# Adversarial strings are joined from these: atoms, code points of ranges, and long runs.
ATOMS = [
    "a", "the", " the", "The", " good", "movie", "'s", "'LL", "don't", "1", "12", "1234", "3.14", "0x1F", " ", "  ", "   ",
    "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2009", "\u2028", "\u0085", ".", "...", "!?", "-", "--",
    "_", "/", "\\", "\"", "'", "``", "''", "$", "\u20ac", "%", "#", "@", "&", "<", ">", "{", "}", "[", "]", "(", ")",
    "\u0000", "\u0001", "\u0007", "\u007f", "\u009f", "\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\ufffd", "\ufffe",
    "\u0301", "\u0308", "e\u0301", "\u00e9", "A\u030a", "\u212b", "\u00c5", "\u0323\u0307", "\u0307\u0323", "q\u0307\u0323", "\u1e9b\u0323",
    "\ufb01", "\u01c6", "\u2460", "\u2167", "\u00bd", "\u00b2", "\u0130", "I\u0307", "\u0131", "\u00df", "\u1e9e", "\u03c3", "\u03c2",
    "\u1112\u1161\u11ab", "\ud55c", "\uac00", "\u9752", "\u51fa\u4e8e\u84dd", "\u65e5\u672c", "\u304c", "\u304b\u3099", "\u30ab\u3099", "\uff8a\uff9f", "\uff21",
    "\u0e20\u0e32", "\u0939\u093f", "\u0915\u094d\u200d\u0937", "\u0967", "\u0661\u0662", "\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd",
    "\u202e", "\u202c", "\u2066", "\u2069", "\u0421\u043b\u043e", "\u0395\u03bb", "\u1f00\u0301", "\u0344",
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1eb\U0001f1f7", "\u2764\ufe0f", "\U0001f44d\U0001f3fd", "\u0023\ufe0f\u20e3",
    "\U0001d54f", "\U00020bb7", "\U0010ffff", "\ud7ff", "\ue000", "\\ud800", "\\udfff", "\\u0000", "&#x41;",
    "\u2581", "\u2581\u2581", "\u2581the", "##s", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[PAD]", "<s>", "</s>", "<unk>", "<pad>", "<mask>", "<bos>",
    "<eos>", "<0x41>", "<0x0A>", "<|endoftext|>", "<|padding|>", "<|begin_of_text|>", "<|im_start|>", "<|im_end|>", "<start_of_turn>", "<end_of_turn>",
    "<unused7>", "<table>", "<|endoftext", "\u0120", "\u010a", "\u0122", "http://a.b/c?d=e", "a.b@c.de", "camelCaseWord", "snake_case_word", "x" * 120,
]  # fmt: skip
RANGES = [[0, 0x7f], [0x20, 0x7e], [0x80, 0xff], [0x100, 0x24f], [0x300, 0x36f], [0x370, 0x5ff], [0x600, 0x7ff], [0x900, 0xdff], [0xe00, 0x10ff],
          [0x1100, 0x11ff], [0x1e00, 0x1fff], [0x2000, 0x206f], [0x2070, 0x2bff], [0x3000, 0x30ff], [0x3400, 0x9fff], [0xac00, 0xd7a3],
          [0xe000, 0xf8ff], [0xf900, 0xfaff], [0xfb00, 0xfdff], [0xfe00, 0xffff], [0x10000, 0x1ffff], [0x1f300, 0x1faff], [0x20000, 0x2ffff],
          [0xe0000, 0xe01ef], [0x30000, 0x10ffff]]  # fmt: skip
RUNS = [" ", "0", "7", "a", "A", "\n", "\r\n", "\t", "-", ".", "\u00e9", "\u0301", "\u4e00", "\U0001f600", "\u2581", "\u00a0", "ab", "a ", " a", "1 ", "'"]


class SplitMix:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, state):
        self.state = state

    def below(self, n):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % n


def adversarial(index):
    """String `index`: 1 to 8 parts, each an atom (5 of 8), up to 8 code points of a range, an atom some times over, a long run."""
    random = SplitMix(index)
    text = ""
    for _ in range(1 + random.below(8)):
        kind = random.below(8)
        if kind < 5:
            text += ATOMS[random.below(len(ATOMS))]
        elif kind == 5:
            low, high = RANGES[random.below(len(RANGES))]
            text += "".join(chr(low + random.below(high - low + 1)) for _ in range(1 + random.below(8)))
        elif kind == 6:
            atom = ATOMS[random.below(len(ATOMS))]
            text += atom * (2 + random.below(12))
        else:
            run = RUNS[random.below(len(RUNS))]
            text += run * (1 + random.below(300))
    return text


def corpus():
    names = ["README.md", "README.zh.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.md")))]
    return [line for name in names for line in (ROOT / name).read_text().splitlines(keepends=True)]


def real_lines(data):
    """[(path, kind, texts)], LINES texts in all."""
    left, parts = LINES, []
    for path, kind, _ in REAL:
        with gzip.open(Path(data) / path, "rt", encoding="utf-8", newline="\n") as file:
            texts = [line.rstrip("\n") for line in file]
        if kind == "strings":
            texts = [value for text in texts for _, value in sorted(json.loads(text).items()) if isinstance(value, str)]
        parts.append((path, kind, texts[:left]))
        left -= len(parts[-1][2])
    assert left == 0, left
    return parts


# --- training ---
def train_bpe(pre_tokenizer, specials, size=760):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizer
    tok.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))  # fmt: skip
    model = json.loads(tok.to_str())["model"]
    return model["vocab"], [tuple(m) for m in model["merges"]]


def split_pre(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])


def train_wordpiece(lowercase):
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.train_from_iterator(corpus(), trainers.WordPieceTrainer(
        vocab_size=900, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))  # fmt: skip
    vocab = tok.get_vocab()
    return sorted(vocab, key=vocab.get)


def train_sentencepiece(path, **options):
    settings = {"vocab_size": 700, "character_coverage": 0.98, "num_threads": 1, "minloglevel": 2, "hard_vocab_limit": False,
                "normalization_rule_name": "identity", "remove_extra_whitespaces": False, "sentence_iterator": iter(corpus())}  # fmt: skip
    with open(path, "wb") as file:
        sentencepiece.SentencePieceTrainer.train(model_writer=file, **{**settings, **options})
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


# --- writing ---
def write_gguf(path, architecture, model, tokens, types, merges=None, scores=None, pre=None, **keys):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_tokenizer_model(model)
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if scores is not None:
        writer.add_token_scores(scores)
    if merges is not None:
        writer.add_token_merges([" ".join(m) for m in merges])
    for key, value in keys.items():
        (writer.add_bool if isinstance(value, bool) else writer.add_uint32)(f"tokenizer.ggml.{key}", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def listed(vocab):
    return sorted(vocab, key=vocab.get)


def types_of(tokens, control=(), user=()):
    return [3 if t in control else 4 if t in user else 1 for t in tokens]


def folder(out, name, config, model_type):
    path = out / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"model_type": model_type}) + "\n")
    (path / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    return path


def write_bpe_files(path, vocab, merges):
    (path / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n")
    (path / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in merges))


def piece_types(sp):
    kinds = []
    for i in range(sp.get_piece_size()):
        kinds.append(2 if sp.is_unknown(i) else 3 if sp.is_control(i) else 5 if sp.is_unused(i) else 6 if sp.is_byte(i) else 1)
    return kinds


def from_gguf(path, bos=None):
    """The tokenizer transformers builds from a GGUF file; the reader of this version leaves adding a BOS to a later step."""
    backend, _ = convert_gguf_tokenizer(*get_gguf_tokenizer(str(path))[:2])
    if bos:
        backend.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, backend.token_to_id(bos))])
    return backend


# --- families: each yields (name, path below OUT, oracle) ---
def byte_level_families(out):
    vocab, merges = train_bpe(pre_tokenizers.ByteLevel(False), ["<|endoftext|>"])
    write_gguf(out / "gpt2.gguf", "gpt2", "gpt2", listed(vocab), types_of(listed(vocab), {"<|endoftext|>"}), merges, pre="gpt-2",
               bos_token_id=0, eos_token_id=0)  # fmt: skip
    yield "gpt2", "gpt2.gguf", transformers.GPT2Tokenizer(vocab=vocab, merges=merges)._tokenizer
    path = folder(out, "gpt2_files", {"tokenizer_class": "GPT2Tokenizer"}, "gpt2")
    write_bpe_files(path, vocab, merges)
    yield "gpt2_files", "gpt2_files", transformers.GPT2Tokenizer.from_pretrained(path)._tokenizer

    opt = {("</s>" if token == "<|endoftext|>" else token): i for token, i in vocab.items()}
    write_gguf(out / "opt.gguf", "opt", "gpt2", listed(opt), types_of(listed(opt), {"</s>"}), merges, pre="gpt-2",
               bos_token_id=0, eos_token_id=0, add_bos_token=True)  # fmt: skip
    names = {"bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "add_bos_token": True}
    yield "opt", "opt.gguf", transformers.GPT2Tokenizer(vocab=opt, merges=merges, **names)._tokenizer
    path = folder(out, "opt_files", {"tokenizer_class": "GPT2Tokenizer", **names}, "opt")
    write_bpe_files(path, opt, merges)
    yield "opt_files", "opt_files", transformers.GPT2Tokenizer.from_pretrained(path)._tokenizer

    vocab, merges = train_bpe(pre_tokenizers.ByteLevel(False), ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    write_gguf(out / "roberta.gguf", "bert", "gpt2", listed(vocab), types_of(listed(vocab), {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}), merges,
               pre="roberta-bpe", bos_token_id=0, eos_token_id=2)  # fmt: skip
    yield "roberta", "roberta.gguf", transformers.RobertaTokenizer(vocab=vocab, merges=merges)._tokenizer
    mask = {"content": "<mask>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False, "__type": "AddedToken"}
    path = folder(out, "roberta_files", {"tokenizer_class": "RobertaTokenizer", "mask_token": mask}, "roberta")
    write_bpe_files(path, vocab, merges)
    yield "roberta_files", "roberta_files", transformers.RobertaTokenizer.from_pretrained(path)._tokenizer

    spaces = [" " * n for n in range(2, 9)]
    vocab, merges = train_bpe(pre_tokenizers.ByteLevel(False), ["<|endoftext|>", "<|padding|>"])
    oracle = transformers.GPTNeoXTokenizer(vocab=vocab, merges=merges)
    oracle.add_tokens([AddedToken(s, normalized=True, special=False) for s in spaces])
    write_gguf(out / "neox.gguf", "gptneox", "gpt2", listed(vocab) + spaces,
               types_of(listed(vocab) + spaces, {"<|endoftext|>", "<|padding|>"}, set(spaces)), merges, pre="olmo",
               bos_token_id=0, eos_token_id=0)  # fmt: skip
    yield "neox", "neox.gguf", oracle._tokenizer

    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocab, merges = train_bpe(split_pre(transformers.models.qwen2.tokenization_qwen2.PRETOKENIZE_REGEX), [])
    vocab = {**vocab, **{token: len(vocab) + i for i, token in enumerate(specials)}}
    write_gguf(out / "qwen2.gguf", "qwen2", "gpt2", listed(vocab), types_of(listed(vocab), set(specials)), merges, pre="qwen2",
               bos_token_id=vocab["<|endoftext|>"], eos_token_id=vocab["<|im_end|>"], add_bos_token=False)  # fmt: skip
    oracle = transformers.Qwen2Tokenizer(vocab=vocab, merges=merges)
    oracle.add_tokens([AddedToken(t, special=True, normalized=False) for t in specials])
    yield "qwen2", "qwen2.gguf", oracle._tokenizer
    plain = {token: i for token, i in vocab.items() if token not in specials}
    decoder = {str(vocab[t]): {"content": t, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True} for t in specials}
    path = folder(out, "qwen2_files", {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": decoder, "eos_token": "<|im_end|>"}, "qwen2")
    write_bpe_files(path, plain, merges)
    yield "qwen2_files", "qwen2_files", transformers.Qwen2Tokenizer.from_pretrained(path)._tokenizer

    vocab, merges = train_bpe(split_pre(LLAMA3), [])
    merges = merges[: len(merges) * 3 // 4]  # the tokens of the rest are only reached because they stand in the vocabulary
    bos = "<|begin_of_text|>"
    vocab[bos] = len(vocab)
    write_gguf(out / "llama3.gguf", "llama", "gpt2", listed(vocab), types_of(listed(vocab), {bos}), merges, pre="llama-bpe",
               bos_token_id=vocab[bos], eos_token_id=vocab[bos])  # fmt: skip
    oracle = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=True))
    oracle.pre_tokenizer = split_pre(LLAMA3)
    oracle.add_special_tokens([AddedToken(bos, normalized=False, special=True)])
    oracle.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, vocab[bos])])
    yield "llama3", "llama3.gguf", oracle


def wordpiece_families(out):
    for name, lowercase in (("bert", True), ("bert_cased", False)):
        tokens = train_wordpiece(lowercase)
        control = {"[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"}
        spelled = [t if t in control else t[2:] if t.startswith("##") else "\u2581" + t for t in tokens]
        write_gguf(out / f"{name}.gguf", "bert", "bert", spelled, types_of(tokens, control), unknown_token_id=1, cls_token_id=2,
                   seperator_token_id=3, padding_token_id=0)  # fmt: skip
        path = folder(out, f"{name}_files", {"tokenizer_class": "BertTokenizer", "do_lower_case": lowercase}, "bert")
        (path / "vocab.txt").write_text("".join(t + "\n" for t in tokens))
        oracle = transformers.BertTokenizer.from_pretrained(path)._tokenizer
        yield name, f"{name}.gguf", oracle
        yield f"{name}_files", f"{name}_files", oracle


def sentencepiece_families(out):
    path = folder(out, "llama_files", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}, "llama")
    sp = train_sentencepiece(path / "tokenizer.model", model_type="bpe", byte_fallback=True, split_digits=True,
                             allow_whitespace_only_pieces=True)  # fmt: skip
    yield "llama_files", "llama_files", transformers.LlamaTokenizer.from_pretrained(path)._tokenizer
    pieces = [sp.id_to_piece(i) for i in range(sp.get_piece_size())]
    scores = [sp.get_score(i) for i in range(sp.get_piece_size())]
    ids = {"bos_token_id": 1, "eos_token_id": 2, "unknown_token_id": 0}
    for name, architecture, keys in (("llama2", "llama", {}), ("phi3", "phi3", {"add_bos_token": True})):
        write_gguf(out / f"{name}.gguf", architecture, "llama", pieces, piece_types(sp), scores=scores, pre="default", **ids, **keys)
        yield name, f"{name}.gguf", from_gguf(out / f"{name}.gguf", bos="<s>")
    tied = [float(round(s / 50)) for s in scores]  # many pieces share a score
    write_gguf(out / "llama2_ties.gguf", "llama", "llama", pieces, piece_types(sp), scores=tied, pre="default", **ids, add_bos_token=False)
    yield "llama2_ties", "llama2_ties.gguf", from_gguf(out / "llama2_ties.gguf")

    path = folder(out, "gemma_files", {"tokenizer_class": "GemmaTokenizer", "add_bos_token": True}, "gemma2")
    user = ["[multimodal]", "\n", "\n\n", "\n\n\n", "\u2581\u2581", "\u2581\u2581\u2581", "\u2581\u2581\u2581\u2581"]
    sp = train_sentencepiece(path / "tokenizer.model", model_type="bpe", byte_fallback=True, split_digits=True, add_dummy_prefix=False,
                             allow_whitespace_only_pieces=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3, bos_piece="<bos>", eos_piece="<eos>",
                             control_symbols=["<mask>", "<start_of_turn>", "<end_of_turn>"], user_defined_symbols=user)  # fmt: skip
    pieces = [sp.id_to_piece(i) for i in range(sp.get_piece_size())]
    kinds = [4 if p in user else k for p, k in zip(pieces, piece_types(sp))]
    spelled = [" " * len(p) if p.strip("\u2581") == "" and k == 4 else p for p, k in zip(pieces, kinds)]
    write_gguf(out / "gemma.gguf", "gemma3", "llama", spelled, kinds, scores=[sp.get_score(i) if k == 1 else -1000.0 for i, k in enumerate(kinds)],
               pre="default", bos_token_id=2, eos_token_id=1, unknown_token_id=3, padding_token_id=0, add_bos_token=True, add_space_prefix=False)  # fmt: skip
    yield "gemma", "gemma.gguf", from_gguf(out / "gemma.gguf", bos="<bos>")
    extractor = transformers.convert_slow_tokenizer.SentencePieceExtractor(str(path / "tokenizer.model"))
    oracle = transformers.GemmaTokenizer(**extractor.extract(models.BPE), add_bos_token=True)
    yield "gemma_files", "gemma_files", oracle._tokenizer

    path = folder(out, "xlm_roberta_files", {"tokenizer_class": "XLMRobertaTokenizer"}, "xlm-roberta")
    rules = path / "rules.tsv"
    rules.write_text("FB01\t66 69\nFF21\t41\n212B\tC5\n3000\t20\nA0\t20\n65 301\tE9\n1E9E\t53 53\nAD\t\n2026\t2E 2E 2E\n")
    train_sentencepiece(path / "sentencepiece.bpe.model", model_type="unigram", normalization_rule_name="user_defined",
                        normalization_rule_tsv=str(rules), remove_extra_whitespaces=True, unk_id=0, bos_id=1, eos_id=2)  # fmt: skip
    rules.unlink()
    yield "xlm_roberta_files", "xlm_roberta_files", transformers.XLMRobertaTokenizer.from_pretrained(path)._tokenizer


def real_families(smollm2, minilm, gemma3):
    bert = Tokenizer.from_file(str(Path(minilm) / "tokenizer.json"))
    yield "smollm2", "SmolLM2", byte_level_bpe(smollm2, True)
    yield "minilm", "MiniLM", bert
    yield "gemma3", "Gemma3", from_gguf(gemma3, bos="<bos>")


def digest(tok, texts, size=2000):
    """Ids of each text on a line, hashed; taken in parts for the sake of memory."""
    sha = hashlib.sha256()
    for start in range(0, len(texts), size):
        for encoding in tok.encode_batch_fast(texts[start : start + size], add_special_tokens=True):
            sha.update((",".join(map(str, encoding.ids)) + "\n").encode())
    return sha.hexdigest()


def main(smollm2, minilm, gemma3, data, out):
    out = Path(out)
    (out / "families").mkdir(parents=True, exist_ok=True)
    versions = {n: importlib.metadata.version(n) for n in ("tokenizers", "transformers", "gguf", "sentencepiece")}
    Path(out, "adversarial.json").write_text(json.dumps({"atoms": ATOMS, "ranges": RANGES, "runs": RUNS}, indent=1) + "\n")
    strings = [adversarial(i) for i in range(STRINGS)]
    real = real_lines(data)
    golden = {"versions": versions, "strings": STRINGS, "strings_sha256": hashlib.sha256("\n".join(strings).encode()).hexdigest(),
              "real": [{"path": p, "kind": k, "count": len(t)} for p, k, t in real], "tokenizers": []}  # fmt: skip
    tiny = out / "families"
    known = {}  # several sources give one tokenizer
    families = [*real_families(smollm2, minilm, gemma3), *byte_level_families(tiny), *wordpiece_families(tiny), *sentencepiece_families(tiny)]
    for name, path, tok in families:
        tok.no_truncation()
        tok.no_padding()
        definition = tok.to_str()
        if definition not in known:
            known[definition] = {"adversarial": [digest(tok, strings[i : i + 1000]) for i in range(0, STRINGS, 1000)],
                                 "real": [digest(tok, texts) for _, _, texts in real]}  # fmt: skip
        golden["tokenizers"].append({"name": name, "path": path, **known[definition]})
        print(name, flush=True)
    Path(out, "families.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
