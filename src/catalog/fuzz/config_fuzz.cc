// Any text is either a config.json of a model whose shape can be computed with, or an Error.

#include "base/error.h"
#include "base/fuzz/json_mutator.h"
#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "catalog/weight_role.h"

namespace {

const std::vector<std::string> kKeys = {"model_type",
                                        "text_config",
                                        "hidden_size",
                                        "n_embd",
                                        "num_hidden_layers",
                                        "n_layer",
                                        "num_attention_heads",
                                        "n_head",
                                        "num_key_value_heads",
                                        "head_dim",
                                        "intermediate_size",
                                        "ffn_dim",
                                        "n_inner",
                                        "vocab_size",
                                        "max_position_embeddings",
                                        "n_positions",
                                        "rms_norm_eps",
                                        "layer_norm_eps",
                                        "layer_norm_epsilon",
                                        "norm_eps",
                                        "rope_theta",
                                        "rope_scaling",
                                        "rope_parameters",
                                        "rope_type",
                                        "type",
                                        "factor",
                                        "low_freq_factor",
                                        "high_freq_factor",
                                        "original_max_position_embeddings",
                                        "beta_fast",
                                        "beta_slow",
                                        "truncate",
                                        "attention_factor",
                                        "mscale",
                                        "mscale_all_dim",
                                        "short_factor",
                                        "long_factor",
                                        "partial_rotary_factor",
                                        "rotary_pct",
                                        "rope_local_base_freq",
                                        "local_rope_theta",
                                        "global_rope_theta",
                                        "sliding_window",
                                        "sliding_window_pattern",
                                        "local_attention",
                                        "global_attn_every_n_layers",
                                        "use_sliding_window",
                                        "max_window_layers",
                                        "layer_types",
                                        "query_pre_attn_scalar",
                                        "attn_logit_softcapping",
                                        "final_logit_softcapping",
                                        "hidden_act",
                                        "hidden_activation",
                                        "activation_function",
                                        "tie_word_embeddings",
                                        "attention_bias",
                                        "mlp_bias",
                                        "type_vocab_size",
                                        "pad_token_id",
                                        "do_layer_norm_before",
                                        "word_embed_proj_dim",
                                        "use_parallel_residual",
                                        "full_attention",
                                        "sliding_attention"};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  using namespace qinglan::fuzz;
  Dice dice(seed);
  const std::string text(reinterpret_cast<const char*>(data), size);
  return deliver(mutate_json(text, most, kKeys, dice), data, most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qinglan;
  try {
    const ModelConfig config = config_from_hf({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (parameter_count(config) <= 0) __builtin_trap();
    for (const Rotary* rotary : {&config.rotary, &config.local_rotary})
      for (const bool long_text : {false, true})
        for (const double frequency : rotary->frequencies(long_text))
          if (!(frequency > 0 && frequency < 1e300)) __builtin_trap();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
