// weak_floor of labels that predict one another (supervise/coherence.h): some rows of the seed's supervision
// half are labelled without ground truth, then shown before the rows of transfer and test.
// summary.json: {"ground_truth": [], "rows", "asked", "accepted", "utility", "contradictions",
//   "labels": {id: class}, "truncated", "read"}

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "data/split.h"
#include "supervise/coherence.h"
#include "worker/asked_model.h"

namespace qinglan {
namespace {

// Whole groups while they fit, in an order drawn by the seed; neither it nor the order within a group has to
// do with the order of the data.
std::vector<Example> rows_to_label(const std::vector<Example>& half, std::size_t most, std::uint64_t seed) {
  std::map<std::string, std::vector<Example>> by_group;
  for (const auto& row : half) by_group[row.group].push_back(row);
  std::vector<std::vector<Example>> groups;
  Random random(seed, "icm.rows");
  for (auto& [name, rows] : by_group) {
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    random.shuffle(rows);
    groups.push_back(std::move(rows));
  }
  random.shuffle(groups);
  std::vector<Example> chosen;
  for (const auto& rows : groups)
    if (chosen.size() + rows.size() <= most) chosen.insert(chosen.end(), rows.begin(), rows.end());
  if (chosen.size() < 2)
    throw Error(ErrorKind::invalid_input, "no rows to search labels of")
        .expected("groups of at most supervisor.rows = " + std::to_string(most) + " rows")
        .hint("raise supervisor.rows");
  return chosen;
}

CoherenceProblem problem_of(const Json& learner, const std::vector<Example>& rows, std::uint64_t seed) {
  CoherenceProblem problem{.classes = learner.at("label_words").size(),
                           .others = {},
                           .groups = {},
                           .in_group = in_group_named(learner.at("in_group")),
                           .most_shown = learner.at("shots"),
                           .alpha = learner.at("alpha")};
  std::map<std::string, std::size_t> numbers;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    problem.groups.push_back(numbers.emplace(rows[i].group, numbers.size()).first->second);
    std::vector<std::size_t> others;
    for (std::size_t j = 0; j < rows.size(); ++j)
      if (j != i) others.push_back(j);
    Random(seed, "icm.others", i).shuffle(others);
    problem.others.push_back(std::move(others));
  }
  return problem;
}

// As many of each class, guessed.
RowLabels guesses(std::size_t rows, std::size_t guessed, std::size_t classes, std::uint64_t seed) {
  RowLabels start;
  for (std::size_t i = 0; i < std::min(rows, guessed); ++i)
    start.push_back(static_cast<std::int32_t>(i % classes));
  Random(seed, "icm.start").shuffle(start);
  start.resize(rows, kUnlabelled);
  return start;
}

CoherenceScorer scorer_of(AskedModel& model, const Json& learner, const std::vector<Example>& rows,
                          const RunHooks& hooks) {
  return [&](const std::vector<CoherenceQuestion>& questions) {
    EncodedRows prompts;
    for (const auto& asked : questions) {
      std::vector<std::size_t> shown;
      std::vector<std::int32_t> labels;
      for (const auto& [row, label] : asked.shown) shown.push_back(row), labels.push_back(label);
      prompts.append(model.encode({rows[asked.row]}, shown_rows(learner, pick(rows, shown), labels)));
    }
    const torch::Tensor log_p = model.logits(prompts, hooks).to(torch::kFloat64).log_softmax(1).contiguous();
    std::vector<std::vector<double>> answers;
    for (std::int64_t i = 0; i < log_p.size(0); ++i) {
      const double* row = log_p.data_ptr<double>() + i * log_p.size(1);
      answers.emplace_back(row, row + log_p.size(1));
    }
    return answers;
  };
}

CoherentLabels search(Step& step, Coherence& coherence) {
  const Json& learner = step.node.params.at("learner");
  const std::uint64_t seed = step.node.params.at("seed");
  const std::int64_t steps = learner.at("steps");
  const RowLabels start =
      guesses(coherence.problem().rows(), learner.at("start"), coherence.problem().classes, seed);
  Random random(seed, "icm.steps");
  return find_coherent_labels(
      coherence, start, cooling_named(learner.at("cooling")), steps, [&] { return random.uniform(); },
      [&](std::int64_t done) {
        check_stop(step.hooks);
        if (step.hooks.progress) step.hooks.progress(done, steps, std::numeric_limits<double>::quiet_NaN());
      });
}

// What the model is shown before every row. Throws Error{invalid_input} where all labels are one.
std::string prefix_of(const Json& learner, const std::vector<Example>& rows, const RowLabels& labels) {
  if (std::all_of(labels.begin(), labels.end(), [&](std::int32_t label) { return label == labels[0]; }))
    throw Error(ErrorKind::invalid_input,
                "the search gave all rows the same label: they predict each other and say nothing")
        .expected("labels of at least two classes")
        .hint(
            "other label words or another text template; more supervisor.start rows; related rows that must "
            "differ (supervisor.in_group)");
  const auto chosen = balanced_rows(labels, learner.at("label_words").size(), learner.at("shots"));
  std::vector<std::int32_t> shown;
  for (const std::size_t row : chosen) shown.push_back(labels[row]);
  return shown_rows(learner, pick(rows, chosen), shown);
}

Json summary_of(Coherence& coherence, const CoherentLabels& found, const std::vector<Example>& rows) {
  Json labels = Json::object();
  for (std::size_t i = 0; i < rows.size(); ++i) labels[rows[i].id] = found.labels[i];
  return {{"ground_truth", Json::array()}, {"rows", rows.size()},
          {"asked", coherence.asked()},    {"accepted", found.accepted},
          {"utility", found.utility},      {"contradictions", coherence.contradictions(found.labels)},
          {"labels", std::move(labels)}};
}

}  // namespace

void run_coherence(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const Json& learner = step.node.params.at("learner");
  const std::uint64_t seed = step.node.params.at("seed");
  const Halves halves = split_halves(inputs.train, seed);
  const auto rows = rows_to_label(pick(inputs.train, halves.supervision), learner.at("rows"), seed);

  AskedModel model(step, learner);
  RunHooks quiet = step.hooks;  // progress counts steps, not the rows of each
  quiet.progress = nullptr;
  Coherence coherence(problem_of(learner, rows, seed), scorer_of(model, learner, rows, quiet));
  const CoherentLabels found = search(step, coherence);

  const std::string prefix = prefix_of(learner, rows, found.labels);
  step.write_predictions({{"test", model.answers(inputs.test, prefix)},
                          {"transfer", model.answers(pick(inputs.train, halves.transfer), prefix)}});
  Json summary = summary_of(coherence, found, rows);
  summary["truncated"] = model.truncated();
  summary["read"] = model.read();
  step.write_summary(summary);
}

}  // namespace qinglan
