#include <algorithm>

#include "base/error.h"
#include "supervise/answered_rows.h"
#include "supervise/logistic.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

std::int32_t likeliest(std::span<const float> p) {
  return static_cast<std::int32_t>(std::ranges::max_element(p) - p.begin());  // the first of equals
}

// Labels with a share of their neighbours' mean; an abstention has nothing but that. [n, K]
std::vector<float> smoothed(const StageInput& input) {
  const double share = input.params.at("smoothing");
  const std::size_t classes = input.labels.classes;
  std::vector<float> q = mean_of_nearest(input, all_rows(input.labels), labelled_rows(input.labels), "k");
  for (const std::uint32_t row : labelled_rows(input.labels))
    for (std::size_t i = row * classes; i < (row + 1) * classes; ++i)
      q[i] = static_cast<float>((1 - share) * input.labels.p[i] + share * q[i]);
  return q;
}

// What own answers become: smoothed labels, unless the student is thought to know.
StageOutcome selected(const StageInput& input, const std::vector<float>& q,
                      const std::vector<double>& scores) {
  const double threshold = input.params.at("threshold");
  const bool hard = input.params.at("own") == "hard";
  const FeatureRows own{input.answers, input.labels.classes};
  StageOutcome outcome{all_rows(input.labels), q};
  std::int64_t taken = 0;
  for (const std::uint32_t row : outcome.kept) {
    if (!(logistic(scores[row]) > threshold)) continue;
    ++taken;
    const auto place = outcome.p.begin() + static_cast<std::ptrdiff_t>(row * own.width);
    if (hard)
      std::ranges::copy(one_hot_of(own.row(row)), place);
    else
      std::ranges::copy(own.row(row), place);
  }
  outcome.counts = {{"own answer", taken}};
  return outcome;
}

}  // namespace

StageOutcome relabel_select(const StageInput& input) {
  const std::vector<float> q = smoothed(input);
  const FeatureRows own{input.answers, input.labels.classes}, labels{q, input.labels.classes};
  const AnsweredRows rows(input.features, own);
  const std::size_t folds = input.params.at("folds");
  std::vector<double> scores(input.labels.size());
  for (std::size_t fold = 0; fold < folds; ++fold) {
    KnownAnswers known;
    std::vector<std::uint32_t> asked;
    for (const std::uint32_t row : all_rows(input.labels)) {
      if (row % folds == fold) {
        asked.push_back(row);
      } else if (!input.labels.abstain[row]) {
        known.rows.push_back(row);
        known.right.push_back(likeliest(own.row(row)) == likeliest(labels.row(row)));
      }
    }
    if (known.rows.empty())
      throw Error(ErrorKind::invalid_input, "no label to tell from which answers the student knows")
          .expected("a label outside of each fold")
          .found("0")
          .hint("Take more rows.");
    const auto judged = linear_scores(rows, known, input.params.at("l2"), asked);
    for (std::size_t i = 0; i < asked.size(); ++i) scores[asked[i]] = judged[i];
  }
  return selected(input, q, scores);
}

StageOutcome relabel_select_gold(const StageInput& input) {
  const std::vector<float> q = smoothed(input);
  const FeatureRows own{input.answers, input.labels.classes};
  KnownAnswers known;
  for (const std::uint32_t row : all_rows(input.labels)) {
    if (input.truth[row] < 0) continue;
    known.rows.push_back(row);
    known.right.push_back(likeliest(own.row(row)) == input.truth[row]);
  }
  if (known.rows.empty())
    throw Error(ErrorKind::invalid_input, "no row of the gold budget is left")
        .expected("at least one")
        .found("0")
        .hint("A stage before this one left none of the rows that the gold budget drew.");
  const AnsweredRows rows(input.features, own);
  return selected(input, q, linear_scores(rows, known, input.params.at("l2"), all_rows(input.labels)));
}

}  // namespace qinglan
