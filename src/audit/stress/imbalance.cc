#include <cmath>

#include "audit/stress/evidence.h"
#include "audit/stress/tests.h"

namespace qinglan {

StressFinding judge_imbalance(const StressEvidence& evidence, double bound) {
  std::vector<StressNumber> numbers;
  for (const auto& cell : evidence.spoilt_by("corrupt:prior")) {
    const std::string share =
        " with a class at " + std::to_string(std::lround(100 * cell.params.at("share").get<double>())) + "%";
    numbers.push_back({"balanced accuracy lost" + share, cell.lost("balanced_accuracy"), "points", true});
    numbers.push_back({"AUROC lost" + share + " (the order of its answers)", cell.lost("auroc"), "ratio"});
  }
  if (numbers.empty()) return not_tested("no cell learns from labels cut to another share of the classes");
  return finding_of(std::move(numbers), bound);
}

}  // namespace qinglan
