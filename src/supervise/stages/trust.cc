#include <algorithm>

#include "base/error.h"
#include "supervise/answered_rows.h"
#include "supervise/lbfgs.h"
#include "supervise/residual_network.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

// Which labels of the budget's rows are right; right and wrong ones have half of the weight each.
KnownAnswers known_labels(const StageInput& input) {
  KnownAnswers known;
  for (const std::uint32_t row : labelled_rows(input.labels)) {
    if (input.truth[row] < 0) continue;
    known.rows.push_back(row);
    known.right.push_back(input.labels.hard(row) == input.truth[row]);
  }
  const auto right = static_cast<double>(std::count(known.right.begin(), known.right.end(), 1.0));
  const double wrong = static_cast<double>(known.rows.size()) - right;
  if (right == 0 || wrong == 0)
    throw Error(ErrorKind::invalid_input, "the true labels do not tell right weak labels from wrong ones")
        .expected("at least one right and one wrong label among the rows of the budget")
        .found(std::to_string(static_cast<std::int64_t>(right)) + " right, " +
               std::to_string(static_cast<std::int64_t>(wrong)) + " wrong")
        .hint("Raise rows, or let the stage stand before those that drop labels.");
  for (const double is_right : known.right) known.shares.push_back(0.5 / (is_right == 1 ? right : wrong));
  return known;
}

FeatureRows weak_answers(const StageInput& input) { return {input.labels.p, input.labels.classes}; }

StageOutcome most_trusted(const StageInput& input, const std::vector<double>& trust) {
  const auto rows = labelled_rows(input.labels);
  return {highest(rows, trust, kept_count(input, rows.size()))};
}

}  // namespace

StageOutcome filter_trust(const StageInput& input) {
  const KnownAnswers known = known_labels(input);
  const AnsweredRows rows(input.features, weak_answers(input));
  const ResidualNetwork network(rows, {input.params.at("hidden"), input.params.at("blocks")});
  const double l2 = input.params.at("l2");
  const auto loss = [&](const std::vector<double>& parameters, std::vector<double>& gradient) {
    return network.loss(known, l2, parameters, gradient);
  };
  const auto fitted =
      minimize_lbfgs(loss, network.start(), {.max_iterations = input.params.at("iterations")}).x;
  std::vector<double> trust;
  for (const std::uint32_t row : labelled_rows(input.labels)) trust.push_back(network.score(row, fitted));
  return most_trusted(input, trust);
}

StageOutcome filter_trust_linear(const StageInput& input) {
  const KnownAnswers known = known_labels(input);
  const AnsweredRows rows(input.features, weak_answers(input));
  return most_trusted(input, linear_scores(rows, known, input.params.at("l2"), labelled_rows(input.labels)));
}

}  // namespace qinglan
