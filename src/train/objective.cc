#include "train/objective.h"

#include "base/error.h"
#include "train/harden.h"
#include "train/prior.h"

namespace qinglan {
namespace {

// CE(f, f_w).
class Naive : public Objective {
 public:
  bool needs_batch_forward(double) const override { return false; }
  torch::Tensor targets(const BatchView& batch) const override { return batch.weak; }
};

// (1 - a) CE(f, f_w) + a CE(f, hardened f), which is CE(f, (1 - a) f_w + a hardened f) since CE is linear in
// its targets; a(s) = alpha min(1, s / warmup). Burns et al. 2023, paper form as settled in SCIENCE.
class Logconf : public Objective {
 public:
  // `prior` as the spec says it.
  Logconf(double alpha, double warmup, Json prior)
      : alpha_(alpha), warmup_(warmup), prior_(std::move(prior)) {}

  bool needs_batch_forward(double progress) const override { return weight(progress) > 0; }

  torch::Tensor targets(const BatchView& batch) const override {
    const double a = weight(batch.progress);
    if (a <= 0) return batch.weak;
    torch::NoGradGuard no_grad;
    const std::vector<double> prior = resolve_prior(prior_, batch.prior);
    const torch::Tensor hard = harden(batch.student, batch.hashes, prior).to(batch.weak.scalar_type());
    return batch.weak * (1 - a) + hard * a;
  }

 private:
  double weight(double progress) const { return progress >= warmup_ ? alpha_ : alpha_ * progress / warmup_; }

  double alpha_, warmup_;
  Json prior_;
};

std::unique_ptr<Objective> make_naive(const Json&, std::int64_t) { return std::make_unique<Naive>(); }

std::unique_ptr<Objective> make_logconf(const Json& parameters, std::int64_t classes) {
  const std::string source = "method.logconf";
  const Json prior = get_field<Json>(parameters, "prior", source);
  resolve_prior(prior,
                std::vector<double>(static_cast<std::size_t>(classes)));  // refuses it before training starts
  return std::make_unique<Logconf>(get_field<double>(parameters, "alpha", source),
                                   get_field<double>(parameters, "warmup", source), prior);
}

}  // namespace

const std::vector<ObjectiveEntry>& objectives() {
  static const std::vector<ObjectiveEntry> table = {{"naive", make_naive}, {"logconf", make_logconf}};
  return table;
}

std::unique_ptr<Objective> make_objective(const std::string& name, const Json& parameters,
                                          std::int64_t classes) {
  std::string known;
  for (const auto& entry : objectives()) {
    if (name == entry.name) return entry.make(parameters, classes);
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(ErrorKind::usage, "no such method: " + name).expected("one of " + known);
}

torch::Tensor cross_entropy_sum(const torch::Tensor& logits, const torch::Tensor& targets) {
  return -(torch::log_softmax(logits, 1) * targets).sum();
}

}  // namespace qinglan
