#include "base/error.h"
#include "train/objectives/all.h"

namespace qinglan {

double number_of(const Json& parameters, const char* name) {
  return get_field<double>(parameters, name, "parameters of the method");
}

Ramp ramp_of(const Json& parameters) {
  return {number_of(parameters, "alpha"), number_of(parameters, "warmup"),
          parameters.value("warmup_steps", std::int64_t{0}), parameters.value("jump", false)};
}

Aim OwnView::aim(const BatchView& batch) const {
  const double a = ramp_.at(batch.progress);
  if (a <= 0) return {batch.weak};
  return {batch.weak * (1 - a) + own(batch).to(batch.weak.scalar_type()) * a};
}

torch::Tensor floored(const torch::Tensor& y, double eps) {
  return y * (1 - eps) + eps / static_cast<double>(y.size(1));
}

torch::Tensor reverse_cross_entropy(const torch::Tensor& logits, const torch::Tensor& y) {
  return -(torch::softmax(logits, 1) * y.log()).sum(1);
}

torch::Tensor negative_entropy(const torch::Tensor& logits) {
  const torch::Tensor log_p = torch::log_softmax(logits, 1);
  return (log_p.exp() * log_p).sum(1);
}

torch::Tensor one_hot_argmax(const torch::Tensor& p) {
  // argmax promises no order among ties; the first of the row's maxima does.
  const torch::Tensor top = p == p.amax(1, /*keepdim=*/true);
  return (top & (top.cumsum(1) == 1)).to(p.scalar_type());
}

}  // namespace qinglan
