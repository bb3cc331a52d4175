#include "audit/item_audit.h"

#include "audit/cell_scores.h"
#include "audit/rates.h"
#include "metrics/confidence.h"

namespace qinglan {
namespace {

struct Decided {  // by seed; empty where a series is missing
  std::vector<std::vector<std::int32_t>> weak, student, ceiling;
};

constexpr double kSure = 0.95, kFairlySure = 0.55;  // confident, for disagreements and for agreements

// Top probabilities by seed.
std::vector<std::vector<double>> sureness(const SeriesScores& scores, const std::vector<std::string>& names) {
  std::vector<std::vector<double>> sure;
  for (const std::string& name : names)
    sure.push_back(confidences(scores.answers(scores.series(name)), scores.record().truth).top);
  return sure;
}

void audit_confident(const SeriesScores& scores, const Cell& cell, const Decided& by, ItemAudit& audit) {
  const Record& record = scores.record();
  const std::size_t seeds = by.weak.size(), items = record.items.size();
  const auto weak = sureness(scores, role_names(cell, &SeedRun::weak_floor)),
             student = sureness(scores, role_names(cell, &SeedRun::weak_to_strong));
  const auto differs = matrix_over(seeds, items, [&](auto s, auto i) {
    return double(weak[s][i] > kSure && by.student[s][i] != by.weak[s][i]);
  });
  const auto sure = matrix_over(seeds, items, [&](auto s, auto i) { return double(student[s][i] > kSure); });
  audit.confident_disagreement =
      conditional_share(scores, differs, sure, "the student is never surer than 95%");
  const auto copies = matrix_over(seeds, items, [&](auto s, auto i) {
    return double(weak[s][i] > kFairlySure && by.student[s][i] == by.weak[s][i]);
  });
  const auto errs = matrix_over(seeds, items, [&](auto s, auto i) {
    return double(student[s][i] > kFairlySure && by.student[s][i] != record.truth[i]);
  });
  audit.confident_agreement_wrong =
      conditional_share(scores, copies, errs, "the student is never wrong and surer than 55%");
}

}  // namespace

ItemAudit no_item_audit(const std::string& why) {
  const Estimate none = Estimate::no(why);
  return {none, none, none, none, none, none};
}

ItemAudit audit_items(const SeriesScores& scores, const Cell& cell) {
  const Record& record = scores.record();
  const Decided by{decide_all(scores, role_names(cell, &SeedRun::weak_floor)),
                   decide_all(scores, role_names(cell, &SeedRun::weak_to_strong)),
                   decide_all(scores, role_names(cell, &SeedRun::strong_ceiling))};
  const std::size_t seeds = cell.seeds.size(), items = record.items.size();
  if (by.weak.size() != seeds || by.student.size() != seeds)
    return no_item_audit("not every seed has a floor and a student");
  if (items == 0) return no_item_audit("no test items");
  const double flat = 1 / static_cast<double>(record.data.classes.size());
  const auto same = [flat](std::int32_t answer, std::int32_t with) {
    return answer < 0 ? flat : double(answer == with);
  };
  const auto spoke =
      matrix_over(seeds, items, [&](auto s, auto i) { return by.weak[s][i] >= 0 ? 1.0 : 0.0; });
  const auto right =
      matrix_over(seeds, items, [&](auto s, auto i) { return double(by.weak[s][i] == record.truth[i]); });
  const SeedMatrix wrong = difference(spoke, right);
  const auto agrees =
      matrix_over(seeds, items, [&](auto s, auto i) { return same(by.student[s][i], by.weak[s][i]); });
  const auto true_ =
      matrix_over(seeds, items, [&](auto s, auto i) { return same(by.student[s][i], record.truth[i]); });
  const auto untrue =
      matrix_over(seeds, items, [&](auto s, auto i) { return 1 - true_.values[s * items + i]; });
  const std::string never_wrong = "the supervisor is never wrong on test",
                    never_right = "the supervisor is never right on test";
  ItemAudit audit;
  audit.agreement = conditional_share(scores, agrees, spoke, "the supervisor says nothing on test");
  audit.agreement_weak_right = conditional_share(scores, agrees, right, never_right);
  audit.imitation = conditional_share(scores, agrees, wrong, never_wrong);
  audit.recovery = conditional_share(scores, true_, wrong, never_wrong);
  audit.damage = conditional_share(scores, untrue, right, never_right);
  audit_confident(scores, cell, by, audit);
  if (by.ceiling.size() != seeds) {
    audit.excess_imitation = Estimate::no("no ceiling");
  } else if (seeds < 2) {
    audit.excess_imitation = Estimate::no("one seed has no ceiling of another seed");
  } else {
    const auto excess = matrix_over(seeds, items, [&](std::size_t s, std::size_t i) {
      double others = 0;
      for (std::size_t t = 0; t < seeds; ++t)
        if (t != s) others += same(by.ceiling[t][i], by.weak[s][i]);
      return agrees.values[s * items + i] - others / static_cast<double>(seeds - 1);
    });
    audit.excess_imitation = conditional_difference(scores, excess, wrong, never_wrong);
  }
  return audit;
}

}  // namespace qinglan
