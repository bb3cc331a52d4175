"""Reference numbers of Hugging Face transformers for src/model's tests.

Usage: model_golden.py SMOLLM2_GGUF MINILM_FOLDER MOVIE_GROUND_TRUTH OUT_FOLDER
smollm2.json, minilm.json: for 64 real texts (named by row, not copied) values in fp64 and the largest error of Hugging
Face's own fp32 on the same values. tiny_llama/, tiny_bert/: whole models of a few thousand weights, and in
gradients.safetensors every gradient of full and LoRA tuning (PEFT) for one batch.
"""
import json
import math
import sys
from pathlib import Path

import gguf
import peft
import safetensors
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import AutoModel, AutoModelForCausalLM, BertConfig, BertModel, LlamaConfig, LlamaModel
from transformers.models.llama import modeling_llama

torch.manual_seed(20)
VERSIONS = {m.__name__: m.__version__ for m in (torch, transformers, peft, safetensors)}
TEXTS, CHOSEN, PROJECTIONS, DEPTH = 64, 32, 4, 22


def entries(movies):
    """(rows joined by a space, most tokens) for each text: one of 1 token, one of 512, 62 as they are."""
    rows = len(movies)
    plain = [{"rows": [(i * 167 + 5) % rows], "most": 512} for i in range(TEXTS - 2)]
    return [{"rows": [7], "most": 1}] + plain + [{"rows": list(range(1000, 1040)), "most": 512}]


def projections(values):
    """sum_v sin(0.7312 (v + 1)(k + 1)) values[v] / sqrt(V), in fp64."""
    v = torch.arange(1, values.numel() + 1, dtype=torch.float64)
    return [float((torch.sin(0.7312 * v * (k + 1)) * values.double()).sum() / math.sqrt(values.numel())) for k in range(PROJECTIONS)]


class ExactNorm(torch.nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.weight, self.eps = norm.weight, norm.variance_epsilon

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class ExactRotary(torch.nn.Module):
    def __init__(self, theta, dim):
        super().__init__()
        self.frequency = theta ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)

    def forward(self, x, position_ids):
        angle = position_ids[..., None].double() * self.frequency
        angle = torch.cat([angle, angle], -1)
        return angle.cos(), angle.sin()


def exact_llama(path, theta, dim):
    """transformers casts norms and rotary tables to fp32 even in a double model; the oracle must not."""
    folder, file = str(Path(path).parent), Path(path).name
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32).double().eval()
    for layer in model.model.layers:
        layer.input_layernorm = ExactNorm(layer.input_layernorm)
        layer.post_attention_layernorm = ExactNorm(layer.post_attention_layernorm)
    model.model.norm = ExactNorm(model.model.norm)
    model.model.rotary_emb = ExactRotary(theta, dim)
    return model


def summary(exact, ours, chosen):
    """The fp64 values to check, and the largest and summed squared error of fp32 on them."""
    pe, pf = projections(exact.flatten()), projections(ours.flatten())
    values = exact.flatten()[chosen].tolist()
    errors = [abs(a - float(b)) for a, b in zip(values, ours.flatten()[chosen].double())]
    return {"values": values, "max_error": max(errors), "square_error": sum(e * e for e in errors), "projections": pe,
            "projection_error": max(abs(a - b) for a, b in zip(pe, pf)), "max_error_of_all": float((exact - ours.double()).abs().max())}


@torch.no_grad()
def smollm2(path, movies, out):
    exact = exact_llama(path, 100000.0, 64)
    single = AutoModelForCausalLM.from_pretrained(str(Path(path).parent), gguf_file=Path(path).name, dtype=torch.float32).eval()
    sys.path.insert(0, str(Path(__file__).parent))
    from tokenizer_golden import byte_level_bpe
    tok = byte_level_bpe(path, True)
    vocab = exact.config.vocab_size
    texts = []
    for number, entry in enumerate(entries(movies)):
        ids = tok.encode(" ".join(movies[r] for r in entry["rows"])).ids[: entry["most"]]
        x = torch.tensor([ids])
        a, b = (model(x, output_hidden_states=True, logits_to_keep=1) for model in (exact, single))
        logits, logits32 = a.logits[0, -1], b.logits[0, -1]
        best = logits.topk(2)
        chosen = torch.randperm(vocab)[: CHOSEN - 2].tolist() + best.indices.tolist()
        deep, deep32 = a.hidden_states[DEPTH][0, -1], b.hidden_states[DEPTH][0, -1]
        texts.append({**entry, "tokens": len(ids), "id_sum": sum(ids), "chosen": chosen, "logits": summary(logits, logits32, chosen),
                      "top": int(best.indices[0]), "margin": float(best.values[0] - best.values[1]),
                      "hidden": summary(deep, deep32, [(number * 7 + 31 * i) % deep.numel() for i in range(8)]),
                      "hidden_chosen": [(number * 7 + 31 * i) % deep.numel() for i in range(8)]})
        print(number, len(ids), texts[-1]["logits"]["max_error_of_all"], flush=True)
    write(Path(out, "smollm2.json"), {"versions": VERSIONS, "depth": DEPTH, "texts": texts})


@torch.no_grad()
def minilm(folder, movies, out):
    tok = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tok.no_truncation()
    tok.no_padding()
    exact = AutoModel.from_pretrained(folder, dtype=torch.float32).double().eval()
    single = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    texts = []
    for entry in entries(movies):
        ids = tok.encode(" ".join(movies[r] for r in entry["rows"])).ids[: entry["most"]]
        x = torch.tensor([ids])
        a, b = exact(input_ids=x).last_hidden_state[0], single(input_ids=x).last_hidden_state[0]
        chosen = torch.randperm(a.numel())[:CHOSEN].tolist()
        texts.append({**entry, "tokens": len(ids), "id_sum": sum(ids), "chosen": chosen, "hidden": summary(a, b, chosen)})
    write(Path(out, "minilm.json"), {"versions": VERSIONS, "texts": texts})


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")).replace('{"rows"', '\n{"rows"') + "\n")


VOCAB = 64
ROWS = [[5, 9, 12], [3], [7, 8, 9, 10, 11, 12, 13], [60, 61, 62], [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]]


def word_tokenizer(folder, encoder):
    vocab = {**{t: i for i, t in enumerate(["[UNK]", "[CLS]", "[SEP]"])}, **{f"w{i}": i for i in range(3, VOCAB)}}
    special = [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
               for t, i in list(vocab.items())[:3]]
    piece = lambda name: {"SpecialToken": {"id": name, "type_id": 0}}
    text = {"Sequence": {"id": "A", "type_id": 0}}
    post = {"type": "TemplateProcessing", "single": [piece("[CLS]"), text, piece("[SEP]")], "pair": [piece("[CLS]"), text, piece("[SEP]")],
            "special_tokens": {t: {"id": t, "ids": [vocab[t]], "tokens": [t]} for t in ("[CLS]", "[SEP]")}} if encoder else None
    Path(folder, "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": post, "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"}}) + "\n")


def loss_of(model, head, bias, targets, encoder):
    total = 0
    for row, target in zip(ROWS, targets):
        hidden = model(input_ids=torch.tensor([row])).last_hidden_state[0]
        pooled = hidden.mean(0) if encoder else hidden[-1]
        total = total - (target * torch.log_softmax(head @ pooled + bias, -1)).sum()
    return total / len(ROWS)


def tiny(kind, out):
    encoder = kind == "bert"
    folder = Path(out, "tiny_" + kind)
    folder.mkdir(parents=True, exist_ok=True)
    if encoder:
        model = BertModel(BertConfig(vocab_size=VOCAB, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                                     max_position_embeddings=24, hidden_dropout_prob=0, attention_probs_dropout_prob=0), add_pooling_layer=False)
    else:
        model = LlamaModel(LlamaConfig(vocab_size=VOCAB, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                                       intermediate_size=48, max_position_embeddings=24, rope_theta=100.0, tie_word_embeddings=True))
    for name, parameter in model.named_parameters():
        centre = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
        parameter.data = centre + 0.25 * torch.randn_like(parameter)
    model.eval()
    prefix = "" if encoder else "model."
    save_file({prefix + n: p.detach().clone() for n, p in model.named_parameters()}, folder / "model.safetensors")
    config = model.config.to_dict()
    keep = [k for k in ("model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "intermediate_size",
                        "vocab_size", "max_position_embeddings", "rms_norm_eps", "layer_norm_eps", "hidden_act", "type_vocab_size",
                        "tie_word_embeddings", "rope_parameters", "rope_theta") if config.get(k) is not None]
    (folder / "config.json").write_text(json.dumps({k: config[k] for k in keep}, indent=1) + "\n")
    word_tokenizer(folder, encoder)

    head, bias = 0.3 * torch.randn(3, 32), 0.1 * torch.randn(3)
    targets = torch.softmax(torch.randn(len(ROWS), 3), -1)
    result = {"head": head, "bias": bias, "targets": targets}
    head.requires_grad_(), bias.requires_grad_()
    loss = loss_of(model, head, bias, targets, encoder)
    loss.backward()
    result |= {"loss": loss.detach().reshape(1), "grad.head": head.grad, "grad.bias": bias.grad}
    result |= {"grad." + prefix + n: p.grad for n, p in model.named_parameters() if p.grad is not None}

    names = ["query", "key", "value", "attention.output.dense"] if encoder else ["q_proj", "k_proj", "v_proj", "o_proj"]
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=8, target_modules=names, lora_dropout=0.0))
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            parameter.data = 0.2 * torch.randn_like(parameter)
    loss = loss_of(adapted, head.detach(), bias.detach(), targets, encoder)
    loss.backward()
    result["lora.loss"] = loss.detach().reshape(1)
    for name, parameter in adapted.named_parameters():
        if "lora_" in name:
            plain = prefix + name.replace("base_model.model.", "").replace(".default", "")
            result["lora." + plain], result["lora.grad." + plain] = parameter.detach(), parameter.grad
    meta = {"versions": json.dumps(VERSIONS), "rows": json.dumps(ROWS)}
    save_file({k: v.detach().clone().contiguous() for k, v in result.items()}, folder / "gradients.safetensors", metadata=meta)


def main(gguf_path, minilm_folder, movie_file, out):
    movies = [line.split("\t", 2)[2].rstrip("\r") for line in Path(movie_file).read_bytes().decode("latin-1").split("\n") if line]
    tiny("llama", out)
    tiny("bert", out)
    minilm(minilm_folder, movies, out)
    smollm2(gguf_path, movies, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
