// Qwen2 and Qwen2.5 (arXiv:2407.10671): Llama with biases on q, k and v; Qwen3 (arXiv:2505.09388): with norms
// of q and k in place of the biases.
#include "catalog/architectures/all.h"

namespace qinglan {
namespace {

void read_qwen(const HfConfig& file, ModelConfig& config) {
  read_llama_family(file, config);
  if (!file.get_or<bool>("use_sliding_window", false) || !file.has("sliding_window")) return;
  read_windows(file, config, file.get<std::int64_t>("sliding_window"), [](std::int64_t) { return true; });
  if (file.has("layer_types")) return;
  const auto full = file.get_or<std::int64_t>("max_window_layers", 28);  // the first layers have no window
  for (std::int64_t layer = 0; layer < std::min(full, config.layers); ++layer)
    config.windowed[static_cast<std::size_t>(layer)] = false;
}

void read_qwen2(const HfConfig& file, ModelConfig& config) {
  read_qwen(file, config);
  config.qkv_bias = true;
}

void read_qwen3(const HfConfig& file, ModelConfig& config) {
  read_qwen(file, config);
  config.head_dim = file.get_or<std::int64_t>("head_dim", 128);
  config.rotary = rotary_of(file, config, 10000, 1);
  config.qk_norm = true;
  config.qkv_bias = config.o_bias = file.get_or<bool>("attention_bias", false);
}

void read_gguf_qwen2(const GgufFile& file, ModelConfig& config) {
  read_gguf_family(file, config);
  config.qkv_bias = true;
}

void read_gguf_qwen3(const GgufFile& file, ModelConfig& config) {
  read_gguf_family(file, config);
  config.qk_norm = true;
}

}  // namespace

Architecture qwen2() {
  return {"qwen2",        ModelKind::decoder, {"qwen2"},
          {"model.", ""}, {"qwen2"},          llama_weights(GgufLayout::plain),
          read_qwen2,     read_gguf_qwen2};
}

Architecture qwen3() {
  return {"qwen3",        ModelKind::decoder, {"qwen3"},
          {"model.", ""}, {"qwen3"},          llama_weights(GgufLayout::plain),
          read_qwen3,     read_gguf_qwen3};
}

}  // namespace qinglan
