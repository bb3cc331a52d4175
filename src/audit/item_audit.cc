#include "audit/item_audit.h"

#include <algorithm>

#include "audit/cell_scores.h"
#include "metrics/conditional.h"
#include "metrics/crossed.h"

namespace qinglan {
namespace {

struct Decided {  // by seed; empty where a series is missing
  std::vector<std::vector<std::int32_t>> weak, student, ceiling;
};

std::vector<std::vector<std::int32_t>> decide_all(const SeriesScores& scores,
                                                  const std::vector<std::string>& names) {
  std::vector<std::vector<std::int32_t>> decided;
  for (const std::string& name : names) {
    if (name.empty() || scores.series(name).status != "done") return {};
    decided.push_back(decisions(scores.answers(scores.series(name))));
  }
  return decided;
}

// A matrix over seeds x items from value(seed, item).
template <typename Value>
SeedMatrix matrix_over(std::size_t seeds, std::size_t items, Value value) {
  SeedMatrix matrix{seeds, items, std::vector<double>(seeds * items)};
  for (std::size_t s = 0; s < seeds; ++s)
    for (std::size_t i = 0; i < items; ++i) matrix.values[s * items + i] = value(s, i);
  return matrix;
}

// P(value | weight) with its crossed interval over groups.
Estimate conditional(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                     const std::string& never) {
  if (std::none_of(weight.values.begin(), weight.values.end(), [](double w) { return w > 0; }))
    return Estimate::no(never);
  const SeedMatrix rows = conditional_rows(value, weight);
  SeedMatrix columns;
  for (std::size_t s = 0; s < rows.seeds; ++s) columns.add(scores.groups().columns_of(rows.row(s)));
  return scores.with_items(crossed_interval(columns));
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
  audit.agreement = conditional(scores, agrees, spoke, "the supervisor says nothing on test");
  audit.agreement_weak_right = conditional(scores, agrees, right, never_right);
  audit.imitation = conditional(scores, agrees, wrong, never_wrong);
  audit.recovery = conditional(scores, true_, wrong, never_wrong);
  audit.damage = conditional(scores, untrue, right, never_right);
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
    audit.excess_imitation = conditional(scores, excess, wrong, never_wrong);
  }
  return audit;
}

}  // namespace qinglan
