#include "train/predict.h"

#include <functional>
#include <limits>

#include "base/error.h"
#include "train/packing.h"

namespace qinglan {
namespace {

using PackAnswer = std::function<torch::Tensor(const PackedBatch&)>;  // [rows of the pack, K]

torch::Tensor answer_rows(const InputRows& rows, std::int64_t classes, const PackAnswer& answer,
                          const RunHooks& hooks) {
  torch::NoGradGuard no_grad;
  const PackPlan plan = plan_packs(rows.lengths(), kForwardPackTokens);
  const auto total = static_cast<std::int64_t>(rows.size());
  torch::Tensor logits = torch::empty({total, classes}, torch::kFloat32);
  for (std::size_t pack = 0; pack < plan.size(); ++pack) {
    check_stop(hooks);
    const auto members = plan.rows(pack);
    const torch::Tensor index =
        torch::tensor(std::vector<std::int64_t>(members.begin(), members.end()), torch::kInt64);
    logits.index_copy_(0, index, answer(rows.pack(members)).to(torch::kFloat32));
    if (hooks.progress)
      hooks.progress(plan.packs[pack].second, total, std::numeric_limits<double>::quiet_NaN());
  }
  return logits;
}

}  // namespace

torch::Tensor predict_logits(const Student& student, const InputRows& rows, const RunHooks& hooks) {
  const std::int64_t classes = student.head->classes();
  return answer_rows(
      rows, classes,
      [&](const PackedBatch& batch) {
        return student.head->forward(student.backbone->pooled(batch, student.pooling, student.adapter));
      },
      hooks);
}

}  // namespace qinglan
