"""Writes the seeds of the fuzzers of model files: src/io/fuzz/{safetensors,gguf} and
src/catalog/fuzz/{config,gguf_config,weight_index}. Every seed is a small valid file.

    python tools/golden/fuzz_seeds.py

Needs gguf, numpy and safetensors.
"""

import json
import pathlib

import gguf
import numpy as np
import safetensors.numpy

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src"
SIZES = {
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 10,
    "max_position_embeddings": 32,
}
GPT2_SIZES = {"n_embd": 8, "n_layer": 2, "n_head": 2, "n_inner": 16, "vocab_size": 10, "n_positions": 32}
GROUPED = {"num_key_value_heads": 1, "head_dim": 4, "rms_norm_eps": 1e-6, "rope_theta": 10000.0}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
YARN = {"rope_type": "yarn", "factor": 4.0, "beta_fast": 32, "beta_slow": 1, "original_max_position_embeddings": 8}
LONGROPE = {"type": "longrope", "short_factor": [1.0, 1.5], "long_factor": [2.0, 3.0]}
WINDOWS = {"sliding_window": 8, "layer_types": ["sliding_attention", "full_attention"]}
CONFIGS = {
    "llama": SIZES | GROUPED | {"rope_scaling": LLAMA3, "attention_bias": True, "tie_word_embeddings": True},
    "mistral": SIZES | GROUPED | {"sliding_window": 8},
    "qwen2": SIZES | GROUPED | {"use_sliding_window": True, "max_window_layers": 1, "sliding_window": 8},
    "qwen3": SIZES | GROUPED | {"rope_scaling": YARN},
    "gemma": SIZES | GROUPED | {"hidden_activation": "gelu_pytorch_tanh"},
    "gemma2": SIZES | GROUPED | WINDOWS | {"attn_logit_softcapping": 50.0, "query_pre_attn_scalar": 4},
    "gemma3_text": SIZES | GROUPED | WINDOWS | {"rope_local_base_freq": 1000.0, "sliding_window_pattern": 2},
    "gemma3": {"text_config": SIZES | GROUPED | {"rope_parameters": {"full_attention": {"rope_type": "default"}}}},
    "phi3": SIZES | GROUPED | {"rope_scaling": LONGROPE, "original_max_position_embeddings": 16},
    "gpt2": GPT2_SIZES | {"activation_function": "gelu_new", "layer_norm_epsilon": 1e-5},
    "gpt_neox": SIZES | {"rotary_pct": 0.5, "use_parallel_residual": True, "layer_norm_eps": 1e-5},
    "opt": SIZES | {"ffn_dim": 16, "word_embed_proj_dim": 8, "do_layer_norm_before": True},
    "bert": SIZES | {"type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12},
    "roberta": SIZES | {"type_vocab_size": 1, "pad_token_id": 1},
    "modernbert": SIZES | {"local_attention": 8, "global_attn_every_n_layers": 2, "norm_eps": 1e-5},
}
ELEMENTS = "F32 F16 BF16 F64 I8 I16 I32 I64 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL".split()
GGUF_ARCHITECTURES = ["llama", "qwen2", "qwen3", "gemma", "gemma2", "gemma3", "phi3", "gpt2", "gptneox", "bert"]


def folder(name):
    path = SOURCE / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_configs():
    out = folder("catalog/fuzz/config")
    for name, fields in CONFIGS.items():
        (out / f"{name}.json").write_text(json.dumps({"model_type": name} | fields))


def write_indexes():
    out = folder("catalog/fuzz/weight_index")
    shards = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    index = {"metadata": {"total_size": 96}, "weight_map": {"a.weight": shards[0], "b.weight": shards[1]}}
    (out / "two_shards.json").write_text(json.dumps(index))
    (out / "one_shard.json").write_text(json.dumps({"weight_map": {"a.weight": "model.safetensors"}}))


def write_safetensors():
    out = folder("io/fuzz/safetensors")
    kinds = [np.float32, np.float16, np.float64, np.int8, np.uint8, np.int16, np.int32, np.int64, np.bool_]
    for kind in kinds:
        tensors = {"a": np.ones((2, 3), kind), "b": np.zeros((0, 4), kind)}
        safetensors.numpy.save_file(tensors, out / f"{np.dtype(kind).name}.safetensors", {"format": "pt"})
    safetensors.numpy.save_file({}, out / "empty.safetensors")


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_gguf():
    out = folder("io/fuzz/gguf")
    for name in ELEMENTS:
        kind = gguf.GGMLQuantizationType[name]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        writer = gguf.GGUFWriter(out / f"{kind.name.lower()}.gguf", "seed")
        blocks = np.full((2, size if elements > 1 else 2 * size), 1, dtype=np.uint8)
        writer.add_tensor("t", blocks, raw_dtype=kind)
        close(writer)
    writer = gguf.GGUFWriter(out / "keys.gguf", "seed")
    writer.add_custom_alignment(64)
    writer.add_uint8("a", 1)
    writer.add_int64("b", -1)
    writer.add_float32("c", 0.5)
    writer.add_float64("d", 0.5)
    writer.add_bool("e", True)
    writer.add_string("f", "青")
    writer.add_array("g", [1, 2])
    writer.add_array("h", [0.5])
    writer.add_array("i", [True])
    writer.add_array("j", ["x", ""])
    writer.add_tensor("s", np.ones((2, 2), np.float32))
    writer.add_tensor("t", np.ones((3,), np.float16))
    close(writer)


def write_gguf_configs():
    out = folder("catalog/fuzz/gguf_config")
    for name in GGUF_ARCHITECTURES:
        writer = gguf.GGUFWriter(out / f"{name}.gguf", name)
        writer.add_embedding_length(8)
        writer.add_block_count(2)
        writer.add_head_count(2)
        writer.add_feed_forward_length(16)
        writer.add_context_length(32)
        writer.add_float32(f"{name}.attention.layer_norm_epsilon", 1e-5)
        writer.add_float32(f"{name}.attention.layer_norm_rms_epsilon", 1e-5)
        writer.add_head_count_kv(1 if name not in ("gpt2", "gptneox", "bert") else 2)
        writer.add_key_length(4)
        writer.add_rope_dimension_count(4)
        writer.add_rope_freq_base(10000.0)
        writer.add_sliding_window(8)
        if name == "llama":
            writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
            writer.add_rope_scaling_factor(2.0)
            writer.add_rope_scaling_orig_ctx_len(16)
        writer.add_tensor("token_embd.weight", np.ones((3, 8), np.float16))
        writer.add_tensor("token_types.weight", np.ones((2, 8), np.float16))
        if name == "qwen2":
            writer.add_tensor("rope_freqs.weight", np.ones((2,), np.float32))
        if name == "phi3":
            writer.add_tensor("rope_factors_long.weight", np.ones((2,), np.float32))
            writer.add_tensor("rope_factors_short.weight", np.ones((2,), np.float32))
        close(writer)


def main():
    write_configs()
    write_indexes()
    write_safetensors()
    write_gguf()
    write_gguf_configs()


if __name__ == "__main__":
    main()
