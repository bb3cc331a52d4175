#include "audit/selective_use.h"

#include <algorithm>
#include <set>

#include "audit/cell_scores.h"
#include "audit/rates.h"
#include "audit/words.h"
#include "base/random.h"
#include "metrics/confidence.h"
#include "metrics/risk_control.h"
#include "metrics/selective.h"

namespace qinglan {
namespace {

constexpr double kDoubt = 0.05;
constexpr double kCoverages[] = {0.5, 0.8, 0.9};

struct GoldRows {
  std::vector<std::size_t> gold, rest;
};

GoldRows draw(const Record& record, std::size_t groups, std::int64_t wanted) {
  const auto group = [&](std::size_t i) {
    return record.groups.empty() ? static_cast<std::int32_t>(i) : record.groups[i];
  };
  std::vector<std::size_t> order(record.items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  Random(0, "gold rows").shuffle(order);
  const std::size_t most = std::min(static_cast<std::size_t>(wanted), groups / 2);
  std::set<std::int32_t> taken;
  GoldRows drawn;
  for (const std::size_t i : order)
    if (taken.size() < most && taken.insert(group(i)).second) drawn.gold.push_back(i);
  for (std::size_t i = 0; i < order.size(); ++i)
    if (!taken.contains(group(i))) drawn.rest.push_back(i);
  return drawn;
}

std::vector<double> at(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  std::vector<double> some;
  for (const std::size_t i : places) some.push_back(values[i]);
  return some;
}

struct Sure {  // [S] by seed
  std::vector<Confidences> by_seed;
  SeedMatrix right;  // [S, n]
};

Sure sure_of(const SeriesScores& scores, const std::vector<std::string>& names) {
  Sure sure;
  for (const std::string& name : names) {
    sure.by_seed.push_back(confidences(scores.answers(scores.series(name)), scores.record().truth));
    sure.right.add(sure.by_seed.back().right);
  }
  return sure;
}

std::map<std::string, Estimate> accuracy_at(const SeriesScores& scores, const Sure& sure) {
  std::map<std::string, Estimate> accuracies;
  for (const double coverage : kCoverages) {
    SeedMatrix kept;
    for (const Confidences& one : sure.by_seed) kept.add(surest(one.top, coverage));
    accuracies[std::to_string(static_cast<int>(100 * coverage + 0.5)) + "%"] =
        conditional_share(scores, sure.right, kept, "no test items");
  }
  return accuracies;
}

// 1 where the seed's student may answer: on rows that are not gold, above its threshold.
SeedMatrix answered_rows(const Record& record, const Sure& sure, const GoldRows& rows, double risk) {
  SeedMatrix answered;
  for (const Confidences& one : sure.by_seed) {
    const auto threshold =
        certified_threshold(at(one.top, rows.gold), at(one.right, rows.gold), risk, kDoubt);
    std::vector<double> row(record.items.size());
    if (threshold)
      for (const std::size_t i : rows.rest) row[i] = one.top[i] >= *threshold;
    answered.add(row);
  }
  return answered;
}

void certify(const SeriesScores& scores, const Sure& sure, SelectiveUse& use) {
  const Record& record = scores.record();
  if (record.claim.gold == 0) {
    use.answered = use.wrong = Estimate::no("the claim sets no gold rows apart");
    return;
  }
  const GoldRows rows = draw(record, scores.groups().columns(), record.claim.gold);
  use.gold = std::ssize(rows.gold);
  const SeedMatrix answered = answered_rows(record, sure, rows, use.risk);
  if (std::none_of(answered.values.begin(), answered.values.end(), [](double one) { return one > 0; })) {
    const std::string why = "on " + counted(use.gold, "gold row") +
                            " no threshold is sure to keep wrong answers below " + percent(use.risk);
    use.answered = use.wrong = Estimate::no(why);
    return;
  }
  std::vector<double> rest(record.items.size());
  for (const std::size_t i : rows.rest) rest[i] = 1;
  SeedMatrix open, wrong = sure.right;
  for (std::size_t s = 0; s < sure.by_seed.size(); ++s) open.add(rest);
  for (double& value : wrong.values) value = value < 1;
  use.answered = conditional_share(scores, answered, open, "no test rows are left beside the gold rows");
  use.wrong = conditional_share(scores, wrong, answered, "nothing is answered");
  for (Estimate* one : {&use.answered, &use.wrong})
    if (one->defined()) one->items = std::ssize(rows.rest);
}

}  // namespace

SelectiveUse no_use(const Claim& claim, const std::string& why) {
  SelectiveUse use{.aurc = Estimate::no(why), .risk = claim.risk, .doubt = kDoubt};
  use.answered = use.wrong = use.aurc;
  return use;
}

SelectiveUse audit_use(SeriesScores& scores, const Cell& cell) {
  const Claim& claim = scores.record().claim;
  if (scores.record().items.empty()) return no_use(claim, "no test items");
  SelectiveUse use = no_use(claim, "");
  const Sure sure = sure_of(scores, role_names(cell, &SeedRun::weak_to_strong));
  Scored areas;
  for (const Confidences& one : sure.by_seed)
    areas.matrix.add(scores.groups().columns_of(risk_coverage_row(one.top, one.right).values));
  use.aurc = scores.interval(areas);
  use.accuracy_at = accuracy_at(scores, sure);
  certify(scores, sure, use);
  return use;
}

}  // namespace qinglan
