#pragma once
// The models a job's nodes share, loaded when the first of them needs it: a cohort of adapters has one copy
// of its base.

#include <torch/torch.h>

#include <memory>
#include <string>

#include "model/load.h"

namespace qinglan {

class ModelCache {
 public:
  // Models are loaded to `device`.
  explicit ModelCache(const torch::Device& device = torch::kCPU) : device_(device) {}

  // A frozen model: whoever puts an adapter or a head on it leaves its weights as they are. `base`: how they
  // are held (Node::base).
  LoadedModel& frozen(const std::string& path, torch::Dtype dtype, bool random_init, const std::string& base);
  // The blocks from `first` on, frozen. May hold lower blocks too. References to a model end with the next
  // call.
  const Backbone& upper(const std::string& path, torch::Dtype dtype, bool random_init,
                        const std::string& base, std::int64_t first);

  // A model of one's own, to be changed. Any other is forgotten first: one at a time is in memory.
  std::unique_ptr<LoadedModel> own(const std::string& path, torch::Dtype dtype, bool random_init);
  Backbone own_upper(const std::string& path, torch::Dtype dtype, bool random_init, std::int64_t first);

 private:
  void forget();
  Backbone make_upper(const std::string& path, torch::Dtype dtype, bool random_init, const std::string& base,
                      std::int64_t first) const;

  torch::Device device_;
  std::string name_;  // of what is held: a whole model or an upper part
  std::unique_ptr<LoadedModel> model_;
  std::unique_ptr<Backbone> upper_;
};

}  // namespace qinglan
