// control "zero-shot": the untrained student's own answer on the test rows, by the label words of the spec.

#include "text/encode.h"
#include "train/flops.h"
#include "train/predict.h"
#include "train/recipe.h"
#include "worker/step.h"

namespace qinglan {

void run_zero_shot(Step& step) {
  const Json& learner = step.node.params.at("learner");
  const Recipe recipe = Recipe::from_json(
      {{"tune", "probe"}, {"dtype", learner.at("dtype")}, {"max_tokens", learner.at("max_tokens")}});
  const LoadedModel& model = step.models.frozen(step.node.files.at("model"), recipe.dtype, false);
  std::vector<std::int32_t> words;
  for (const auto& word : learner.at("label_words"))
    words.push_back(label_token(model.tokenizer, word.get<std::string>()));

  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const EncodedRows rows =
      encode_rows(model.tokenizer, render_texts(inputs.test, learner.at("text")), recipe.max_tokens);
  step.flops = forward_flops(model.backbone.config(), model.backbone.config().layers, rows.ids);
  const torch::Tensor logits = zero_shot_logits(model.backbone, rows.ids, words, step.hooks).contiguous();
  const float* values = logits.data_ptr<float>();
  step.write_predictions(
      {{"test", predictions_of(inputs.test, words.size(), {values, values + logits.numel()})}});
  step.write_summary({{"truncated", rows.truncated}});
}

}  // namespace qinglan
