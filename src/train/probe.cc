#include "train/probe.h"

#include "base/error.h"
#include "data/id_hash.h"

namespace qinglan {

torch::Tensor Probe::standardized(const torch::Tensor& features) const {
  return (features.to(torch::kFloat64) - mean_) * inverse_deviation_;
}

Probe Probe::fit(const torch::Tensor& features, const TrainingLabels& labels, const Objective& objective,
                 const ProbeOptions& options, std::uint64_t run_seed) {
  const auto design = std::make_shared<ProbeDesign>(features, static_cast<std::int64_t>(labels.classes()));
  return fit(ProbeProblem(design, labels, options, run_seed), labels, objective, options);
}

Probe Probe::fit(const ProbeProblem& problem, const TrainingLabels& labels, const Objective& objective,
                 const ProbeOptions& options, const std::vector<float>& row_shares) {
  torch::NoGradGuard no_grad;
  ProbeDesign& design = problem.design();
  Logistic& logistic = design.logistic();
  Probe probe;
  probe.mean_ = design.mean();
  probe.inverse_deviation_ = design.inverse_deviation();
  probe.l2_ = problem.l2();
  probe.path_ = problem.path();
  probe.curve_.push_back({0, 0.0, problem.loss(), {}, {}});

  std::vector<std::uint64_t> hashes;
  for (const auto& id : labels.ids()) hashes.push_back(id_hash(id));
  const auto losses = [&](const torch::Tensor& logits, const torch::Tensor& targets) {
    return objective.losses(logits, targets);
  };
  // Round 0, the problem's, is cross-entropy whatever the objective: the start that others go on from.
  const torch::Tensor &weak = problem.targets(), &uniform = problem.weights();
  torch::Tensor x = problem.solution();
  Aim aim{weak, uniform};
  const double median_margin = labels.median_margin();
  RowShares shares = RowShares::of(labels, torch::kFloat64);
  if (!row_shares.empty()) {
    QL_CHECK(row_shares.size() == labels.size(), "a share a row");
    const torch::Tensor given = torch::tensor(row_shares, torch::kFloat32).to(torch::kFloat64);
    shares.weights = shares.weights.defined() ? shares.weights * given : given;
  }
  for (std::int64_t round = 1; round < options.rounds; ++round) {
    BatchView view{weak,           {},
                   hashes,         static_cast<double>(round) / static_cast<double>(options.rounds),
                   labels.prior(), median_margin,
                   shares};
    if (objective.needs_batch_forward(view.progress)) view.student = logistic.probabilities(x);
    Aim next = aim_of(objective, view);
    next.weights = next.weights.defined() ? next.weights.unsqueeze(1) * uniform : uniform;
    const bool settled = torch::equal(next.targets, aim.targets) && torch::equal(next.weights, aim.weights);
    if (settled && (objective.is_cross_entropy() || round > 1)) break;
    aim = next;
    x = objective.is_cross_entropy()
            ? logistic.fit(aim.targets, aim.weights, probe.l2_, x, kProbeTolerance)
            : logistic.fit(losses, aim.targets, aim.weights, probe.l2_, x, kProbeTolerance);
    const double loss = logistic.row_losses(x, weak).mean().item<double>();
    probe.curve_.push_back({round, static_cast<double>(round), loss, {}, {}});
  }
  probe.coefficients_ = x.squeeze(0).clone();
  probe.flops_ = logistic.flops();
  return probe;
}

torch::Tensor Probe::weight() const { return coefficients_.slice(1, 0, mean_.size(0)) * inverse_deviation_; }

torch::Tensor Probe::bias() const { return coefficients_.select(1, mean_.size(0)) - weight().mv(mean_); }

torch::Tensor Probe::logits(const torch::Tensor& features) const {
  torch::NoGradGuard no_grad;
  const std::int64_t width = mean_.size(0);
  QL_CHECK(features.dim() == 2 && features.size(1) == width, "features of another width than the probe's");
  const torch::Tensor weight = coefficients_.slice(1, 0, width), bias = coefficients_.select(1, width);
  return torch::addmm(bias, standardized(features), weight.t()).to(torch::kFloat32);
}

}  // namespace qinglan
