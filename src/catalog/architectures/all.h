#pragma once
// One function an architecture, each in its own file, and what their readers share.

#include "catalog/architecture.h"

namespace qinglan {

Architecture llama();
Architecture mistral();
Architecture qwen2();
Architecture qwen3();
Architecture gemma();
Architecture gemma2();
Architecture gemma3();
Architecture phi3();
Architecture gpt2();
Architecture gpt_neox();
Architecture opt();
Architecture bert();
Architecture roberta();
Architecture modernbert();

// The names that Llama brought and most decoders kept, with the post-norms and q/k norms of those that have
// them.
std::vector<WeightName> llama_weights(GgufLayout q_and_k);
// Heads, norm, rotary embedding and window as the Llama family writes them.
void read_llama_family(const HfConfig& file, ModelConfig& config);
void read_gguf_family(const GgufFile& file, ModelConfig& config);

// "gelu_new", "silu"...; throws Error{unsupported}.
Activation activation_of(const HfConfig& file, const char* key, const char* fallback);
// Rotary embedding of `fraction` of each head from rope_theta, rope_parameters or rope_scaling.
Rotary rotary_of(const HfConfig& file, const ModelConfig& config, double theta, double fraction);
// The same from the parameters given.
Rotary scaled_rotary(const HfConfig& file, const ModelConfig& config, double theta, double fraction,
                     Json parameters);
// `layer_types`, else the layers for which `windowed(i)`; `window` counts the tokens a token sees, itself
// included.
void read_windows(const HfConfig& file, ModelConfig& config, std::int64_t window,
                  bool (*windowed)(std::int64_t));
// Which layers of a GGUF file have a window: those its `sliding_window_pattern` marks, else all but one in
// `pattern`, the last of each group or the first.
enum class FullLayer { last, first };
void read_gguf_windows(const GgufFile& file, ModelConfig& config, std::int64_t reach, std::int64_t pattern,
                       FullLayer full);
// Heads that share the hidden size evenly; throws Error{corrupt_data}.
void share_heads(const HfConfig& file, ModelConfig& config);

}  // namespace qinglan
