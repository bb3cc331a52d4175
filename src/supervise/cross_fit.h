#pragma once
// What a linear probe says of rows that it was not fitted on.

#include "data/labels.h"
#include "supervise/feature_rows.h"

namespace qinglan {

struct CrossFitConfig {
  std::size_t folds = 5;  // row i is of fold i mod folds
  double l2 = 1e-3;       // of |W|^2 beside the mean cross-entropy; the bias is free
};

// [n, K]: of each row the probabilities of a multinomial logistic regression on the labels of the other
// folds (abstentions give none), by L-BFGS in fp64 from zero. Features are standardized by mean and deviation
// of the rows it is fitted on; a constant one is left out. Throws Error{invalid_input} where the other folds
// hold fewer than two labels.
std::vector<float> cross_fitted(const FeatureRows& features, const WeakLabels& labels,
                                const CrossFitConfig& config);

}  // namespace qinglan
