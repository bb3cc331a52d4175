// A language model's answer by label words: as a control of the test rows, as a supervisor of all; few-shot
// after rows with their true labels, the same before every text:
//   <text of a row><first word of its class>\n\n ... <text of the row that is asked>

#include "data/gold_rows.h"
#include "data/shots.h"
#include "data/split.h"
#include "text/prompt.h"
#include "train/flops.h"
#include "train/predict.h"
#include "train/recipe.h"
#include "worker/step.h"

namespace qinglan {
namespace {

constexpr char kBetweenShots[] = "\n\n";

std::string shown(const Json& learner, const std::vector<Example>& train, const GoldRows& shots) {
  std::map<std::string, const Example*> by_id;
  for (const auto& row : train) by_id[row.id] = &row;
  std::string text;
  for (std::size_t i = 0; i < shots.size(); ++i) {
    const Json& words = learner.at("label_words").at(static_cast<std::size_t>(shots.labels[i]));
    text += render_texts({*by_id.at(shots.ids[i])}, learner.at("text")).front() +
            (words.is_array() ? words.at(0) : words).get<std::string>() + kBetweenShots;
  }
  return text;
}

// Adds to the summary how many rows lost tokens.
class Asked {
 public:
  Asked(Step& step, Json learner)
      : step_(step),
        recipe_(Recipe::from_json({{"tune", "probe"},
                                   {"dtype", learner.at("dtype")},
                                   {"max_tokens", learner.at("max_tokens")},
                                   {"label_words", learner.at("label_words")}})),
        model_(step.models.frozen(step.node.files.at("model"), recipe_.dtype, false, step.node.base)),
        head_(ClassificationHead::of_words(model_.backbone,
                                           label_tokens(model_.tokenizer, recipe_.label_words))),
        prompt_(learner, model_.tokenizer, model_.source.tokenizer_path) {}

  Predictions operator()(const std::vector<Example>& examples) {
    const EncodedRows rows = prompt_.encode(examples);
    truncated_ += rows.truncated;
    step_.flops += forward_flops(model_.backbone.config(), model_.backbone.config().layers, rows.ids);
    const torch::Tensor logits = predict_logits({&model_.backbone, &head_}, rows.ids, step_.hooks);
    return predictions_of(examples, recipe_.label_words.size(), values_of(logits));
  }
  std::uint64_t truncated() const { return truncated_; }

 private:
  Step& step_;
  Recipe recipe_;
  const LoadedModel& model_;
  ClassificationHead head_;
  Prompt prompt_;
  std::uint64_t truncated_ = 0;
};

}  // namespace

void run_zero_shot(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  Asked ask(step, step.node.params.at("learner"));
  PredictionSets sets = {{"test", ask(inputs.test)}};
  if (step.node.kind == "weak_floor") sets["train"] = ask(inputs.train);
  step.write_predictions(sets);
  step.write_summary({{"truncated", ask.truncated()}});
}

void run_few_shot(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const GoldRows shots = read_gold_rows(step.store.fs(), step.input("shots") + "/" + kGoldFile);
  Json learner = step.node.params.at("learner");
  learner["prefix"] = shown(learner, inputs.train, shots);
  Asked ask(step, learner);
  const Halves halves = split_halves(inputs.train, step.node.params.at("seed"));
  step.write_predictions(
      {{"test", ask(inputs.test)}, {"transfer", ask(pick(inputs.train, halves.transfer))}});
  step.write_summary({{"truncated", ask.truncated()}, {"ground_truth", shots_certificate(shots)}});
}

}  // namespace qinglan
