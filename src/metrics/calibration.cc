#include "metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr double kMostScale = 64;

// Items that are less sure than each; in the order given.
std::vector<std::size_t> ranks_of(std::span<const double> confidence) {
  std::vector<double> sorted(confidence.begin(), confidence.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> ranks;
  for (const double one : confidence)
    ranks.push_back(
        static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), one) - sorted.begin()));
  return ranks;
}

// Blocks of items of one rank, in its order, with sums of `right` before each.
struct Blocks {
  std::vector<std::size_t> first;  // rank of each; one more: n
  std::vector<double> before;      // sum of right over lower ranks; one more: the whole sum

  Blocks(const std::vector<std::size_t>& ranks, std::span<const double> right) {
    std::vector<double> at(ranks.size());
    std::vector<std::uint8_t> there(ranks.size());
    for (std::size_t i = 0; i < ranks.size(); ++i) at[ranks[i]] += right[i], there[ranks[i]] = 1;
    double sum = 0;
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      if (!there[r]) continue;
      first.push_back(r);
      before.push_back(sum);
      sum += at[r];
    }
    first.push_back(ranks.size());
    before.push_back(sum);
  }

  // Do the shares of right answers rise, or stay, from bin to bin? Stops at the first fall.
  bool rise(std::size_t bins) const {
    const std::size_t n = first.back();
    double last = 0;
    for (std::size_t begin = 0; begin + 1 < first.size();) {
      const std::size_t bin = first[begin] * bins / n, next = ((bin + 1) * n + bins - 1) / bins;
      const auto end =
          static_cast<std::size_t>(std::lower_bound(first.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                                                    first.end(), std::min(next, n)) -
                                   first.begin());
      const double share = (before[end] - before[begin]) / static_cast<double>(first[end] - first[begin]);
      if (share < last - 1e-12) return false;
      last = share;
      begin = end;
    }
    return true;
  }
};

}  // namespace

std::vector<std::size_t> sweep_bins(std::span<const double> confidence, std::span<const double> right) {
  QL_CHECK(confidence.size() == right.size(), "confidences and answers differ in length");
  const std::size_t n = confidence.size();
  std::vector<std::size_t> bin_of = ranks_of(confidence);
  const Blocks blocks(bin_of, right);
  std::size_t bins = 1;
  while (bins < n && blocks.rise(bins + 1)) ++bins;
  std::vector<std::size_t> number(bins);
  for (std::size_t& bin : bin_of) number[bin = bin * bins / n] = 1;
  std::exclusive_scan(number.begin(), number.end(), number.begin(), std::size_t{0});
  for (std::size_t& bin : bin_of) bin = number[bin];
  return bin_of;
}

ScoreRow calibration_row(std::span<const double> confidence, std::span<const double> right) {
  const std::size_t n = confidence.size();
  if (n == 0) return {.undefined = "no test items"};
  const auto bin_of = sweep_bins(confidence, right);
  const std::size_t bins = *std::max_element(bin_of.begin(), bin_of.end()) + 1;
  std::vector<double> size(bins), excess(bins);
  for (std::size_t i = 0; i < n; ++i) {
    size[bin_of[i]] += 1;
    excess[bin_of[i]] += confidence[i] - right[i];
  }
  double square = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    excess[b] /= size[b];
    square += size[b] / static_cast<double>(n) * excess[b] * excess[b];
  }
  const double error = std::sqrt(square);
  ScoreRow row{.values = std::vector<double>(n, error)};
  if (error > 0)
    for (std::size_t i = 0; i < n; ++i)
      row.values[i] += ((confidence[i] - right[i]) * excess[bin_of[i]] - square) / error;
  return row;
}

double fit_temperature(const Answers& answers, std::span<const std::int32_t> truth,
                       std::span<const std::size_t> items) {
  QL_CHECK(!items.empty(), "a temperature needs items to be fitted on");
  const std::size_t classes = answers.classes;
  // First and second derivative of the summed NLL by the scale 1/T: E[z] - z_true and Var[z].
  const auto slopes = [&](double scale) {
    double first = 0, second = 0;
    for (const std::size_t i : items) {
      const float* row = answers.logits.data() + i * classes;
      const double most = static_cast<double>(*std::max_element(row, row + classes));
      double sum = 0, mean = 0, square = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        const double z = static_cast<double>(row[c]) - most, p = std::exp(scale * z);
        sum += p, mean += p * z, square += p * z * z;
      }
      mean /= sum;
      first += mean - (static_cast<double>(row[truth[i]]) - most);
      second += square / sum - mean * mean;
    }
    return std::pair(first, second);
  };
  double low = 1 / kMostScale, high = kMostScale;
  if (slopes(low).first >= 0) return 1 / low;
  if (slopes(high).first <= 0) return 1 / high;
  double scale = 1;
  for (int k = 0; k < 100 && high - low > 1e-12 * high; ++k) {
    const auto [first, second] = slopes(scale);
    (first < 0 ? low : high) = scale;
    const double step = second > 0 ? scale - first / second : low;
    const double next = step > low && step < high ? step : (low + high) / 2;
    if (std::fabs(next - scale) <= 1e-13 * scale) break;
    scale = next;
  }
  return 1 / scale;
}

}  // namespace qinglan
