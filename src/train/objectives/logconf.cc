#include "base/error.h"
#include "train/harden.h"
#include "train/objectives/all.h"
#include "train/prior.h"
#include "train/published_harden.h"

namespace qinglan {
namespace {

// Cross-entropy is linear in its targets, so the two terms are one with mixed targets.
class Logconf : public OwnView {
 public:
  // `prior` as the spec says it.
  Logconf(Ramp ramp, Json prior) : OwnView(ramp), prior_(std::move(prior)) {}

 private:
  torch::Tensor own(const BatchView& batch) const override {
    return harden(batch.student, batch.hashes, resolve_prior(prior_, batch.prior));
  }

  Json prior_;
};

// Below 0: the labels' own mean, which these two forms take of the batch.
double level_of(const Json& prior) {
  return prior == "weak" ? -1 : resolve_prior(prior, std::vector<double>(2))[1];
}

class QuantileLogconf : public OwnView {
 public:
  QuantileLogconf(Ramp ramp, double level) : OwnView(ramp), level_(level) {}

 private:
  torch::Tensor own(const BatchView& batch) const override {
    const torch::Tensor level = level_ < 0 ? as_drawn(batch.weak, batch.drawn).select(1, 1).mean()
                                           : torch::full({}, level_, batch.weak.options());
    return harden_at_quantile(batch.student, level);
  }

  double level_;
};

class BufferLogconf : public OwnView {
 public:
  BufferLogconf(Ramp ramp, QuantileBuffer buffer) : OwnView(ramp), buffer_(buffer) {}

  // The buffer fills from the first step on.
  bool needs_batch_forward(const Progress&) const override { return ramp().most > 0; }
  std::int64_t remembers() const override { return ramp().most > 0 ? buffer_.size - 1 : 0; }

 private:
  torch::Tensor own(const BatchView& batch) const override {
    if (batch.earlier.defined()) return buffer_.harden(batch.student, batch.weak, batch.drawn, batch.earlier);
    const double level = buffer_.level < 0 ? 0.5 : buffer_.level;
    return harden_at_quantile(batch.student, torch::full({}, level, batch.weak.options()));
  }

  QuantileBuffer buffer_;
};

}  // namespace

std::unique_ptr<Objective> make_logconf(const Json& parameters, std::int64_t classes) {
  const Json prior = get_field<Json>(parameters, "prior", "method.logconf");
  // Refuses it before training starts.
  resolve_prior(prior, std::vector<double>(static_cast<std::size_t>(classes)));
  const std::string threshold = parameters.value("threshold", "rank");
  if (threshold == "rank") return std::make_unique<Logconf>(ramp_of(parameters), prior);
  if (classes != 2)
    throw Error(ErrorKind::usage, "method.logconf.threshold = \"" + threshold + "\" hardens two classes")
        .found(std::to_string(classes) + " classes")
        .hint("leave threshold at \"rank\"");
  const double level = level_of(prior);
  if (threshold == "quantile") return std::make_unique<QuantileLogconf>(ramp_of(parameters), level);
  const QuantileBuffer buffer{parameters.value("buffer", std::int64_t{32}),
                              parameters.value("micro", std::int64_t{1}), level};
  return std::make_unique<BufferLogconf>(ramp_of(parameters), buffer);
}

}  // namespace qinglan
