#include "train/contrast_pairs.h"

#include "base/error.h"

namespace qinglan {

ContrastScale::Side ContrastScale::measure(const torch::Tensor& side) {
  const torch::Tensor x = side.to(torch::kFloat64);
  if (!x.isfinite().all().item<bool>())
    throw Error(ErrorKind::invalid_input, "contrast pairs: a hidden state is not a number")
        .hint("try dtype = \"float32\"");
  const torch::Tensor deviation = x.std(0, /*unbiased=*/false);
  const torch::Tensor inverse = torch::where(deviation > 0, 1 / deviation, torch::zeros_like(deviation));
  return {x.mean(0).to(torch::kFloat32), inverse.to(torch::kFloat32)};
}

ContrastScale::ContrastScale(const ContrastPairs& pairs) {
  QL_CHECK(pairs.first.sizes() == pairs.second.sizes(), "a pair lacks a side");
  if (pairs.rows() < 2)
    throw Error(ErrorKind::invalid_input, "contrast pairs need at least two rows")
        .found(std::to_string(pairs.rows()));
  first_ = measure(pairs.first);
  second_ = measure(pairs.second);
}

ContrastPairs ContrastScale::standardised(const ContrastPairs& pairs) const {
  const auto scale = [](const torch::Tensor& x, const Side& side) {
    return (x.to(torch::kFloat32) - side.mean).mul_(side.inverse_deviation);
  };
  return {scale(pairs.first, first_), scale(pairs.second, second_)};
}

torch::Tensor ContrastScale::mean_difference() const {
  const auto variance = [](const Side& side) {
    const torch::Tensor inverse = side.inverse_deviation.to(torch::kFloat64);
    return torch::where(inverse > 0, 1 / inverse.square(), torch::zeros_like(inverse));
  };
  const torch::Tensor moved = second_.mean.to(torch::kFloat64) - first_.mean.to(torch::kFloat64),
                      deviation = ((variance(first_) + variance(second_)) / 2).sqrt();
  return torch::where(deviation > 0, moved / deviation, torch::zeros_like(moved));
}

torch::Tensor pair_differences(const ContrastPairs& pairs) {
  return (pairs.second - pairs.first).to(torch::kFloat64);
}

torch::Tensor answer_along(const ContrastPairs& pairs, const torch::Tensor& direction, double deviation) {
  const torch::NoGradGuard no_gradients;
  const torch::Tensor score = pair_differences(pairs).mv(direction) / deviation;
  return torch::stack({torch::log_sigmoid(-score), torch::log_sigmoid(score)}, 1);
}

double agreement(const torch::Tensor& log_p, const torch::Tensor& log_odds) {
  const torch::Tensor p = log_p.select(1, 1).to(torch::kFloat64).exp(), odds = log_odds.to(torch::kFloat64);
  const torch::Tensor a = p - p.mean(), b = odds - odds.mean();
  return ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item<double>();
}

}  // namespace qinglan
