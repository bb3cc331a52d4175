#include "train/probe.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "train/id_hash.h"
#include "train/logistic.h"

namespace qinglan {
namespace {

constexpr double kFitTolerance = 1e-11;  // in nats above the minimum; fp64 leaves room
constexpr double kPathTolerance = 1e-7;  // choosing a penalty needs less

torch::Tensor label_tensor(const TrainingLabels& labels) {
  const auto n = static_cast<std::int64_t>(labels.size()), k = static_cast<std::int64_t>(labels.classes());
  const torch::Tensor p = torch::tensor(labels.p(), torch::kFloat32).view({n, k}).to(torch::kFloat64);
  return p / p.sum(1, /*keepdim=*/true);  // fp32 rows sum to 1 only nearly
}

// The fold of each row: [N] int64 in [0, folds).
torch::Tensor draw_folds(std::int64_t rows, std::int64_t folds, std::uint64_t run_seed) {
  std::vector<std::int64_t> order(rows), fold(rows);
  std::iota(order.begin(), order.end(), 0);
  Random(run_seed, "folds").shuffle(order);
  for (std::int64_t i = 0; i < rows; ++i) fold[order[i]] = i % folds;
  return torch::tensor(fold, torch::kInt64);
}

using Path = std::vector<std::pair<double, double>>;

Path cross_validate(Logistic& logistic, const torch::Tensor& targets, const ProbeOptions& options,
                    std::uint64_t run_seed) {
  const std::int64_t n = logistic.rows(), folds = std::clamp<std::int64_t>(options.folds, 2, n);
  const torch::Tensor fold = draw_folds(n, folds, run_seed);
  const torch::Tensor held = torch::one_hot(fold, folds).to(torch::kFloat64);  // [N, F]
  const torch::Tensor trained = 1 - held;
  const torch::Tensor weights = trained / trained.sum(0, /*keepdim=*/true);
  std::vector<double> penalties = options.l2;
  std::sort(penalties.rbegin(), penalties.rend());
  Path path;
  torch::Tensor x = torch::zeros({folds, targets.size(1), logistic.columns()}, torch::kFloat64);
  int rises = 0;
  for (const double l2 : penalties) {
    x = logistic.fit(targets, weights, l2, x, kPathTolerance);
    const double loss =
        (logistic.row_losses(x, targets) * held).sum().item<double>() / static_cast<double>(n);
    rises = !path.empty() && loss > path.back().second ? rises + 1 : 0;
    path.emplace_back(l2, loss);
    if (rises == 2) break;
  }
  return path;
}

void check_input(const torch::Tensor& features, const TrainingLabels& labels, const ProbeOptions& options) {
  const auto rows = static_cast<std::int64_t>(labels.size());
  QL_CHECK(features.dim() == 2 && features.size(0) == rows, "a row of features a label");
  QL_CHECK(!options.l2.empty(), "a probe needs a penalty");
  if (rows < 2)
    throw Error(ErrorKind::invalid_input, "too few rows to train a probe")
        .expected("2 or more")
        .found(std::to_string(rows));
  if (!features.isfinite().all().item<bool>())
    throw Error(ErrorKind::invalid_input, "features hold NaN or Inf")
        .hint("use dtype = \"float32\" for this model");
}

}  // namespace

torch::Tensor Probe::standardized(const torch::Tensor& features) const {
  return (features.to(torch::kFloat64) - mean_) * inverse_deviation_;
}

Probe Probe::fit(const torch::Tensor& features, const TrainingLabels& labels, const Objective& objective,
                 const ProbeOptions& options, std::uint64_t run_seed) {
  torch::NoGradGuard no_grad;
  check_input(features, labels, options);
  Probe probe;
  const torch::Tensor wide = features.to(torch::kFloat64);
  probe.mean_ = wide.mean(0);
  const torch::Tensor deviation = wide.std(0, /*unbiased=*/false);
  // Below this a deviation is rounding of the mean, not information.
  const torch::Tensor varies = deviation > 1e-12 * (1 + probe.mean_.abs());
  probe.inverse_deviation_ = torch::where(varies, 1 / deviation, torch::zeros_like(deviation));

  Logistic logistic((wide - probe.mean_) * probe.inverse_deviation_,
                    static_cast<std::int64_t>(labels.classes()));
  const torch::Tensor weak = label_tensor(labels);
  probe.l2_ = options.l2.front();
  if (options.l2.size() > 1) {
    probe.path_ = cross_validate(logistic, weak, options, run_seed);
    probe.l2_ = std::min_element(probe.path_.begin(), probe.path_.end(), [](const auto& a, const auto& b) {
                  return a.second < b.second;
                })->first;
  }

  std::vector<std::uint64_t> hashes;
  for (const auto& id : labels.ids()) hashes.push_back(id_hash(id));
  const torch::Tensor uniform =
      torch::full({weak.size(0), 1}, 1.0 / static_cast<double>(weak.size(0)), torch::kFloat64);
  const auto losses = [&](const torch::Tensor& logits, const torch::Tensor& targets) {
    return objective.losses(logits, targets);
  };
  torch::Tensor x = torch::zeros({1, weak.size(1), logistic.columns()}, torch::kFloat64);
  Aim aim{weak, uniform};
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    if (round > 0) {
      BatchView view{weak,           {},
                     hashes,         static_cast<double>(round) / static_cast<double>(options.rounds),
                     labels.prior(), labels.median_margin()};
      if (objective.needs_batch_forward(view.progress)) view.student = logistic.probabilities(x);
      Aim next = objective.aim(view);
      next.weights = next.weights.defined() ? next.weights.unsqueeze(1) * uniform : uniform;
      const bool settled = torch::equal(next.targets, aim.targets) && torch::equal(next.weights, aim.weights);
      if (settled && (objective.is_cross_entropy() || round > 1)) break;
      aim = next;
    }
    // Round 0 is cross-entropy whatever the objective: the start that others go on from.
    x = round == 0 || objective.is_cross_entropy()
            ? logistic.fit(aim.targets, aim.weights, probe.l2_, x, kFitTolerance)
            : logistic.fit(losses, aim.targets, aim.weights, probe.l2_, x, kFitTolerance);
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
