#include "worker/model_cache.h"

namespace qinglan {
namespace {

std::string name_of(const std::string& path, torch::Dtype dtype, bool random_init, const std::string& base) {
  return path + "|" + std::string(torch::toString(dtype)) + (random_init ? "|random" : "") + "|" + base;
}

BaseStorage storage_of(const std::string& base) {
  return base == "file" ? BaseStorage::file : BaseStorage::compute;
}

}  // namespace

Backbone ModelCache::make_upper(const std::string& path, torch::Dtype dtype, bool random_init,
                                const std::string& base, std::int64_t first) const {
  const ModelSource source = resolve_model(path);
  return random_init ? Backbone::random(source.config, kRandomInitSeed, dtype, first, device_)
                     : Backbone::load(source, dtype, storage_of(base), first, device_);
}

LoadedModel& ModelCache::frozen(const std::string& path, torch::Dtype dtype, bool random_init,
                                const std::string& base) {
  const std::string name = name_of(path, dtype, random_init, base);
  if (model_ && name_ == name) return *model_;
  forget();
  model_ = std::make_unique<LoadedModel>(random_init ? load_random(path, dtype, device_)
                                                     : load_model(path, dtype, storage_of(base), device_));
  name_ = name;
  return *model_;
}

const Backbone& ModelCache::upper(const std::string& path, torch::Dtype dtype, bool random_init,
                                  const std::string& base, std::int64_t first) {
  const std::string name = name_of(path, dtype, random_init, base);
  if (model_ && name_ == name) return model_->backbone;
  if (upper_ && name_ == name && upper_->first() <= first) return *upper_;
  forget();
  upper_ = std::make_unique<Backbone>(make_upper(path, dtype, random_init, base, first));
  name_ = name;
  return *upper_;
}

std::unique_ptr<LoadedModel> ModelCache::own(const std::string& path, torch::Dtype dtype, bool random_init) {
  forget();
  return std::make_unique<LoadedModel>(random_init ? load_random(path, dtype, device_)
                                                   : load_model(path, dtype, BaseStorage::compute, device_));
}

Backbone ModelCache::own_upper(const std::string& path, torch::Dtype dtype, bool random_init,
                               std::int64_t first) {
  forget();
  return make_upper(path, dtype, random_init, "compute", first);
}

void ModelCache::forget() {
  name_.clear();
  model_.reset();
  upper_.reset();
}

}  // namespace qinglan
