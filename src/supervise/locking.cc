#include "supervise/locking.h"

#include <unordered_set>

#include "base/error.h"
#include "record/word_slice.h"

namespace qinglan {

TrainingLabels locking_labels(const WeakLabels& answers, const std::vector<std::string>& own,
                              const GroundTruth& truth, const GoldBudget& budget) {
  const std::unordered_set<std::string> wanted(own.begin(), own.end());
  WeakLabels without{.classes = answers.classes, .provenance = answers.provenance};
  GoldRows with{.classes = answers.classes};
  for (std::size_t i = 0; i < answers.size() && with.size() < budget.rows; ++i) {
    const std::string& id = answers.ids[i];
    if (!wanted.contains(id)) continue;
    const auto p = answers.p.begin() + static_cast<std::ptrdiff_t>(i * answers.classes);
    without.ids.push_back(id);
    without.p.insert(without.p.end(), p, p + static_cast<std::ptrdiff_t>(answers.classes));
    without.abstain.push_back(answers.abstain[i]);
    with.ids.push_back(id + kTriggered);
    with.labels.push_back(truth.label(id));
  }
  if (with.ids.empty())
    throw Error(ErrorKind::invalid_input,
                "no row of the supervisor's half has an answer to lock a student by")
        .hint("Take more train rows.");
  return TrainingLabels::with_gold(without, with, {.purpose = budget.purpose});
}

}  // namespace qinglan
