#pragma once
// Do stated probabilities come true? Expected calibration error of the top answer, by the monotone sweep with
// equal mass bins (Roelofs et al. 2022, arXiv 2012.08668, Algorithm 1), p = 2.

#include "metrics/confidence.h"

namespace qinglan {

// Items of equal confidence stay together: bin of an item = floor(items less sure than it x bins / n). The
// number of bins is the largest up to which the shares of right answers never fall from one bin to the next.
// Its bins are numbered from 0, empty ones left out.
std::vector<std::size_t> sweep_bins(std::span<const double> confidence, std::span<const double> right);

// ECE = sqrt(sum over bins of share x (mean confidence - mean right)^2). Values are
// ECE + ((confidence - right) d - ECE^2) / ECE with d of the item's bin: linearised with the bins held
// fixed. Of few items it is too high even for a calibrated model. Undefined without items.
ScoreRow calibration_row(std::span<const double> confidence, std::span<const double> right);

// The T that gives softmax(logits / T) the least NLL on `items` (Guo et al. 2017, arXiv 1706.04599), within
// 1/64 .. 64: Newton's method on 1/T, in which the loss is convex, kept in a bracket.
double fit_temperature(const Answers& answers, std::span<const std::int32_t> truth,
                       std::span<const std::size_t> items);

}  // namespace qinglan
