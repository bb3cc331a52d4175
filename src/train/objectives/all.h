#pragma once
// One function an objective, each in its own file, and what several share. The formulas stand in
// catalog/methods/.

#include "catalog/ramp.h"
#include "train/objective.h"

namespace qinglan {

std::unique_ptr<Objective> make_naive(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_logconf(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_kl(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_smoothing(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_temperature(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_product(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_window(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_entropy(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_entropy_compat(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_augconf(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_adaptconf(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_reverse_ce(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_reverse_kl(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_cace(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_symmetric(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_forward(const Json& parameters, std::int64_t classes);
std::unique_ptr<Objective> make_channel(const Json& parameters, std::int64_t classes);

// A parameter of the method that `parameters` resolve; throws Error{usage} where it is absent.
double number_of(const Json& parameters, const char* name);

// Of the method's alpha and warm-up.
Ramp ramp_of(const Json& parameters);

// The labels mixed with a view of the student's own, y (1 - a) + own a, whose weight a grows from 0.
class OwnView : public Objective {
 public:
  explicit OwnView(Ramp ramp) : ramp_(ramp) {}
  bool needs_batch_forward(const Progress& now) const override { return ramp_.at(now) > 0; }
  Aim aim(const BatchView& batch) const override;

 protected:
  // [B, K], rows sum to 1, from BatchView::student.
  virtual torch::Tensor own(const BatchView& batch) const = 0;
  const Ramp& ramp() const { return ramp_; }

 private:
  Ramp ramp_;
};

// (1 - eps) y + eps / K.
torch::Tensor floored(const torch::Tensor& y, double eps);
// -sum_c p_c log y_c of each row, p = softmax(logits): [b].
torch::Tensor reverse_cross_entropy(const torch::Tensor& logits, const torch::Tensor& y);
// sum_c p_c log p_c of each row: [b].
torch::Tensor negative_entropy(const torch::Tensor& logits);
// One-hot argmax of each row, ties by lowest class, of p's type.
torch::Tensor one_hot_argmax(const torch::Tensor& p);

}  // namespace qinglan
