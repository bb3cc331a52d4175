#include "worker/model_cache.h"

namespace qinglan {
namespace {

constexpr std::uint64_t kRandomInitSeed =
    0;  // one draw for all run seeds: its features are then computed once

std::string name_of(const std::string& path, torch::Dtype dtype, bool random_init) {
  return path + "|" + std::string(torch::toString(dtype)) + (random_init ? "|random" : "");
}

}  // namespace

const Backbone& ModelCache::upper(const std::string& path, torch::Dtype dtype, bool random_init,
                                  std::int64_t first) {
  const std::string name = name_of(path, dtype, random_init);
  if (const auto whole = models_.find(name); whole != models_.end()) return whole->second->backbone;
  auto& upper = uppers_[name];
  if (!upper || upper->first() > first) {
    upper.reset();  // so that there are never two
    upper = std::make_unique<Backbone>(own_upper(path, dtype, random_init, first));
  }
  return *upper;
}

Backbone ModelCache::own_upper(const std::string& path, torch::Dtype dtype, bool random_init,
                               std::int64_t first) const {
  const ModelSource source = resolve_model(path);
  return random_init ? Backbone::random(source.config, kRandomInitSeed, dtype, first)
                     : Backbone::load(source, dtype, first);
}

const LoadedModel& ModelCache::frozen(const std::string& path, torch::Dtype dtype, bool random_init) {
  auto& model = models_[name_of(path, dtype, random_init)];
  if (!model) model = own(path, dtype, random_init);
  return *model;
}

std::unique_ptr<LoadedModel> ModelCache::own(const std::string& path, torch::Dtype dtype,
                                             bool random_init) const {
  auto model = std::make_unique<LoadedModel>(load_model(path, dtype));
  if (random_init) model->backbone = Backbone::random(model->backbone.config(), kRandomInitSeed, dtype);
  return model;
}

}  // namespace qinglan
