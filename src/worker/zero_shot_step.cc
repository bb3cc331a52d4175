// A language model's answer by label words: as a control of the test rows, as a supervisor of all; few-shot
// after rows with their true labels, the same before every text:
//   <text of a row><first word of its class>\n\n ... <text of the row that is asked>

#include "data/gold_rows.h"
#include "data/shots.h"
#include "data/split.h"
#include "worker/asked_model.h"

namespace qinglan {

void run_zero_shot(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  AskedModel model(step, step.node.params.at("learner"));
  PredictionSets sets = {{"test", model.answers(inputs.test)}};
  if (step.node.kind == "weak_floor") sets["train"] = model.answers(inputs.train);
  step.write_predictions(sets);
  step.write_summary({{"truncated", model.truncated()}, {"read", model.read()}});
}

void run_few_shot(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const GoldRows shots = read_gold_rows(step.store.fs(), step.input("shots") + "/" + kGoldFile);
  const Json& learner = step.node.params.at("learner");
  const std::string prefix =
      shown_rows(learner, pick(inputs.train, rows_by_id(inputs.train, shots.ids)), shots.labels);
  AskedModel model(step, learner);
  const Halves halves = split_halves(inputs.train, step.node.params.at("seed"));
  step.write_predictions({{"test", model.answers(inputs.test, prefix)},
                          {"transfer", model.answers(pick(inputs.train, halves.transfer), prefix)}});
  step.write_summary(
      {{"truncated", model.truncated()}, {"read", model.read()}, {"ground_truth", shots_certificate(shots)}});
}

}  // namespace qinglan
