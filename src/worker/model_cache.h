#pragma once
// The one model a job's nodes share, loaded when the first of them needs it.

#include <torch/torch.h>

#include <memory>
#include <string>

#include "model/load.h"

namespace qinglan {

class ModelCache {
 public:
  // A frozen model: whoever puts an adapter or a head on it leaves its weights as they are. `base`: how they
  // are held (Node::base).
  LoadedModel& frozen(const std::string& path, torch::Dtype dtype, bool random_init, const std::string& base);
  // A model of one's own, to be changed. Any other is forgotten first: one at a time is in memory.
  std::unique_ptr<LoadedModel> own(const std::string& path, torch::Dtype dtype, bool random_init);

 private:
  void forget();
  std::string name_;
  std::unique_ptr<LoadedModel> model_;
};

}  // namespace qinglan
