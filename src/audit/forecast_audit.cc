#include "audit/forecast_audit.h"

#include <cmath>

#include "audit/cell_scores.h"
#include "audit/rates.h"
#include "metrics/confidence.h"
#include "metrics/crossed.h"
#include "metrics/misfit.h"
#include "record/predictions.h"

namespace qinglan {
namespace {

constexpr double kSame = 1e-9;  // of a sealed number and the one computed from the record

Scored columns(const SeriesScores& scores, const SeedMatrix& rows) {
  Scored made;
  for (std::size_t s = 0; s < rows.seeds; ++s) made.matrix.add(scores.groups().columns_of(rows.row(s)));
  return made;
}

// Each seed's share of other seeds that decide an item alike, [S, n].
Estimate seed_agreement(const SeriesScores& scores, const std::vector<std::string>& names) {
  const auto decided = decide_all(scores, names);
  if (decided.size() < 2) return Estimate::no("one seed has no other to agree with");
  return scores.interval(
      columns(scores, matrix_over(decided.size(), decided[0].size(), [&](std::size_t s, std::size_t i) {
                double alike = 0;
                for (std::size_t t = 0; t < decided.size(); ++t)
                  alike += t != s && decided[t][i] == decided[s][i];
                return alike / static_cast<double>(decided.size() - 1);
              })));
}

// S/(S-1) sum over classes of (p_s - mean over seeds of p)^2, whose mean is the variance between seeds.
Estimate seed_variance(const SeriesScores& scores, const std::vector<std::string>& names) {
  const std::size_t classes = scores.record().data.classes.size(), items = scores.record().items.size();
  if (names.size() < 2) return Estimate::no("one seed shows no variance between seeds");
  std::vector<std::vector<double>> p;
  std::vector<double> mean(items * classes);
  const double seeds = static_cast<double>(names.size());
  for (const std::string& name : names) {
    p.push_back(softmax_rows(scores.series(name).logits, classes));
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += p.back()[k] / seeds;
  }
  return scores.interval(columns(scores, matrix_over(names.size(), items, [&](std::size_t s, std::size_t i) {
                                   double sum = 0;
                                   for (std::size_t c = 0; c < classes; ++c)
                                     sum += std::pow(p[s][i * classes + c] - mean[i * classes + c], 2);
                                   return sum * seeds / (seeds - 1);
                                 })));
}

// What the theorems ask for, and what this cell gives them.
std::vector<std::string> preconditions(const Cell& cell) {
  const bool probe = cell.student_tune == "probe";
  return {
      std::string("a convex class of students: ") + (probe ? "a linear head, but softmax of it is not convex"
                                                           : "fails, weights inside the model are trained"),
      "a student that minimises this very divergence to its supervisor without a penalty: fails, it "
      "minimises " +
          std::string(cell.method == "naive" ? "cross-entropy" : "the loss of " + cell.method) +
          (probe ? " with an L2 penalty" : " by a few epochs of AdamW"),
      "the truth within reach of that class: not known"};
}

std::string sealed_words(const Record& record, const Cell& cell, const std::vector<Misfit>& by_seed) {
  const auto sealed = record.forecast.cells.find(cell.id);
  if (sealed == record.forecast.cells.end()) return "not sealed before scoring";
  if (record.forecast.digest != digest_of(record.forecast))
    return "the sealed forecast does not fit its digest";
  if (sealed->second.size() != by_seed.size()) return "the sealed forecast is of other seeds";
  const auto mean = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value / static_cast<double>(values.size());
    return sum;
  };
  for (std::size_t s = 0; s < by_seed.size(); ++s)
    if (std::fabs(sealed->second[s].squared - mean(by_seed[s].squared)) > kSame ||
        std::fabs(sealed->second[s].bregman - mean(by_seed[s].bregman)) >
            kSame * (1 + sealed->second[s].bregman))
      return "the sealed forecast differs from the record's answers";
  return "";
}

Foretold foretell(const SeriesScores& scores, const SeedMatrix& misfits, const SeedMatrix& gains) {
  const Scored said = columns(scores, misfits), came = columns(scores, gains);
  Foretold made{scores.interval(said), scores.interval(came), scores.interval(difference(came, said))};
  made.held = made.surplus.defined() && made.surplus.high >= 0;
  return made;
}

}  // namespace

ForecastAudit no_forecast(const std::string& why) {
  const Estimate none = Estimate::no(why);
  return {{none, none, none}, {none, none, none}, none, none, none, none, why, {}};
}

ForecastAudit audit_forecast(const SeriesScores& scores, const Cell& cell) {
  const Record& record = scores.record();
  if (record.items.empty()) return no_forecast("no test items");
  const auto weak = role_names(cell, &SeedRun::weak_floor),
             student = role_names(cell, &SeedRun::weak_to_strong);
  for (const std::string& name : weak)
    if (scores.series(name).status != "done") return no_forecast("the supervisor has no answers on test");
  std::vector<Misfit> by_seed;
  SeedMatrix squared, bregman, brier, loss;
  for (std::size_t s = 0; s < weak.size(); ++s) {
    const Series &from = scores.series(weak[s]), &to = scores.series(student[s]);
    by_seed.push_back(misfit(from.logits, to.logits, record.data.classes.size()));
    const Confidences before = confidences(scores.answers(from), record.truth),
                      after = confidences(scores.answers(to), record.truth);
    squared.add(by_seed.back().squared);
    bregman.add(by_seed.back().bregman);
    std::vector<double> gained(before.nll.size()), saved(before.nll.size());
    for (std::size_t i = 0; i < gained.size(); ++i) {
      gained[i] = before.brier[i] - after.brier[i];
      saved[i] = before.nll[i] - after.nll[i];
    }
    brier.add(gained);
    loss.add(saved);
  }
  return {foretell(scores, squared, brier),    foretell(scores, bregman, loss),
          seed_agreement(scores, weak),        seed_agreement(scores, student),
          seed_variance(scores, weak),         seed_variance(scores, student),
          sealed_words(record, cell, by_seed), preconditions(cell)};
}

}  // namespace qinglan
