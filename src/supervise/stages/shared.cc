#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "supervise/neighbours.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

std::size_t share_of(const StageInput& input, const char* parameter, std::size_t n) {
  return static_cast<std::size_t>(
      std::floor(static_cast<double>(n) * input.params.at(parameter).get<double>() + 0.5));
}

}  // namespace

std::vector<std::uint32_t> all_rows(const WeakLabels& labels) {
  std::vector<std::uint32_t> rows(labels.size());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::vector<std::uint32_t> labelled_rows(const WeakLabels& labels) {
  std::vector<std::uint32_t> rows = all_rows(labels);
  std::erase_if(rows, [&](std::uint32_t row) { return labels.abstain[row]; });
  return rows;
}

std::vector<float> mean_of_nearest(const StageInput& input, const std::vector<std::uint32_t>& queries,
                                   const std::vector<std::uint32_t>& voters, const char* parameter) {
  const auto k = input.params.at(parameter).get<std::size_t>();
  const std::size_t classes = input.labels.classes;
  if (k >= voters.size())
    throw Error(ErrorKind::invalid_input, "too few labels to average " + std::to_string(k) + " neighbours")
        .expected("more than " + std::to_string(k))
        .found(std::to_string(voters.size()))
        .hint("Lower " + std::string(parameter) + ", or take more rows.");
  const auto nearest = nearest_rows(input.features, queries, voters, k);
  std::vector<float> means;
  means.reserve(queries.size() * classes);
  std::vector<double> sum(classes);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    std::fill(sum.begin(), sum.end(), 0);
    for (std::size_t j = i * k; j < (i + 1) * k; ++j)
      for (std::size_t c = 0; c < classes; ++c) sum[c] += input.labels.p[nearest[j] * classes + c];
    for (const double value : sum) means.push_back(static_cast<float>(value / static_cast<double>(k)));
  }
  return means;
}

std::vector<std::uint32_t> without_doubted(const StageInput& input, const std::vector<std::uint32_t>& rows,
                                           const std::vector<float>& q, std::size_t count) {
  const std::size_t classes = input.labels.classes;
  std::vector<std::pair<double, std::uint32_t>> doubts;  // half the L1 distance, row
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double distance = 0;
    for (std::size_t c = 0; c < classes; ++c)
      distance += std::abs(static_cast<double>(q[i * classes + c]) - input.labels.p[rows[i] * classes + c]);
    doubts.emplace_back(distance / 2, rows[i]);
  }
  std::sort(doubts.begin(), doubts.end());
  doubts.resize(doubts.size() - std::min(count, doubts.size()));
  std::vector<std::uint32_t> kept;
  for (const auto& [doubt, row] : doubts) kept.push_back(row);
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::vector<std::uint32_t> highest(const std::vector<std::uint32_t>& rows, const std::vector<double>& values,
                                   std::size_t count) {
  std::vector<std::pair<double, std::uint32_t>> order;  // the highest first, then the lowest row
  for (std::size_t i = 0; i < rows.size(); ++i) order.emplace_back(-values[i], rows[i]);
  std::sort(order.begin(), order.end());
  order.resize(std::min(count, order.size()));
  std::vector<std::uint32_t> kept;
  for (const auto& [value, row] : order) kept.push_back(row);
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::vector<float> one_hot_of(std::span<const float> p) {
  std::vector<float> one_hot(p.size(), 0.0f);
  one_hot[static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin())] = 1;
  return one_hot;
}

std::size_t contaminated(const StageInput& input, std::size_t n) {
  return share_of(input, "contamination", n);
}

std::size_t kept_count(const StageInput& input, std::size_t n) { return share_of(input, "keep", n); }

}  // namespace qinglan
