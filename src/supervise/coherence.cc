#include "supervise/coherence.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr double kTouchedWeight = 100;
constexpr int kMendings = 10;

std::vector<std::int64_t> key_of(const CoherenceQuestion& question) {
  std::vector<std::int64_t> key = {static_cast<std::int64_t>(question.row)};
  for (const auto& [row, label] : question.shown) {
    key.push_back(static_cast<std::int64_t>(row));
    key.push_back(label);
  }
  return key;
}

std::size_t draw_row(const CoherenceProblem& problem, const RowLabels& labels, double uniform) {
  std::set<std::size_t> touched;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] != kUnlabelled) touched.insert(problem.groups[i]);
  std::vector<double> until;
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum += labels[i] == kUnlabelled && touched.contains(problem.groups[i]) ? kTouchedWeight : 1;
    until.push_back(sum);
  }
  const auto row = std::upper_bound(until.begin(), until.end(), uniform * sum) - until.begin();
  return std::min(static_cast<std::size_t>(row), labels.size() - 1);
}

std::int32_t most_probable(const std::vector<double>& log_p) {  // ties by lowest class
  return static_cast<std::int32_t>(std::max_element(log_p.begin(), log_p.end()) - log_p.begin());
}

// The first two rows that contradict each other; equal ones where none do.
std::pair<std::size_t, std::size_t> first_contradiction(const Coherence& coherence, const RowLabels& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = i + 1; j < labels.size(); ++j)
      if (coherence.contradict(labels, i, j)) return {i, j};
  return {0, 0};
}

// Gives two rows at a time the labels of the largest U among those that agree, while U grows.
void mend(Coherence& coherence, RowLabels& labels) {
  const auto classes = static_cast<std::int32_t>(coherence.problem().classes);
  for (int round = 0; round < kMendings; ++round) {
    const auto [one, other] = first_contradiction(coherence, labels);
    if (one == other) return;
    RowLabels best = labels;
    double most = coherence.utility(labels);
    for (std::int32_t a = 0; a < classes; ++a)
      for (std::int32_t b = 0; b < classes; ++b) {
        RowLabels tried = labels;
        tried[one] = a, tried[other] = b;
        if (coherence.contradict(tried, one, other)) continue;
        const double utility = coherence.utility(tried);
        if (utility > most) most = utility, best = tried;
      }
    if (best == labels) return;
    labels = best;
  }
}

bool complete(const RowLabels& labels) {
  return std::find(labels.begin(), labels.end(), kUnlabelled) == labels.end();
}

}  // namespace

InGroup in_group_named(const std::string& word) {
  if (word == "any") return InGroup::any;
  if (word == "same") return InGroup::same;
  if (word == "different") return InGroup::different;
  throw Error(ErrorKind::usage, "what labels rows of one group must have")
      .expected("any, same or different")
      .found(word);
}

Cooling cooling_named(const std::string& word) {
  if (word == "log") return Cooling::log;
  if (word == "geometric") return Cooling::geometric;
  throw Error(ErrorKind::usage, "a cooling of the search").expected("log or geometric").found(word);
}

double temperature(Cooling cooling, std::int64_t step) {
  const auto k = static_cast<double>(step);
  if (cooling == Cooling::geometric) return 10 * std::pow(0.99, k);
  return std::max(0.01, 10 / (1 + 2 * std::log1p(k)));
}

Coherence::Coherence(CoherenceProblem problem, CoherenceScorer scorer)
    : problem_(std::move(problem)), scorer_(std::move(scorer)) {
  QL_CHECK(problem_.groups.size() == problem_.rows(), "groups of other rows");
}

CoherenceQuestion Coherence::question(const RowLabels& labels, std::size_t row) const {
  CoherenceQuestion asked{row, {}};
  for (const std::size_t other : problem_.others[row]) {
    if (asked.shown.size() == problem_.most_shown) break;
    if (labels[other] != kUnlabelled) asked.shown.emplace_back(other, labels[other]);
  }
  return asked;
}

void Coherence::ask(const std::vector<CoherenceQuestion>& questions) {
  std::vector<CoherenceQuestion> unknown;
  std::set<std::vector<std::int64_t>> keys;
  for (const auto& question : questions)
    if (const auto key = key_of(question); !answers_.contains(key) && keys.insert(key).second)
      unknown.push_back(question);
  if (unknown.empty()) return;
  const auto answers = scorer_(unknown);
  QL_CHECK(answers.size() == unknown.size(), "answers to other questions");
  for (std::size_t i = 0; i < unknown.size(); ++i) answers_.emplace(key_of(unknown[i]), answers[i]);
}

const std::vector<double>& Coherence::log_probabilities(const RowLabels& labels, std::size_t row) {
  const CoherenceQuestion asked = question(labels, row);
  ask({asked});
  return answers_.at(key_of(asked));
}

double Coherence::utility(const RowLabels& labels) {
  std::vector<CoherenceQuestion> questions;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] != kUnlabelled) questions.push_back(question(labels, i));
  QL_CHECK(!questions.empty(), "a utility of no label");
  ask(questions);
  double sum = 0;
  for (const auto& asked : questions)
    sum += answers_.at(key_of(asked)).at(static_cast<std::size_t>(labels[asked.row]));
  return problem_.alpha * sum / static_cast<double>(questions.size()) -
         static_cast<double>(contradictions(labels));
}

bool Coherence::contradict(const RowLabels& labels, std::size_t one, std::size_t other) const {
  if (problem_.in_group == InGroup::any || one == other || problem_.groups[one] != problem_.groups[other] ||
      labels[one] == kUnlabelled || labels[other] == kUnlabelled)
    return false;
  return (labels[one] == labels[other]) == (problem_.in_group == InGroup::different);
}

std::int64_t Coherence::contradictions(const RowLabels& labels) const {
  std::int64_t pairs = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = i + 1; j < labels.size(); ++j) pairs += contradict(labels, i, j);
  return pairs;
}

CoherentLabels find_coherent_labels(Coherence& coherence, RowLabels labels, Cooling cooling,
                                    std::int64_t steps, const std::function<double()>& uniform,
                                    const std::function<void(std::int64_t)>& each_step) {
  double utility = coherence.utility(labels);
  CoherentLabels best;
  const auto note = [&] {
    if (complete(labels) && (best.labels.empty() || utility > best.utility))
      best.labels = labels, best.utility = utility;
  };
  note();
  std::int64_t accepted = 0;
  for (std::int64_t k = 0; k < steps; ++k) {
    if (each_step) each_step(k);
    const std::size_t row = draw_row(coherence.problem(), labels, uniform());
    const double luck = uniform();
    RowLabels tried = labels;
    tried[row] = most_probable(coherence.log_probabilities(labels, row));
    if (tried == labels) continue;
    mend(coherence, tried);
    const double reached = coherence.utility(tried);
    if (reached < utility && luck >= std::exp((reached - utility) / temperature(cooling, k))) continue;
    labels = tried, utility = reached, ++accepted;
    note();
  }
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == kUnlabelled) labels[i] = most_probable(coherence.log_probabilities(labels, i));
  utility = coherence.utility(labels);
  note();
  best.accepted = accepted;
  return best;
}

std::vector<std::size_t> balanced_rows(const RowLabels& labels, std::size_t classes, std::size_t most) {
  std::vector<std::size_t> chosen, taken(classes);
  const std::size_t share = (most + classes - 1) / classes;
  for (std::size_t i = 0; i < labels.size() && chosen.size() < most; ++i) {
    std::size_t& of_class = taken[static_cast<std::size_t>(labels[i])];
    if (of_class == share) continue;
    ++of_class;
    chosen.push_back(i);
  }
  return chosen;
}

}  // namespace qinglan
