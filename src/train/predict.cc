#include "train/predict.h"

#include <functional>
#include <limits>

#include "base/error.h"
#include "train/packing.h"

namespace qinglan {
namespace {

using PackAnswer = std::function<torch::Tensor(const PackedBatch&)>;  // [rows of the pack, K]

torch::Tensor answer_rows(std::span<const std::vector<std::int32_t>> rows, std::int64_t classes,
                          const PackAnswer& answer, const RunHooks& hooks) {
  torch::NoGradGuard no_grad;
  const PackPlan plan = plan_packs(rows, kForwardPackTokens);
  const auto total = static_cast<std::int64_t>(rows.size());
  torch::Tensor logits = torch::empty({total, classes}, torch::kFloat32);
  for (std::size_t pack = 0; pack < plan.size(); ++pack) {
    check_stop(hooks);
    const auto members = plan.rows(pack);
    std::vector<const std::vector<std::int32_t>*> tokens;
    for (const std::int64_t row : members) tokens.push_back(&rows[row]);
    const torch::Tensor index =
        torch::tensor(std::vector<std::int64_t>(members.begin(), members.end()), torch::kInt64);
    logits.index_copy_(0, index, answer(PackedBatch::pack(tokens)).to(torch::kFloat32));
    if (hooks.progress)
      hooks.progress(plan.packs[pack].second, total, std::numeric_limits<double>::quiet_NaN());
  }
  return logits;
}

}  // namespace

torch::Tensor predict_logits(const Student& student, std::span<const std::vector<std::int32_t>> rows,
                             const RunHooks& hooks) {
  const std::int64_t classes = student.head->classes();
  return answer_rows(
      rows, classes,
      [&](const PackedBatch& batch) {
        const torch::Tensor hidden = student.backbone->forward(batch, student.adapter);
        return student.head->forward(pool(hidden, batch.lengths, student.pooling));
      },
      hooks);
}

}  // namespace qinglan
