#pragma once
// The one model a job's nodes share, loaded when the first of them needs it.

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>

#include "model/load.h"

namespace qinglan {

class ModelCache {
 public:
  // A frozen model; nobody may change it.
  const LoadedModel& frozen(const std::string& path, torch::Dtype dtype, bool random_init);
  // A model of one's own, to be changed.
  std::unique_ptr<LoadedModel> own(const std::string& path, torch::Dtype dtype, bool random_init) const;

 private:
  std::map<std::string, std::unique_ptr<LoadedModel>> models_;
};

}  // namespace qinglan
