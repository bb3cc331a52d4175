// features: pooled hidden states of all rows, train then test, bf16 (experiment/job.h has the file's format).

#include "io/safetensors.h"
#include "text/prompt.h"
#include "train/features.h"
#include "train/recipe.h"
#include "train/tensor_view.h"
#include "worker/step.h"

namespace qinglan {

void run_features(Step& step) {
  const Json& params = step.node.params;
  Json recipe_values = {{"tune", "probe"}};
  for (const char* key : {"depth", "pooling", "max_tokens", "dtype"}) recipe_values[key] = params.at(key);
  const Recipe recipe = Recipe::from_json(recipe_values);
  const LoadedModel& model = step.models.frozen(step.node.files.at("model"), recipe.dtype,
                                                params.value("init", "") == "random", step.node.base);

  const EncodedRows rows = Prompt(params, model.tokenizer, model.source.tokenizer_path)
                               .encode(step.inputs.dataset(step.node.inputs.at("dataset")));

  const FeaturePass pass(model.backbone, rows.ids,
                         {recipe.depth, recipe.poolings(model.backbone.config().kind)});
  step.flops = pass.flops();
  const torch::Tensor features = pass.run(step.store.fs(), step.work, step.hooks).contiguous();
  write_safetensors(step.store.fs(), step.result + "/" + kFeaturesFile, {{"features", view_of(features)}});
  step.write_summary({{"truncated", rows.truncated}, {"width", pass.width()}, {"rows", rows.ids.size()}});
}

}  // namespace qinglan
