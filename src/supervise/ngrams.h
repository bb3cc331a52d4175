#pragma once
// Bag of word n-grams (there or not, never counts) with multinomial logistic regression under L2, by
// full-batch L-BFGS in fp64: the weakest learner. Words: supervise/words.h.

#include <memory>
#include <string>
#include <vector>

#include "data/labels.h"

namespace qinglan {

struct NgramConfig {
  int max_n = 2;      // word n-grams of 1..max_n
  int min_count = 2;  // rows that must hold an n-gram
  double l2 = 1.0;    // penalty l2/(2 n) |w|^2 on mean cross-entropy; the bias is free
  int max_iterations = 200;
  bool length_only =
      false;  // the only features are log(1 + words) and log(1 + characters): the length control
};

class NgramModel {
 public:
  // texts in the order of labels.ids(). Soft targets. `shares` of the rows in the mean, up to a factor, [n];
  // empty: all the same. The vocabulary is that of all rows. Deterministic. Throws Error{invalid_input} for
  // no rows.
  static NgramModel fit(const std::vector<std::string>& texts, const TrainingLabels& labels,
                        const NgramConfig& config, const std::vector<float>& shares = {});
  std::vector<float> logits(
      const std::vector<std::string>& texts) const;  // [n, K]; n-grams not met in fit say nothing
  double final_loss() const { return final_loss_; }  // mean cross-entropy without the penalty
  int iterations() const { return iterations_; }
  bool converged() const { return converged_; }
  std::size_t features() const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
  double final_loss_ = 0;
  int iterations_ = 0;
  bool converged_ = false;
};

}  // namespace qinglan
