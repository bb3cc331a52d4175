#include <algorithm>
#include <cmath>

#include "audit/stress/evidence.h"
#include "audit/stress/tests.h"
#include "audit/words.h"

namespace qinglan {
namespace {

constexpr double kJudgedRate = 0.2;

std::string whole_percent(double share) { return std::to_string(std::lround(100 * share)) + "%"; }

struct Kind {
  const char *stage, *words;
};
constexpr Kind kKinds[] = {{"corrupt:symmetric", "at random"},
                           {"corrupt:class-dependent", "of one class"},
                           {"corrupt:length", "of the longest texts"}};

// The lowest rate whose loss is surely above the bound.
std::string breakdown_of(const Kind& kind, const std::vector<SpoiltCell>& cells, double bound) {
  for (const auto& cell : cells)
    if (const Estimate lost = cell.lost(cell.metric()); lost.defined() && lost.low > bound)
      return std::string(kind.words) + " at " + whole_percent(cell.params.at("rate"));
  return std::string(kind.words) + " at none up to " + whole_percent(cells.back().params.at("rate"));
}

}  // namespace

StressFinding judge_noise(const StressEvidence& evidence, double bound) {
  std::vector<StressNumber> numbers;
  std::string breakdowns;
  for (const Kind& kind : kKinds) {
    auto cells = evidence.spoilt_by(kind.stage);
    if (cells.empty()) continue;
    std::sort(cells.begin(), cells.end(),
              [](const auto& a, const auto& b) { return a.params.at("rate") < b.params.at("rate"); });
    if (numbers.empty())
      numbers.push_back({"score without added errors", cells[0].clean_score(cells[0].metric()), "share"});
    for (const auto& cell : cells) {
      const double rate = cell.params.at("rate");
      numbers.push_back({"lost to " + whole_percent(rate) + " wrong labels " + kind.words,
                         cell.lost(cell.metric()), "points", rate == kJudgedRate});
    }
    breakdowns += (breakdowns.empty() ? "breaks down (loses surely more than the bound): " : "; ") +
                  breakdown_of(kind, cells, bound);
  }
  if (numbers.empty()) return not_tested("no cell learns from labels with errors added");
  return finding_of(std::move(numbers), bound, breakdowns);
}

}  // namespace qinglan
