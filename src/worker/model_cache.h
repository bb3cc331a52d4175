#pragma once
// The models a job's nodes share, loaded when the first of them needs it: a cohort of adapters has one copy
// of its base.

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>

#include "model/load.h"

namespace qinglan {

class ModelCache {
 public:
  // The blocks from `first` on, frozen; nobody may change them. May hold lower blocks too. References end
  // with the next call.
  const Backbone& upper(const std::string& path, torch::Dtype dtype, bool random_init, std::int64_t first);
  Backbone own_upper(const std::string& path, torch::Dtype dtype, bool random_init, std::int64_t first) const;

  // A frozen model; nobody may change it.
  const LoadedModel& frozen(const std::string& path, torch::Dtype dtype, bool random_init);
  // A model of one's own, to be changed.
  std::unique_ptr<LoadedModel> own(const std::string& path, torch::Dtype dtype, bool random_init) const;

 private:
  std::map<std::string, std::unique_ptr<LoadedModel>> models_;
  std::map<std::string, std::unique_ptr<Backbone>> uppers_;
};

}  // namespace qinglan
