#pragma once
// A language model asked by label words, whatever stands before the texts.

#include <string>
#include <vector>

#include "text/prompt.h"
#include "train/predict.h"
#include "train/recipe.h"
#include "worker/step.h"

namespace qinglan {

class AskedModel {
 public:
  // `learner`: of the step's node, whose model file it asks.
  AskedModel(Step& step, const Json& learner);

  // Logits of the classes by row, each text after `prefix`.
  Predictions answers(const std::vector<Example>& examples, const std::string& prefix = "");

  EncodedRows encode(const std::vector<Example>& examples, const std::string& prefix) const;
  torch::Tensor logits(const EncodedRows& rows, const RunHooks& hooks);  // [n, K] fp32

  std::uint64_t truncated() const { return truncated_; }  // rows asked that lost tokens
  std::uint64_t read() const { return read_; }            // rows asked

 private:
  Step& step_;
  Json learner_;
  Recipe recipe_;
  const LoadedModel& model_;
  ClassificationHead head_;
  std::uint64_t truncated_ = 0, read_ = 0;
};

// Rows with their labels as a prompt shows them: <text><first word of the class>\n\n ...
std::string shown_rows(const Json& learner, const std::vector<Example>& rows,
                       const std::vector<std::int32_t>& labels);

}  // namespace qinglan
