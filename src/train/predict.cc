#include "train/predict.h"

#include <limits>
#include <numeric>

#include "base/error.h"
#include "train/packing.h"

namespace qinglan {

torch::Tensor predict_logits(const Student& student, const InputRows& rows, const RunHooks& hooks) {
  torch::NoGradGuard no_grad;
  const Beginnings beginnings = student.backbone->beginnings();
  const auto total = static_cast<std::int64_t>(rows.size());
  std::vector<std::int64_t> all(rows.size());
  std::iota(all.begin(), all.end(), 0);
  const PackPlan plan = rows.plan(all, kForwardPackTokens, beginnings);
  torch::Tensor logits = torch::empty({total, student.head->classes()}, torch::kFloat32);
  for (std::size_t pack = 0; pack < plan.size(); ++pack) {
    check_stop(hooks);
    const auto members = plan.rows(pack);
    const torch::Tensor index =
        torch::tensor(std::vector<std::int64_t>(members.begin(), members.end()), torch::kInt64);
    const torch::Tensor hidden =
        student.backbone->pooled(rows.pack(members, beginnings), student.pooling, student.adapter);
    logits.index_copy_(0, index, student.head->forward(hidden).to(torch::kFloat32));
    if (hooks.progress)
      hooks.progress(plan.packs[pack].second, total, std::numeric_limits<double>::quiet_NaN());
  }
  return logits;
}

}  // namespace qinglan
