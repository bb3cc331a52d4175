// control "zero-shot": the untrained student's own answer on the test rows, by the label words of the spec.

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
  const EncodedRows rows = prompt.encode(inputs.test);
  step.flops = forward_flops(model.backbone.config(), model.backbone.config().layers, rows.ids);
  const torch::Tensor logits = predict_logits({&model.backbone, &head}, rows.ids, step.hooks);
  step.write_predictions(
      {{"test", predictions_of(inputs.test, recipe.label_words.size(), values_of(logits))}});
  step.write_summary({{"truncated", rows.truncated}});
}

}  // namespace qinglan
