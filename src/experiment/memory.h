#pragma once
// The most memory a worker takes for a node, counted from what it allocates: weights, activations by tokens
// of a packed batch, optimizer state, features. Measured are only the process itself, its tokenizer and the
// heap's waste.

#include <cstdint>

#include "catalog/model_config.h"
#include "experiment/node.h"

namespace qinglan {

// The texts a node reads, in tokens (guessed from bytes: only workers have tokenizers).
struct NodeTexts {
  std::int64_t train = 0, test = 0;             // rows; students and supervisors learn from half of train
  double mean = 0, deviation = 0, longest = 0;  // tokens of a text
  double bytes = 0;                             // of all texts
};

// Blocks that a node trains and, of a student of the top blocks, loads.
std::int64_t trained_layers(const Node& node, const ModelConfig& config);

// Bytes resident at the peak. `config` null: a node without a model. `file_bytes` of the model's files.
std::int64_t peak_memory(const Node& node, const ModelConfig* config, std::int64_t file_bytes,
                         const NodeTexts& texts, std::int64_t feature_width);

}  // namespace qinglan
