#include "audit/reliability.h"

#include <algorithm>

#include "audit/rates.h"
#include "metrics/confidence.h"

namespace qinglan {
namespace {

// First of each bin among sorted values: a cut that would part equal values moves up to the next value.
std::vector<double> bin_starts(std::vector<double> values, std::size_t most) {
  std::sort(values.begin(), values.end());
  std::vector<double> starts;
  for (std::size_t b = 0; b < most && !values.empty(); ++b) {
    const double start = values[b * values.size() / most];
    if (starts.empty() || start > starts.back()) starts.push_back(start);
  }
  return starts;
}

}  // namespace

std::vector<ReliabilityBin> reliability(const SeriesScores& scores, const std::vector<std::string>& names,
                                        std::size_t most) {
  std::vector<double> top, right;  // [S, n]
  for (const std::string& name : names) {
    if (name.empty() || scores.series(name).status != "done") return {};
    const Confidences one = confidences(scores.answers(scores.series(name)), scores.record().truth);
    top.insert(top.end(), one.top.begin(), one.top.end());
    right.insert(right.end(), one.right.begin(), one.right.end());
  }
  const std::size_t items = scores.record().items.size();
  const std::vector<double> starts = bin_starts(top, most);
  std::vector<std::size_t> bin_of(top.size());
  std::vector<ReliabilityBin> bins(starts.size());
  for (std::size_t i = 0; i < top.size(); ++i) {
    const auto after = std::upper_bound(starts.begin(), starts.end(), top[i]);
    bin_of[i] = static_cast<std::size_t>(after - starts.begin()) - 1;
    bins[bin_of[i]].confidence += top[i];
    ++bins[bin_of[i]].answers;
  }
  const SeedMatrix hits{names.size(), items, std::move(right)};
  for (std::size_t b = 0; b < bins.size(); ++b) {
    bins[b].confidence /= static_cast<double>(bins[b].answers);
    const auto inside =
        matrix_over(names.size(), items, [&](auto s, auto i) { return double(bin_of[s * items + i] == b); });
    bins[b].accuracy = conditional_share(scores, hits, inside, "no answer is that sure");
  }
  return bins;
}

}  // namespace qinglan
