#pragma once
// A multinomial logistic probe on frozen features: the student (or supervisor) of tune = "probe". Features
// are standardized by the mean and the (biased) deviation of the training rows, then fitted in fp64; a
// feature that is constant in training counts as zero.

#include <torch/torch.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "data/labels.h"
#include "record/record.h"
#include "train/objective.h"
#include "train/probe_problem.h"

namespace qinglan {

class Probe {
 public:
  // features [N, D] of any float type, row i that of labels.ids()[i].
  // Round 0 fits the labels trained on, with the penalty of the smallest held-out cross-entropy against those
  // same labels; the path goes from the largest penalty down and ends after two rises. Round r recomputes the
  // objective's targets and row weights from the probe's own answers on the whole set as one batch, at
  // progress r / rounds, and refits from where it stands; the rounds end when both stay the same bit for bit.
  // A loss other than cross-entropy need not be convex: the fit then goes to the minimum next to that of the
  // labels. Throws Error{invalid_input} for non-finite features or fewer than two rows, Error{diverged} when
  // the fit does.
  static Probe fit(const torch::Tensor& features, const TrainingLabels& labels, const Objective& objective,
                   const ProbeOptions& options, std::uint64_t run_seed);
  // The same where round 0 is already there. `labels` are the problem's. `shares` of the rows in the loss
  // from round 1 on, up to a factor and beside those of the labels, [N]; empty: all the same.
  static Probe fit(const ProbeProblem& problem, const TrainingLabels& labels, const Objective& objective,
                   const ProbeOptions& options, const std::vector<float>& shares = {});

  // features [n, D] -> logits [n, K] fp32.
  torch::Tensor logits(const torch::Tensor& features) const;

  // The same as one linear map of raw features, fp64: weight [K, D] and bias [K].
  torch::Tensor weight() const;
  torch::Tensor bias() const;

  double l2() const { return l2_; }
  // Penalty and held-out cross-entropy (nats), from the largest penalty down; empty when nothing was chosen.
  const std::vector<std::pair<double, double>>& path() const { return path_; }
  // A point a round: step and epoch are the round, the loss is against the labels trained on.
  const std::vector<CurvePoint>& curve() const { return curve_; }
  double final_train_loss() const { return curve_.back().train_loss; }
  double flops() const { return flops_; }  // of the fit and whatever its design was asked before

 private:
  Probe() = default;
  torch::Tensor standardized(const torch::Tensor& features) const;  // [n, D] fp64

  torch::Tensor mean_, inverse_deviation_;  // [D] fp64
  torch::Tensor coefficients_;              // [K, D + 1] fp64, bias last
  double l2_ = 0, flops_ = 0;
  std::vector<std::pair<double, double>> path_;
  std::vector<CurvePoint> curve_;
};

}  // namespace qinglan
