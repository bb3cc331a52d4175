#include "worker/model_cache.h"

namespace qinglan {

const LoadedModel& ModelCache::frozen(const std::string& path, torch::Dtype dtype, bool random_init) {
  const std::string name = path + "|" + std::string(torch::toString(dtype)) + (random_init ? "|random" : "");
  auto& model = models_[name];
  if (!model) model = own(path, dtype, random_init);
  return *model;
}

std::unique_ptr<LoadedModel> ModelCache::own(const std::string& path, torch::Dtype dtype,
                                             bool random_init) const {
  auto model = std::make_unique<LoadedModel>(load_model(path, dtype));
  // One draw for all run seeds: its features are then computed once.
  if (random_init) model->backbone = Backbone::random(model->backbone.config(), 0, dtype);
  return model;
}

}  // namespace qinglan
