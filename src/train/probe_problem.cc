#include "train/probe_problem.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {
namespace {

constexpr double kPathTolerance = 1e-7;  // choosing a penalty needs less than the fit

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

ProbeProblem::Path cross_validate(Logistic& logistic, const torch::Tensor& targets,
                                  const ProbeOptions& options, std::uint64_t run_seed) {
  const std::int64_t n = logistic.rows(), folds = std::clamp<std::int64_t>(options.folds, 2, n);
  const torch::Tensor fold = draw_folds(n, folds, run_seed);
  const torch::Tensor held = torch::one_hot(fold, folds).to(torch::kFloat64);  // [N, F]
  const torch::Tensor trained = 1 - held;
  const torch::Tensor weights = trained / trained.sum(0, /*keepdim=*/true);
  std::vector<double> penalties = options.l2;
  std::sort(penalties.rbegin(), penalties.rend());
  ProbeProblem::Path path;
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

void check_features(const torch::Tensor& features) {
  QL_CHECK(features.dim() == 2, "features are [N, D]");
  if (features.size(0) < 2)
    throw Error(ErrorKind::invalid_input, "too few rows to train a probe")
        .expected("2 or more")
        .found(std::to_string(features.size(0)));
  if (!features.isfinite().all().item<bool>())
    throw Error(ErrorKind::invalid_input, "features hold NaN or Inf")
        .hint("use dtype = \"float32\" for this model");
}

}  // namespace

ProbeDesign::ProbeDesign(const torch::Tensor& features, std::int64_t classes) {
  torch::NoGradGuard no_grad;
  check_features(features);
  const torch::Tensor wide = features.to(torch::kFloat64);
  mean_ = wide.mean(0);
  const torch::Tensor deviation = wide.std(0, /*unbiased=*/false);
  // Below this a deviation is rounding of the mean, not information.
  const torch::Tensor varies = deviation > 1e-12 * (1 + mean_.abs());
  inverse_deviation_ = torch::where(varies, 1 / deviation, torch::zeros_like(deviation));
  logistic_ = std::make_unique<Logistic>((wide - mean_) * inverse_deviation_, classes);
}

ProbeProblem::ProbeProblem(std::shared_ptr<ProbeDesign> design, const TrainingLabels& labels,
                           const ProbeOptions& options, std::uint64_t run_seed)
    : design_(std::move(design)), targets_(label_tensor(labels)) {
  torch::NoGradGuard no_grad;
  Logistic& logistic = design_->logistic();
  QL_CHECK(targets_.size(0) == logistic.rows(), "a row of features a label");
  QL_CHECK(!options.l2.empty(), "a probe needs a penalty");
  l2_ = options.l2.front();
  if (options.l2.size() > 1) {
    path_ = cross_validate(logistic, targets_, options, run_seed);
    l2_ = std::min_element(path_.begin(), path_.end(), [](const auto& a, const auto& b) {
            return a.second < b.second;
          })->first;
  }
  weights_ = torch::full({targets_.size(0), 1}, 1.0 / static_cast<double>(targets_.size(0)), torch::kFloat64);
  const torch::Tensor start = torch::zeros({1, targets_.size(1), logistic.columns()}, torch::kFloat64);
  solution_ = logistic.fit(targets_, weights_, l2_, start, kProbeTolerance);
  loss_ = logistic.row_losses(solution_, targets_).mean().item<double>();
}

}  // namespace qinglan
