#pragma once
// Internal coherence maximisation (METHODS M30): labels of rows, sought without ground truth, that a model
// foretells from one another. Of a labelling D of all rows or some,
//   U(D) = alpha * mean over labelled i of log P(label_i | row_i, the other labelled rows) - contradictions
// is raised by simulated annealing. A step draws a row, gives it the label that the others make most
// probable, mends contradictions, and is taken if U does not fall, else with probability exp(dU / T).

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace qinglan {

inline constexpr std::int32_t kUnlabelled = -1;
using RowLabels = std::vector<std::int32_t>;  // [n]

// What the model is asked: a row, after others with their labels.
struct CoherenceQuestion {
  std::size_t row;
  std::vector<std::pair<std::size_t, std::int32_t>> shown;  // in this order
};
// [questions][K] log-probabilities of the row's labels.
using CoherenceScorer =
    std::function<std::vector<std::vector<double>>(const std::vector<CoherenceQuestion>&)>;

// What labels two rows of one group contradict each other by: none do, unlike ones, equal ones.
enum class InGroup { any, same, different };
InGroup in_group_named(const std::string& word);  // throws Error{usage}

struct CoherenceProblem {
  std::size_t classes;
  std::vector<std::vector<std::size_t>> others;  // [n] of each row the rest, in the order they are shown in
  std::vector<std::size_t> groups;               // [n]
  InGroup in_group = InGroup::any;
  std::size_t most_shown = 4;  // the first so many labelled ones of `others`: what a prompt holds
  double alpha = 30;

  std::size_t rows() const { return others.size(); }
};

// U, with every answer of the scorer kept: a question is asked once.
class Coherence {
 public:
  Coherence(CoherenceProblem problem, CoherenceScorer scorer);

  double utility(const RowLabels& labels);  // of at least one labelled row
  // [K] of one row given the labels of the others.
  const std::vector<double>& log_probabilities(const RowLabels& labels, std::size_t row);
  std::int64_t contradictions(const RowLabels& labels) const;  // pairs
  bool contradict(const RowLabels& labels, std::size_t one, std::size_t other) const;

  const CoherenceProblem& problem() const { return problem_; }
  std::int64_t asked() const { return static_cast<std::int64_t>(answers_.size()); }

 private:
  CoherenceQuestion question(const RowLabels& labels, std::size_t row) const;
  void ask(const std::vector<CoherenceQuestion>& questions);

  CoherenceProblem problem_;
  CoherenceScorer scorer_;
  std::map<std::vector<std::int64_t>, std::vector<double>> answers_;  // by row, shown row, its label, ...
};

// log: max(0.01, 10 / (1 + 2 ln(1 + k))); geometric: 10 * 0.99^k. k from 0.
enum class Cooling { log, geometric };
Cooling cooling_named(const std::string& word);  // throws Error{usage}
double temperature(Cooling cooling, std::int64_t step);

struct CoherentLabels {
  RowLabels labels;  // of all rows
  double utility = 0;
  std::int64_t accepted = 0;  // steps that changed a label and were taken
};

// The labelling of all rows of the largest U that `steps` steps came by; rows that none of them labelled get
// their most probable labels at the end. An unlabelled row whose group has a labelled one is drawn a hundred
// times as often as others. `uniform` gives numbers in [0, 1), two a step: which row, whether to accept.
// `start`: at least one row labelled. `each_step` is called before every step with its number.
CoherentLabels find_coherent_labels(Coherence& coherence, RowLabels start, Cooling cooling,
                                    std::int64_t steps, const std::function<double()>& uniform,
                                    const std::function<void(std::int64_t)>& each_step = {});

// Rows to show before others, by the labels found: in row order, at most `most` and of no class more than its
// equal share of them, rounded up.
std::vector<std::size_t> balanced_rows(const RowLabels& labels, std::size_t classes, std::size_t most);

}  // namespace qinglan
