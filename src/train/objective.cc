#include "train/objective.h"

#include "base/error.h"
#include "base/listed.h"
#include "train/objectives/all.h"

namespace qinglan {

const std::vector<ObjectiveEntry>& objectives() {
  static const std::vector<ObjectiveEntry> table = {
      {"naive", make_naive},
      {"logconf", make_logconf},
      {"kl", make_kl},
      {"smoothing", make_smoothing},
      {"temperature", make_temperature},
      {"product", make_product},
      {"window", make_window},
      {"entropy", make_entropy},
      {"entropy_compat", make_entropy_compat},
      {"augconf", make_augconf},
      {"adaptconf", make_adaptconf},
      {"reverse_ce", make_reverse_ce},
      {"reverse_kl", make_reverse_kl},
      {"cace", make_cace},
      {"symmetric", make_symmetric},
      {"forward", make_forward},
      {"channel", make_channel},
  };
  return table;
}

std::unique_ptr<Objective> make_objective(const std::string& name, const Json& parameters,
                                          std::int64_t classes) {
  for (const auto& entry : objectives())
    if (name == entry.name) return entry.make(parameters, classes);
  throw Error(ErrorKind::usage, "no such method: " + name)
      .expected("one of " + listed(objectives(), &ObjectiveEntry::name));
}

RowShares RowShares::of(const TrainingLabels& labels, torch::Dtype dtype) {
  RowShares shares;
  if (!labels.weights().empty()) shares.weights = torch::tensor(labels.weights(), torch::kFloat32).to(dtype);
  if (!labels.anchored().empty())
    shares.anchored = torch::tensor(labels.anchored(), torch::kUInt8).to(torch::kBool);
  return shares;
}

RowShares RowShares::rows(const torch::Tensor& wanted) const {
  const auto some = [&](const torch::Tensor& all) {
    return all.defined() ? all.index_select(0, wanted) : torch::Tensor();
  };
  return {some(weights), some(anchored)};
}

Aim aim_of(const Objective& objective, const BatchView& batch) {
  Aim aim = objective.aim(batch);
  if (batch.shares.anchored.defined()) {
    aim.targets = torch::where(batch.shares.anchored.unsqueeze(1), batch.weak, aim.targets);
    if (aim.weights.defined()) aim.weights = aim.weights.masked_fill(batch.shares.anchored, 1);
  }
  if (batch.shares.weights.defined()) {
    const torch::Tensor share = batch.shares.weights / batch.shares.weights.mean();
    aim.weights = aim.weights.defined() ? aim.weights * share : share;
  }
  return aim;
}

torch::Tensor Objective::losses(const torch::Tensor& logits, const torch::Tensor& targets) const {
  return cross_entropy(logits, targets);
}

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets) {
  return -(torch::log_softmax(logits, 1) * targets).sum(1);
}

torch::Tensor cross_entropy_sum(const torch::Tensor& logits, const torch::Tensor& targets) {
  return cross_entropy(logits, targets).sum();
}

}  // namespace qinglan
