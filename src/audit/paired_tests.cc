#include "audit/paired_tests.h"

#include <map>
#include <numeric>

#include "metrics/binomial.h"
#include "metrics/confidence_sequence.h"
#include "metrics/permutation.h"

namespace qinglan {
namespace {

// A supervisor that abstains from a row is half right there: ahead of a wrong student, behind a right one.
SeedTest mcnemar(std::uint64_t seed, const std::vector<double>& first, const std::vector<double>& second) {
  SeedTest test{.seed = seed};
  for (std::size_t i = 0; i < first.size(); ++i) {
    test.first += first[i] > second[i];
    test.second += second[i] > first[i];
  }
  test.p = mcnemar_p(test.first, test.second);
  return test;
}

// Mean of each group, in the order of their first items.
std::vector<double> by_group(const std::vector<double>& values, const std::vector<std::int32_t>& groups) {
  if (groups.empty()) return values;
  std::map<std::int32_t, std::size_t> place;
  std::vector<double> sums, sizes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = place.emplace(groups[i], sums.size()).first->second;
    if (at == sums.size()) sums.push_back(0), sizes.push_back(0);
    sums[at] += values[i];
    sizes[at] += 1;
  }
  for (std::size_t g = 0; g < sums.size(); ++g) sums[g] /= sizes[g];
  return sums;
}

}  // namespace

PairedTests no_tests(const std::string& why) { return {.sequential = Estimate::no(why), .undefined = why}; }

PairedTests paired_tests(const SeriesScores& scores, const Cell& cell, const std::vector<std::string>& first,
                         const std::vector<std::string>& second) {
  const Record& record = scores.record();
  if (record.items.empty()) return no_tests("no test items");
  PairedTests tests;
  std::vector<double> mean(record.items.size());
  for (std::size_t s = 0; s < cell.seeds.size(); ++s) {
    std::vector<double> right[2];
    for (const auto* names : {&first, &second}) {
      const Series& series = scores.series((*names)[s]);
      if (series.status != "done") return no_tests(series.why.empty() ? series.status : series.why);
      right[names == &second] = correctness(scores.answers(series), record.truth);
    }
    tests.mcnemar.push_back(mcnemar(cell.seeds[s].seed, right[0], right[1]));
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] += (right[0][i] - right[1][i]) / static_cast<double>(cell.seeds.size());
  }
  const auto differences = by_group(mean, record.groups);
  tests.p_permutation = sign_flip_p(differences, 0);
  const Sequence sequence = confidence_sequence(differences);
  tests.decided_at = static_cast<std::int64_t>(sequence.decided_at);
  tests.sequential = {.value = std::accumulate(differences.begin(), differences.end(), 0.0) /
                               static_cast<double>(differences.size()),
                      .low = sequence.low,
                      .high = sequence.high,
                      .seeds = std::ssize(cell.seeds),
                      .items = std::ssize(differences)};
  return tests;
}

}  // namespace qinglan
