#include "audit/verdict.h"

#include <algorithm>

#include "audit/power.h"
#include "audit/words.h"
#include "base/error.h"

namespace qinglan {
namespace {

constexpr double kShuffledMargin = 0.02, kChanceMargin = 0.02, kTunedMargin = 0.02;
constexpr double kUntrainedShare = 0.95;  // of the entropy of the label prior
constexpr double kRecovered = 0.8;

using Matched = std::optional<Decision>;

std::string points(const Evidence& e, double value) {
  return difference_in_metric(e.metric, value).substr(1);
}

std::string gain_words(const Evidence& e) { return "the gain is " + difference_in_metric(e.metric, e.gain); }

std::string gap_words(const Evidence& e) {
  return "the gap from supervisor to ceiling is " + difference_in_metric(e.metric, *e.gap);
}

Decision underpowered(const Evidence& e, std::string reason) {
  const Need needed = need(e);
  Decision decision{Verdict::underpowered, std::move(reason), needed.seeds, needed.items};
  const std::string seeds = counted(needed.seeds, "seed"), items = counted(needed.items, "test row");
  if (needed.seeds > 0 && needed.items > 0)
    decision.reason += "; about " + seeds + (needed.both ? " and " : " or ") + items + " would decide";
  else if (needed.seeds > 0 || needed.items > 0)
    decision.reason += "; about " + (needed.seeds > 0 ? seeds : items) + " would decide";
  return decision;
}

Matched control_failed(const Evidence& e) {
  if (!e.leaks.empty()) return Decision{Verdict::control_failed, e.leaks.front()};
  if (e.shuffled && e.shuffled->defined() && e.shuffled->low - e.chance > kShuffledMargin)
    return Decision{Verdict::control_failed, "a student of shuffled labels scores " +
                                                 in_metric(e.metric, *e.shuffled) + ", above chance " +
                                                 in_metric(e.metric, e.chance) +
                                                 ": something other than the labels teaches it"};
  if (e.gain.defined() && e.gain.low > 0 && e.over_best_control.defined() && e.over_best_control.low <= 0)
    return Decision{Verdict::control_failed, "not-attributable: the student less the control '" +
                                                 e.best_control + "', which a gain must beat, is " +
                                                 difference_in_metric(e.metric, e.over_best_control)};
  return std::nullopt;
}

Matched too_few(const Evidence& e) {
  if (e.seeds < kLeastSeeds)
    return underpowered(
        e, "only " + counted(e.seeds, "seed") + "; at least " + std::to_string(kLeastSeeds) + " are needed");
  if (e.columns < kLeastItems)
    return underpowered(e, "only " + counted(e.columns, e.columns == e.items ? "test row" : "group") +
                               (e.columns == e.items ? "" : " of related test rows") + "; at least " +
                               std::to_string(kLeastItems) + " are needed");
  if (!e.gain.defined()) return underpowered(e, "the gain is undefined: " + e.gain.undefined);
  return std::nullopt;
}

Matched harmful(const Evidence& e) {
  if (e.gain.high >= 0) return std::nullopt;
  return Decision{Verdict::harmful, gain_words(e) + ": the student is worse than its supervisor"};
}

bool within_delta(const Evidence& e) {
  const double delta = e.effective_delta();
  return e.gain.low > -delta && e.gain.high < delta;
}

Decision no_gain(const Evidence& e) {
  return {Verdict::no_gain, gain_words(e) + ", less than " + points(e, e.effective_delta()) + " either way"};
}

Decision without_ceiling(const Evidence& e) {
  if (e.gain.low > e.effective_delta())
    return {Verdict::gain, gain_words(e) + ", above " + points(e, e.effective_delta()) +
                               "; there is no ceiling to say how much of the gap that is"};
  if (within_delta(e)) return no_gain(e);
  return underpowered(e,
                      gain_words(e) + ": neither above " + points(e, e.effective_delta()) + " nor within it");
}

Matched ceiling_invalid(const Evidence& e) {
  const auto invalid = [](std::string why) { return Decision{Verdict::ceiling_invalid, std::move(why)}; };
  if (e.gap->high <= e.gamma)
    return invalid(gap_words(e) + ", not above " + points(e, e.gamma) +
                   ": ground truth teaches the student too little");
  std::vector<double> scores;
  for (const CeilingRun& run : e.ceilings) scores.push_back(run.score);
  for (const CeilingRun& run : e.ceilings)
    if (run.score <= e.chance + kChanceMargin)
      return invalid("a ceiling seed scores " + in_metric(e.metric, run.score) + ", at chance (" +
                     in_metric(e.metric, e.chance) + ")");
  for (const CeilingRun& run : e.ceilings)
    if (run.final_train_loss && run.label_entropy && *run.label_entropy > 0 &&
        *run.final_train_loss >= kUntrainedShare * *run.label_entropy)
      return invalid("a ceiling seed ends with training loss " + in_metric("auroc", *run.final_train_loss) +
                     " where knowing only the share of the classes gives " +
                     in_metric("auroc", *run.label_entropy));
  if (e.tuned_over_matched && e.tuned_over_matched->defined() && e.tuned_over_matched->low > kTunedMargin)
    return invalid("a tuned ceiling less the ceiling of the student's recipe is " +
                   difference_in_metric(e.metric, *e.tuned_over_matched));
  if (is_bimodal(scores)) {
    const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
    return invalid("ceiling seeds fall into two heaps between " + in_metric(e.metric, *low) + " and " +
                   in_metric(e.metric, *high));
  }
  return std::nullopt;
}

Decision with_ceiling(const Evidence& e) {
  if (!e.gap->defined()) return underpowered(e, "the gap is undefined: " + e.gap->undefined);
  if (const Matched invalid = ceiling_invalid(e)) return *invalid;
  if (e.gap->low <= e.gamma)
    return underpowered(
        e, gap_words(e) + ": not surely above " + points(e, e.gamma) + ", so no share of it is given");
  if (within_delta(e)) return no_gain(e);
  const std::string share = gain_words(e) + "; " + share_of_gap(e.pgr);
  if (e.gain.low > e.effective_delta() && e.pgr.defined() && e.pgr.low >= kRecovered)
    return {Verdict::recovered, share + ", and " + percent(kRecovered) + " is asked for"};
  if (e.gain.low > 0) return {Verdict::partial, share};
  return underpowered(e, gain_words(e) + ": neither above 0 nor within " + points(e, e.effective_delta()));
}

}  // namespace

double Evidence::effective_delta() const {
  return gap && gap->defined() ? std::max(delta, 0.1 * gap->value) : delta;
}

bool is_bimodal(std::vector<double> scores) {
  if (scores.size() < 5) return false;
  std::sort(scores.begin(), scores.end());
  std::vector<double> gaps;
  for (std::size_t i = 1; i < scores.size(); ++i) gaps.push_back(scores[i] - scores[i - 1]);
  std::sort(gaps.begin(), gaps.end());
  const double median = (gaps[(gaps.size() - 1) / 2] + gaps[gaps.size() / 2]) / 2;
  return gaps.back() > 0.05 && gaps.back() > 3 * median;
}

Decision decide(const Evidence& e) {
  if (const Matched failed = control_failed(e)) return *failed;
  if (const Matched few = too_few(e)) return *few;
  if (const Matched worse = harmful(e)) return *worse;
  return e.gap ? with_ceiling(e) : without_ceiling(e);
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::control_failed:
      return "control-failed";
    case Verdict::underpowered:
      return "underpowered";
    case Verdict::harmful:
      return "harmful";
    case Verdict::gain:
      return "gain";
    case Verdict::no_gain:
      return "no-gain";
    case Verdict::ceiling_invalid:
      return "ceiling-invalid";
    case Verdict::recovered:
      return "recovered";
    case Verdict::partial:
      return "partial";
    case Verdict::failed:
      return "failed";
  }
  QL_CHECK(false, "a verdict outside its list");
}

bool refuses(Verdict verdict) {
  return verdict == Verdict::control_failed || verdict == Verdict::underpowered ||
         verdict == Verdict::ceiling_invalid;
}

}  // namespace qinglan
