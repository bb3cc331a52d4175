#pragma once
// The model architectures the engine knows, as tables without torch: how files name and lay out each weight,
// and how config.json and GGUF metadata become a ModelConfig. A new one is a file in architectures/ and a
// line in architecture.cc.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/hf_config.h"
#include "catalog/model_config.h"
#include "catalog/weight_role.h"
#include "io/gguf.h"

namespace qinglan {

// How Hugging Face's file stores a matrix. Weights of one name are stacked along the output, in table order.
enum class HfLayout {
  plain,       // [out, in]
  transposed,  // [in, out] (GPT-2's Conv1D)
  by_head,     // stacked within each head: q, k, v of head 0, then of head 1... (GPT-NeoX)
};

// How llama.cpp's converter stores a weight in GGUF; equal names are stacked there too.
enum class GgufLayout {
  plain,
  rotary_interleaved,  // rows of each head permuted (q and k of Llama)
  plus_one,            // 1 + weight (norms of Gemma)
};

struct WeightName {
  WeightRole role;
  const char* hf;         // "{}" stands for the layer number; without the prefix of Architecture::hf_prefixes
  const char* gguf = "";  // "" where the format has no such weight
  HfLayout hf_layout = HfLayout::plain;
  GgufLayout gguf_layout = GgufLayout::plain;
};

struct Architecture {
  const char* name;
  ModelKind kind;
  std::vector<const char*> hf_model_types;  // `model_type` of config.json
  std::vector<const char*>
      hf_prefixes;  // what may stand before a name (not the LM head's), the usual one first
  std::vector<const char*> gguf_names;  // `general.architecture`; empty where unsupported
  std::vector<WeightName> weights;
  // Fill a config that holds name, kind and the sizes every file has (see model_source.cc). Throw Error.
  void (*read_hf)(const HfConfig& file, ModelConfig& config);
  void (*read_gguf)(const GgufFile& file, ModelConfig& config);

  const WeightName& find(WeightRole role) const;  // must be one that some model of the architecture has
  std::string hf_name(WeightRole role, std::int64_t layer) const;                // with the usual prefix
  std::vector<std::string> hf_names(WeightRole role, std::int64_t layer) const;  // with every prefix
};

std::span<const Architecture> architectures();
// Throw Error{unsupported} that lists the known ones.
const Architecture& architecture_named(std::string_view name);
const Architecture& architecture_of_hf(std::string_view model_type, const std::string& source);
const Architecture& architecture_of_gguf(std::string_view gguf_name, const std::string& source);

// "model.layers.{}.x" with the layer put in.
std::string weight_name(std::string_view pattern, std::int64_t layer);

}  // namespace qinglan
