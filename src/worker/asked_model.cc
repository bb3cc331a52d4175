#include "worker/asked_model.h"

#include "train/flops.h"

namespace qinglan {
namespace {

constexpr char kBetweenShots[] = "\n\n";

Recipe recipe_of(const Json& learner) {
  return Recipe::from_json({{"tune", "probe"},
                            {"dtype", learner.at("dtype")},
                            {"max_tokens", learner.at("max_tokens")},
                            {"label_words", learner.at("label_words")}});
}

}  // namespace

AskedModel::AskedModel(Step& step, const Json& learner)
    : step_(step),
      learner_(learner),
      recipe_(recipe_of(learner)),
      model_(step.models.frozen(step.node.files.at("model"), recipe_.dtype, false, step.node.base)),
      head_(ClassificationHead::of_words(model_.backbone,
                                         label_tokens(model_.tokenizer, recipe_.label_words))) {}

Predictions AskedModel::answers(const std::vector<Example>& examples, const std::string& prefix) {
  return predictions_of(examples, recipe_.label_words.size(),
                        values_of(logits(encode(examples, prefix), step_.hooks)));
}

EncodedRows AskedModel::encode(const std::vector<Example>& examples, const std::string& prefix) const {
  Json values = learner_;
  if (!prefix.empty()) values["prefix"] = prefix;
  return Prompt(values, model_.tokenizer, model_.source.tokenizer_path).encode(examples);
}

torch::Tensor AskedModel::logits(const EncodedRows& rows, const RunHooks& hooks) {
  truncated_ += rows.truncated;
  read_ += rows.ids.size();
  step_.flops += forward_flops(model_.backbone.config(), model_.backbone.config().layers, rows.ids);
  return predict_logits({&model_.backbone, &head_}, rows.ids, hooks);
}

std::string shown_rows(const Json& learner, const std::vector<Example>& rows,
                       const std::vector<std::int32_t>& labels) {
  const std::vector<std::string> texts = render_texts(rows, learner.at("text"));
  std::string shown;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& words = learner.at("label_words").at(static_cast<std::size_t>(labels[i]));
    shown += texts[i] + (words.is_array() ? words.at(0) : words).get<std::string>() + kBetweenShots;
  }
  return shown;
}

}  // namespace qinglan
