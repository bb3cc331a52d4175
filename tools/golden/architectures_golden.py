"""Tiny random models of every architecture with what Hugging Face computes from them, for src/model/architectures_test.cc.

Usage: architectures_golden.py OUT_FOLDER [NAME...]
Each folder of OUT_FOLDER has config.json, model.safetensors (values exact in bf16) and expected.safetensors: hidden states
at every depth and last-token logits in fp64, the rms and largest error of Hugging Face's own fp32 and bf16 on them, and
every gradient of one classification loss.
"""
import copy
import json
import sys
from pathlib import Path

import safetensors
import torch
import transformers
from safetensors.torch import save_file
from torch.overrides import TorchFunctionMode
from transformers import AutoModel, AutoModelForCausalLM

VERSIONS = {m.__name__: m.__version__ for m in (torch, transformers, safetensors)}
VOCAB, HIDDEN, POSITIONS = 32, 16, 40
ROWS = [[5, 9, 12], [3], [7, 8, 9, 10, 11, 12, 13], [30, 31, 4], list(range(4, 28))]
PADDED = dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
SIZES = dict(vocab_size=VOCAB, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
             max_position_embeddings=POSITIONS, **PADDED)
GROUPED = dict(SIZES, num_key_value_heads=2)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=4.0, beta_slow=1.0)
LONGROPE = dict(rope_type="longrope", short_factor=[1.0, 1.5], long_factor=[2.0, 5.0], original_max_position_embeddings=10)


def rope(theta=100.0, **scaling):
    return {"rope_theta": theta, "rope_type": "default", **scaling}


MODELS = {
    "llama": ("LlamaConfig", dict(GROUPED, tie_word_embeddings=True, rope_parameters=rope())),
    "llama_biases_untied": ("LlamaConfig", dict(GROUPED, head_dim=6, attention_bias=True, mlp_bias=True, rope_parameters=rope(), tie_word_embeddings=False)),
    "llama3_rope": ("LlamaConfig", dict(SIZES, rope_parameters=rope(**LLAMA3))),
    "llama_linear_rope": ("LlamaConfig", dict(SIZES, rope_parameters=rope(rope_type="linear", factor=3.0))),
    "llama_dynamic_rope": ("LlamaConfig", dict(SIZES, rope_parameters=rope(rope_type="dynamic", factor=2.0))),
    "llama_yarn_rope": ("LlamaConfig", dict(SIZES, rope_parameters=rope(**YARN))),
    "mistral_window": ("MistralConfig", dict(GROUPED, sliding_window=5, rope_parameters=rope())),
    "qwen2": ("Qwen2Config", dict(GROUPED, tie_word_embeddings=True, rope_parameters=rope())),
    "qwen2_window": ("Qwen2Config", dict(GROUPED, use_sliding_window=True, sliding_window=4, max_window_layers=1, rope_parameters=rope())),
    "qwen3": ("Qwen3Config", dict(GROUPED, head_dim=8, tie_word_embeddings=True, rope_parameters=rope())),
    "gemma": ("GemmaConfig", dict(GROUPED, head_dim=8, num_key_value_heads=1, rope_parameters=rope())),
    "gemma2": ("Gemma2Config", dict(GROUPED, head_dim=8, query_pre_attn_scalar=12, sliding_window=4, attn_logit_softcapping=3.0,
                                    final_logit_softcapping=2.0, rope_parameters=rope())),
    "gemma3": ("Gemma3TextConfig", dict(GROUPED, num_hidden_layers=3, head_dim=8, query_pre_attn_scalar=8, sliding_window=5,
                                        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                                        rope_parameters={"full_attention": rope(1000.0, rope_type="linear", factor=4.0), "sliding_attention": rope(50.0)})),
    "phi3": ("Phi3Config", dict(GROUPED, sliding_window=6, tie_word_embeddings=False, rope_parameters=rope())),
    "phi3_longrope": ("Phi3Config", dict(GROUPED, num_attention_heads=2, sliding_window=None, tie_word_embeddings=True, original_max_position_embeddings=10,
                                         rope_parameters=rope(partial_rotary_factor=0.5, **LONGROPE))),
    "gpt2": ("GPT2Config", dict(vocab_size=VOCAB, n_embd=HIDDEN, n_layer=2, n_head=4, n_positions=POSITIONS, **PADDED)),
    "gpt_neox": ("GPTNeoXConfig", dict(SIZES, rope_parameters=rope(partial_rotary_factor=0.5))),
    "gpt_neox_serial": ("GPTNeoXConfig", dict(SIZES, use_parallel_residual=False, attention_bias=False, hidden_act="gelu_new", tie_word_embeddings=True,
                                              rope_parameters=rope(partial_rotary_factor=1.0))),
    "opt": ("OPTConfig", dict(vocab_size=VOCAB, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=4, ffn_dim=24, word_embed_proj_dim=HIDDEN,
                              max_position_embeddings=POSITIONS, **dict(PADDED, pad_token_id=1, bos_token_id=2))),
    "opt_post_norm": ("OPTConfig", dict(vocab_size=VOCAB, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=4, ffn_dim=24, word_embed_proj_dim=HIDDEN,
                                        do_layer_norm_before=False, enable_bias=False, max_position_embeddings=POSITIONS,
                                        **dict(PADDED, pad_token_id=1, bos_token_id=2))),
    "bert": ("BertConfig", dict(SIZES)),
    "bert_relu": ("BertConfig", dict(SIZES, hidden_act="relu", type_vocab_size=1)),
    "roberta": ("RobertaConfig", dict(SIZES, max_position_embeddings=POSITIONS + 2, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1)),
    "modernbert": ("ModernBertConfig", dict(SIZES, num_hidden_layers=3, local_attention=8, cls_token_id=1, sep_token_id=2,
                                            layer_types=["full_attention", "sliding_attention", "sliding_attention"],
                                            rope_parameters={"full_attention": rope(1000.0), "sliding_attention": rope(50.0)})),
    "modernbert_biases": ("ModernBertConfig", dict(SIZES, local_attention=6, attention_bias=True, mlp_bias=True, norm_bias=True, cls_token_id=1, sep_token_id=2,
                                                   rope_parameters={"full_attention": rope(1000.0), "sliding_attention": rope(50.0)})),
}
ENCODERS = ("bert", "roberta", "modernbert")


class Exact(TorchFunctionMode):
    """Every request for fp32 gives fp64: models cast norms, rotary tables and softmax to fp32 by themselves."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        swap = lambda value: torch.float64 if value is torch.float32 else value
        if func is torch.Tensor.float:
            return args[0].double()
        return func(*map(swap, args), **{k: swap(v) for k, v in (kwargs or {}).items()})


def loader(config):
    return AutoModel if config.model_type in ENCODERS else AutoModelForCausalLM


def random_weights(model, config):
    ones = not config.model_type.startswith("gemma")
    for name, parameter in model.named_parameters():
        centre = 1.0 if ones and "norm" in name.lower().replace("ln_", "norm") and name.endswith("weight") else 0.0
        parameter.data = (centre + 0.25 * torch.randn_like(parameter)).bfloat16().float()


def base_of(model):
    return getattr(model, model.base_model_prefix, model)


def outputs(model, config):
    """Hidden states [depths, T, C] of all rows one after the other, and each row's last logits."""
    states, logits = [], []
    for row in ROWS:
        out = base_of(model)(input_ids=torch.tensor([row]), output_hidden_states=True)
        depths = list(out.hidden_states[: config.num_hidden_layers]) + [out.last_hidden_state]
        states.append(torch.stack([d[0] for d in depths]))
        if config.model_type not in ENCODERS:
            logits.append(model(input_ids=torch.tensor([row])).logits[0, -1])
    return torch.cat(states, 1), torch.stack(logits) if logits else None


def errors(exact, found):
    difference = (found.double() - exact).abs()
    return torch.tensor([difference.square().mean().sqrt(), difference.max()], dtype=torch.float64)


def gradients(model, config, head, targets):
    total = 0
    for row, target in zip(ROWS, targets):
        hidden = base_of(model)(input_ids=torch.tensor([row])).last_hidden_state[0]
        pooled = hidden.mean(0) if config.model_type in ENCODERS else hidden[-1]
        total = total - (target * torch.log_softmax(head @ pooled, -1)).sum()
    (total / len(ROWS)).backward()
    return total.detach() / len(ROWS), {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


def make(name, out):
    torch.manual_seed(sum(map(ord, name)))
    kind, values = MODELS[name]
    config = getattr(transformers, kind)(**values)
    config._attn_implementation = "eager"
    for key in list(config.to_dict()):
        if key.endswith(("pdrop", "dropout", "dropout_prob")) and getattr(config, key, None):
            setattr(config, key, 0.0)
    folder = Path(out, name)
    folder.mkdir(parents=True, exist_ok=True)
    extra = {"add_pooling_layer": False} if config.model_type in ("bert", "roberta") else {}
    model = loader(config).from_config(config, attn_implementation="eager", **extra).float().eval()
    random_weights(model, config)
    copy.deepcopy(model).bfloat16().save_pretrained(folder)  # the names that files have, not those in memory
    (folder / "generation_config.json").unlink(missing_ok=True)
    kept = {k: v for k, v in config.to_diff_dict().items() if k not in ("transformers_version", "dtype", "architectures")}
    (folder / "config.json").write_text(json.dumps(kept, indent=1) + "\n")

    torch.set_default_dtype(torch.float64)
    with Exact():
        exact = loader(config).from_config(config, attn_implementation="eager", **extra).double().eval()
        exact.load_state_dict({n: p.double() for n, p in model.state_dict().items()})
        with torch.no_grad():
            hidden, logits = outputs(exact, config)
        head, targets = 0.3 * torch.randn(3, hidden.shape[-1]), torch.softmax(torch.randn(len(ROWS), 3), -1)
        head, targets = head.float().double(), targets.float().double()
        loss, grads = gradients(exact, config, head, targets)
    torch.set_default_dtype(torch.float32)
    result = {"hidden": hidden, "head": head.float(), "targets": targets.float(), "loss": loss.reshape(1)}
    if logits is not None:
        result["logits"] = logits
    for label, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        other = loader(config).from_pretrained(folder, dtype=dtype, attn_implementation="eager", **extra).eval()
        with torch.no_grad():
            other_hidden, other_logits = outputs(other, config)
        result[f"{label}.hidden"] = errors(hidden, other_hidden)
        if logits is not None:
            result[f"{label}.logits"] = errors(logits, other_logits)
        del other
    result |= {"grad." + n: g.float() for n, g in grads.items()}
    save_file({k: v.detach().clone().contiguous() for k, v in result.items()}, folder / "expected.safetensors",
              metadata={"versions": json.dumps(VERSIONS), "rows": json.dumps(ROWS)})
    print(name, sum(p.numel() for p in model.parameters()), {k: v.tolist() for k, v in result.items() if k.startswith(("fp32", "bf16"))}, flush=True)


def main(out, *names):
    for name in names or MODELS:
        make(name, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
