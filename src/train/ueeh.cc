#include "train/ueeh.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {

EasyRows easy_rows(const torch::Tensor& log_odds, double share) {
  const torch::Tensor odds = log_odds.to(torch::kFloat64);
  const std::int64_t rows = odds.size(0);
  const auto side = std::max<std::int64_t>(1, std::llround(share * static_cast<double>(rows) / 2));
  const auto [values, order] = torch::sort(odds, /*stable=*/true, /*dim=*/0, /*descending=*/false);
  if (2 * side > rows || !(values[side - 1] < values[rows - side]).item<bool>())
    throw Error(ErrorKind::invalid_input, "the zero-shot answers leave no easy rows: their ends are alike")
        .found(std::to_string(rows) + " rows")
        .hint("lower `easy`, or try other label words or another text template");
  return {torch::cat({order.slice(0, 0, side), order.slice(0, rows - side)}),
          torch::cat({torch::zeros({side}, torch::kFloat64), torch::ones({side}, torch::kFloat64)})};
}

CcsValue ueeh_value(const ContrastPairs& pairs, const EasyRows& easy, const CcsDirections& at) {
  const torch::Tensor first = pairs.first.index_select(0, easy.rows),
                      second = pairs.second.index_select(0, easy.rows);
  const torch::Tensor a = torch::addmm(at.bias, first, at.weight.t()),  // [E, R]
      b = torch::addmm(at.bias, second, at.weight.t());
  const torch::Tensor y = easy.second.to(first.scalar_type()).unsqueeze(1);
  const auto cross_entropy = [](const torch::Tensor& score, const torch::Tensor& truth) {
    return torch::clamp_min(score, 0) - score * truth + torch::log1p(torch::exp(-score.abs()));
  };
  const torch::Tensor bce = (cross_entropy(a, 1 - y) + cross_entropy(b, y)).mean(0) / 2;
  const double share = 0.5 / static_cast<double>(easy.rows.size(0));
  const torch::Tensor by_first = share * (torch::sigmoid(a) - (1 - y)),
                      by_second = share * (torch::sigmoid(b) - y);
  const CcsValue ccs = ccs_value(pairs, at);
  return {(bce + ccs.loss) / 2,
          {(by_first.t().mm(first) + by_second.t().mm(second) + ccs.gradient.weight) / 2,
           (by_first.sum(0) + by_second.sum(0) + ccs.gradient.bias) / 2}};
}

}  // namespace qinglan
