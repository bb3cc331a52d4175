// weak_labels: what the supervisor says of one seed's transfer half, as labels to train on.

#include "base/error.h"
#include "data/split.h"
#include "supervise/relabel.h"
#include "worker/step.h"

namespace qinglan {
namespace {

Predictions rows_of(const Predictions& all, const std::vector<Example>& train,
                    const std::vector<std::size_t>& wanted) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < all.size(); ++i) place[all.ids[i]] = i;
  Predictions some{{}, all.classes, {}};
  for (const std::size_t index : wanted) {
    const auto it = place.find(train[index].id);
    QL_CHECK(it != place.end(), "the supervisor did not answer for " + train[index].id);
    some.ids.push_back(it->first);
    const auto begin = all.logits.begin() + static_cast<std::ptrdiff_t>(it->second * all.classes);
    some.logits.insert(some.logits.end(), begin, begin + static_cast<std::ptrdiff_t>(all.classes));
  }
  return some;
}

// A student of a chain whose training diverged has no answers to teach with.
void require_answers(const Step& step) {
  const std::string path = step.input("floor") + "/" + kSummaryFile;
  const Json summary = parse_json(step.store.fs().read(path), path);
  if (const auto failure = summary.find("failure"); failure != summary.end())
    throw Error(ErrorKind::invalid_input, "its teacher failed: " + failure->value("message", ""));
}

}  // namespace

void run_weak_labels(Step& step) {
  if (step.node.inputs.contains("labels")) return run_label_stage(step);
  const std::uint64_t seed = step.node.params.at("seed");
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  require_answers(step);
  const PredictionSets floor = read_predictions(step.input("floor") + "/" + kPredictionsFile);
  const Predictions& all = floor.contains("transfer") ? floor.at("transfer") : floor.at("train");
  WeakLabels labels = labels_from(rows_of(all, inputs.train, split_halves(inputs.train, seed).transfer),
                                  {{"floor", step.node.inputs.at("floor")}, {"seed", seed}});
  mark_abstentions(labels);
  if (step.node.params.at("transform") == "shuffle") labels = shuffle_labels(labels, seed);
  write_weak_labels(step.store.fs(), step.result + "/" + kLabelsFile, labels);
}

}  // namespace qinglan
