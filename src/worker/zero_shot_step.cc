// A model's own answer before any training, by the label words of the spec: of the untrained student on the
// test rows (a control), of a supervisor on all rows.

#include "text/prompt.h"
#include "train/flops.h"
#include "train/predict.h"
#include "train/recipe.h"
#include "worker/step.h"

namespace qinglan {

void run_zero_shot(Step& step) {
  const Json& learner = step.node.params.at("learner");
  const Recipe recipe = Recipe::from_json({{"tune", "probe"},
                                           {"dtype", learner.at("dtype")},
                                           {"max_tokens", learner.at("max_tokens")},
                                           {"label_words", learner.at("label_words")}});
  const LoadedModel& model =
      step.models.frozen(step.node.files.at("model"), recipe.dtype, false, step.node.base);
  const auto head =
      ClassificationHead::of_words(model.backbone, label_tokens(model.tokenizer, recipe.label_words));

  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const Prompt prompt(learner, model.tokenizer, model.source.tokenizer_path);
  std::uint64_t truncated = 0;
  const auto ask = [&](const std::vector<Example>& examples) {
    const EncodedRows rows = prompt.encode(examples);
    truncated += rows.truncated;
    step.flops += forward_flops(model.backbone.config(), model.backbone.config().layers, rows.ids);
    const torch::Tensor logits = predict_logits({&model.backbone, &head}, rows.ids, step.hooks);
    return predictions_of(examples, recipe.label_words.size(), values_of(logits));
  };
  PredictionSets sets = {{"test", ask(inputs.test)}};
  if (step.node.kind == "weak_floor") sets["train"] = ask(inputs.train);
  step.write_predictions(sets);
  step.write_summary({{"truncated", truncated}});
}

}  // namespace qinglan
