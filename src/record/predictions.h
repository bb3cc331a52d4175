#pragma once
// A model's answers, by id: what every fit node publishes and every metric is recomputed from.
// File: one safetensors file; split S holds the tensors "S.logits" F32 [n, K] and "S.ids" U8 (ids joined by
// '\n').

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace qinglan {

struct Predictions {
  std::vector<std::string> ids;
  std::size_t classes = 0;
  std::vector<float> logits;  // [n, K], natural-log scores; a probability p is stored as log p

  std::size_t size() const { return ids.size(); }
};

using PredictionSets =
    std::map<std::string, Predictions>;  // by split: "transfer", "test", "test.epoch1", ...

void write_predictions(FileSystem& fs, const std::string& path, const PredictionSets& sets);
// Throws Error{corrupt_data}: ids and logits disagree, a non-finite logit, a duplicate id.
PredictionSets read_predictions(const std::string& path);

// [n, K] softmax rows in fp64.
std::vector<double> softmax_rows(const std::vector<float>& logits, std::size_t classes);

}  // namespace qinglan
