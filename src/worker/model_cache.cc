#include "worker/model_cache.h"

namespace qinglan {

LoadedModel& ModelCache::frozen(const std::string& path, torch::Dtype dtype, bool random_init,
                                const std::string& base) {
  const std::string name =
      path + "|" + std::string(torch::toString(dtype)) + (random_init ? "|random" : "") + "|" + base;
  if (name_ == name) return *model_;
  if (base == "file" && !random_init) {
    forget();
    model_ = std::make_unique<LoadedModel>(load_model(path, dtype, BaseStorage::file));
  } else {
    model_ = own(path, dtype, random_init);
  }
  name_ = name;
  return *model_;
}

std::unique_ptr<LoadedModel> ModelCache::own(const std::string& path, torch::Dtype dtype, bool random_init) {
  forget();
  return std::make_unique<LoadedModel>(random_init ? load_random(path, dtype) : load_model(path, dtype));
}

void ModelCache::forget() {
  name_.clear();
  model_.reset();
}

}  // namespace qinglan
