// A fit whose learner is an ensemble of n-gram models or of probes: members that learn the same rows in
// other shares, and answer together.

#include <cmath>

#include "base/error.h"
#include "supervise/ensemble.h"
#include "train/probe.h"
#include "worker/fit_task.h"

namespace qinglan {
namespace {

std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// Members answer the transfer rows, then the test rows.
TrainMember ngram_members(const Step& step, const FitTask& task) {
  const Json& learner = step.node.params.at("learner");
  const std::string text = learner.at("text");
  auto trained = render_texts(pick(task.inputs.train, task.train.rows), text);
  auto asked = render_texts(task.transfer, text);
  for (auto& test : render_texts(task.inputs.test, text)) asked.push_back(std::move(test));
  return [&task, trained, asked, config = ngram_config(learner)](const std::vector<float>& shares) {
    const NgramModel model = NgramModel::fit(trained, task.train.labels, config, shares);
    return MemberAnswers{model.logits(trained), model.logits(asked)};
  };
}

// The penalty is chosen once, on rows of equal shares.
TrainMember probe_members(Step& step, const FitTask& task) {
  const torch::Tensor features = step.inputs.features(step.node.inputs.at("features"));
  const auto train = static_cast<std::int64_t>(task.inputs.train.size());
  QL_CHECK(features.size(0) == train + static_cast<std::int64_t>(task.inputs.test.size()),
           "features are for other rows");
  const Recipe recipe = recipe_of(step);
  const SharedProblem shared =
      step.inputs.problem(step.node, task.train.rows, task.train.labels, recipe.probe);
  const std::shared_ptr<const Objective> objective = objective_of(step, task);
  return [=, &step, &task, &features](const std::vector<float>& shares) {
    const Probe probe = Probe::fit(*shared.problem, task.train.labels, *objective, recipe.probe, shares);
    step.flops = probe.flops() - shared.flops_before;
    return MemberAnswers{values_of(probe.logits(feature_rows(features, task.train.rows))),
                         joined(values_of(probe.logits(feature_rows(features, task.transfer_rows))),
                                values_of(probe.logits(features.slice(0, train))))};
  };
}

EnsembleAnswers answers_of(Step& step, const FitTask& task) {
  const Json& ensemble = step.node.params.at("ensemble");
  const bool ngrams = step.node.params.at("learner").at("kind") == "ngrams";
  const TrainMember member = ngrams ? ngram_members(step, task) : probe_members(step, task);
  const std::size_t classes = task.classes(), rounds = ensemble.at("rounds");
  std::int64_t done = 0;
  const TrainMember train = [&](const std::vector<float>& shares) {
    check_stop(step.hooks);
    MemberAnswers answers = member(shares);
    if (step.hooks.progress) step.hooks.progress(++done, static_cast<std::int64_t>(rounds), NAN);
    return answers;
  };
  if (ensemble.at("kind") == "bagging")
    return bag(task.train.labels.size(), classes, rounds, task.seed, train);
  return boost(classes_of(task.train.labels.p(), classes), classes, rounds, train);
}

}  // namespace

void run_ensemble(Step& step) {
  const FitTask task = read_fit_task(step);
  const EnsembleAnswers answers = answers_of(step, task);
  const auto transfer =
      answers.logits.begin() + static_cast<std::ptrdiff_t>(task.transfer.size() * task.classes());
  step.write_predictions(
      {{"transfer", predictions_of(task.transfer, task.classes(), {answers.logits.begin(), transfer})},
       {"test", predictions_of(task.inputs.test, task.classes(), {transfer, answers.logits.end()})}});
  Json summary = summary_of(task);
  summary["ensemble"] = answers.facts;
  if (answers.facts.contains("stopped")) summary["remark"] = answers.facts["stopped"];
  step.write_summary(summary);
}

}  // namespace qinglan
