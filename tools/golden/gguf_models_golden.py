"""The tiny models of tests/golden/architectures as GGUF files, for src/model/gguf_models_test.cc.

Usage: gguf_models_golden.py ARCHITECTURES_FOLDER GGUF_FOLDER [NAME...]
Writes NAME.gguf for every architecture that llama.cpp's converter knows, with its names (the gguf package's tensor map), its
metadata and its changes to weights: rows of Llama's q and k interleaved, 1 added to Gemma's norms, GPT-2's matrices
transposed, q, k and v of GPT-NeoX regrouped, RoBERTa's unused positions left out. blocks.gguf is a Llama in block types.
"""
import json
import math
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from safetensors.torch import load_file

ARCHITECTURES = {"llama": "LLAMA", "mistral": "LLAMA", "qwen2": "QWEN2", "qwen3": "QWEN3", "gemma": "GEMMA", "gemma2": "GEMMA2",
                 "gemma3_text": "GEMMA3", "phi3": "PHI3", "gpt2": "GPT2", "gpt_neox": "GPTNEOX", "bert": "BERT", "roberta": "BERT",
                 "modernbert": "MODERN_BERT"}
# What the format cannot say: LayerNorm and matrices with other biases than llama.cpp's.
SKIPPED = ("gpt_neox_serial", "modernbert_biases")


def interleaved(rows, heads):
    """Row (side, j) of each head becomes row (j, side)."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def changed(name, value, config, kind):
    heads = config.get("num_attention_heads")
    if kind in ("llama", "mistral"):
        if ".q_proj." in name:
            return interleaved(value, heads)
        if ".k_proj." in name:
            return interleaved(value, config.get("num_key_value_heads", heads))
    if kind.startswith("gemma") and name.endswith("norm.weight"):
        return value + 1
    if kind == "gpt2" and name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
        return value.T
    if kind == "gpt_neox" and ".query_key_value." in name:
        head = value.shape[0] // heads // 3
        return value.reshape(heads, 3, head, *value.shape[1:]).swapaxes(0, 1).reshape(value.shape)
    if kind == "roberta" and "position_embeddings" in name:
        return value[config["pad_token_id"] + 1:]
    return value


def write_rope(writer, config, kind, head_dim):
    """Frequencies and their scaling; returns tensors that belong to it."""
    rope = config.get("rope_parameters")
    if rope is None:
        return {}
    local = rope.get("sliding_attention")
    rope = rope.get("full_attention", rope)
    kind_of_scaling = rope.get("rope_type", "default")
    pairs = int(head_dim * rope.get("partial_rotary_factor", 1)) // 2
    writer.add_rope_dimension_count(2 * pairs)
    writer.add_rope_freq_base(rope["rope_theta"])
    if local:
        writer.add_rope_freq_base_swa(local["rope_theta"])
    if kind_of_scaling == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if kind_of_scaling == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        writer.add_rope_scaling_yarn_beta_fast(rope["beta_fast"])
        writer.add_rope_scaling_yarn_beta_slow(rope["beta_slow"])
    if kind_of_scaling == "llama3":
        turns = rope["original_max_position_embeddings"] * rope["rope_theta"] ** (-np.arange(pairs) / pairs) / (2 * math.pi)
        share = np.clip((turns - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"]), 0, 1)
        return {"rope_freqs.weight": 1 / ((1 - share) / rope["factor"] + share)}
    if kind == "phi3":
        original = config.get("original_max_position_embeddings", rope.get("original_max_position_embeddings", config["max_position_embeddings"]))
        writer.add_rope_scaling_orig_ctx_len(original)
        if kind_of_scaling == "longrope":
            scale = config["max_position_embeddings"] / original
            writer.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(scale) / math.log(original)) if scale > 1 else 1.0)
            return {f"rope_factors_{length}.weight": np.array(rope[f"{length}_factor"]) for length in ("long", "short")}
    return {}


def write_metadata(writer, config, kind):
    hidden = config.get("hidden_size", config.get("n_embd"))
    heads = config.get("num_attention_heads", config.get("n_head"))
    head_dim = config.get("head_dim") or hidden // heads
    positions = config.get("max_position_embeddings", config.get("n_positions"))
    writer.add_context_length(positions - config["pad_token_id"] - 1 if kind == "roberta" else positions)
    writer.add_embedding_length(hidden)
    writer.add_block_count(config.get("num_hidden_layers", config.get("n_layer")))
    writer.add_feed_forward_length(config.get("intermediate_size", 4 * hidden))
    writer.add_head_count(heads)
    if "num_key_value_heads" in config:
        writer.add_head_count_kv(config["num_key_value_heads"])
    if config.get("head_dim"):
        writer.add_key_length(head_dim)
        writer.add_value_length(head_dim)
    if "rms_norm_eps" in config or kind in ("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "phi3"):
        writer.add_layer_norm_rms_eps(config.get("rms_norm_eps", 1e-5 if kind == "phi3" else 1e-6))
    else:
        fallback = 1e-12 if kind in ("bert", "roberta") else 1e-5
        writer.add_layer_norm_eps(config.get("layer_norm_eps", config.get("layer_norm_epsilon", config.get("norm_eps", fallback))))
    if kind in ("gemma2", "gemma3_text", "phi3"):
        writer.add_sliding_window(config.get("sliding_window") or 0)
    if kind == "gemma3_text":
        writer.add_sliding_window_pattern([t == "sliding_attention" for t in config["layer_types"]])
    if kind == "gemma2":
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    if kind == "modernbert":
        writer.add_sliding_window(config["local_attention"])
        writer.add_sliding_window_pattern(3)
    if kind == "gpt_neox":
        writer.add_parallel_residual(config.get("use_parallel_residual", True))
    if kind in ("bert", "roberta", "modernbert"):
        writer.add_causal_attention(False)
    return write_rope(writer, config, kind, head_dim)


def write(folder, out, name):
    config = json.loads((folder / name / "config.json").read_text())
    kind = config["model_type"]
    if kind not in ARCHITECTURES or name in SKIPPED:
        return
    architecture = gguf.MODEL_ARCH[ARCHITECTURES[kind]]
    names = gguf.get_tensor_name_map(architecture, 8)
    writer = gguf.GGUFWriter(out / f"{name}.gguf", gguf.MODEL_ARCH_NAMES[architecture])
    tensors = {k: v.float() for k, v in load_file(folder / name / "model.safetensors").items()}
    extra = write_metadata(writer, config, kind)
    for hf, value in tensors.items():
        known = names.get_name(hf, try_suffixes=(".weight", ".bias"))
        if known is None:
            known = names.get_name("model." + hf, try_suffixes=(".weight", ".bias"))
        assert known, hf
        data = np.ascontiguousarray(changed(hf, value.numpy(), config, kind))
        if data.ndim == 1 or "position" in known or "token_types" in known:
            writer.add_tensor(known, data)
        else:
            writer.add_tensor(known, gguf.quantize(data, Type.BF16), raw_dtype=Type.BF16)
    for known, value in extra.items():
        writer.add_tensor(known, value.astype(np.float32))
    finish(writer)
    print(name, (out / f"{name}.gguf").stat().st_size)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def blocks(path):
    """A Llama whose matrices are in block types, q, k and v in different ones."""
    hidden, inner, vocab, layers, heads, kv_heads = 32, 64, 64, 2, 4, 2
    head = hidden // heads
    random = np.random.default_rng(5)
    types = {"token_embd": Type.Q8_0, "attn_q": Type.Q4_1, "attn_k": Type.Q4_0, "attn_v": Type.Q8_0, "attn_output": Type.Q4_1,
             "ffn_gate": Type.Q4_0, "ffn_up": Type.Q4_1, "ffn_down": Type.F16, "output": Type.BF16}
    shapes = {"token_embd": (vocab, hidden), "attn_q": (hidden, hidden), "attn_k": (kv_heads * head, hidden), "attn_v": (kv_heads * head, hidden),
              "attn_output": (hidden, hidden), "ffn_gate": (inner, hidden), "ffn_up": (inner, hidden), "ffn_down": (hidden, inner),
              "output": (vocab, hidden)}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(48)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(100.0)
    writer.add_rope_dimension_count(head)

    def matrix(name, kind):
        values = 0.25 * random.standard_normal(shapes[kind], dtype=np.float32)
        writer.add_tensor(name, gguf.quantize(values, types[kind]), raw_dtype=types[kind])

    def norm(name):
        writer.add_tensor(name, 1 + 0.25 * random.standard_normal(hidden, dtype=np.float32))

    matrix("token_embd.weight", "token_embd")
    for layer in range(layers):
        norm(f"blk.{layer}.attn_norm.weight")
        norm(f"blk.{layer}.ffn_norm.weight")
        for kind in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
            matrix(f"blk.{layer}.{kind}.weight", kind)
    norm("output_norm.weight")
    matrix("output.weight", "output")
    finish(writer)
    print("blocks", path.stat().st_size)


def main(folder, out, *names):
    folder, out = Path(folder), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for name in names or sorted(p.name for p in folder.iterdir()):
        write(folder, out, name)
    if not names:
        blocks(out / "blocks.gguf")


if __name__ == "__main__":
    main(*sys.argv[1:])
