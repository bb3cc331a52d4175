#include "train/adamw.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/by_type.h"
#include "model/operators.h"
#include "model/share.h"
#include "train/update_kernels.h"

namespace qinglan {
namespace {

using update_kernels::Bf16;
using update_kernels::Parameters;

constexpr std::int64_t kBlock =
    1 << 15;  // elements a thread takes at a time, and whose squares are one partial sum

template <typename T>
const T* data_of(const torch::Tensor& tensor) {
  return static_cast<const T*>(tensor.const_data_ptr());
}

Parameters at(const Parameters& p, std::int64_t element) {
  return {p.master + element, p.m + element, p.v + element, p.copy ? p.copy + element : nullptr};
}

double square_sum(const torch::Tensor& values) {
  if (operators::serve(values.device())) return values.to(torch::kFloat64).square().sum().item<double>();
  const std::int64_t count = values.numel(), blocks = (count + kBlock - 1) / kBlock;
  std::vector<double> partial(static_cast<std::size_t>(blocks));
  by_type(values, [&]<typename T>(T*) {
    share(count, kBlock, [&](std::int64_t begin, std::int64_t end) {
      partial[static_cast<std::size_t>(begin / kBlock)] =
          update_kernels::square_sum(data_of<T>(values) + begin, end - begin);
    });
  });
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum;
}

}  // namespace

struct AdamWFactors : update_kernels::Step {};

AdamW::AdamW(std::vector<NamedTensor> masters, AdamWOptions options, std::vector<torch::Tensor> copies)
    : masters_(std::move(masters)), copies_(std::move(copies)), moving_(masters_.size()), options_(options) {
  copies_.resize(masters_.size());
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    auto& master = masters_[i];
    QL_CHECK(master.tensor.scalar_type() == torch::kFloat32 && master.tensor.is_contiguous(),
             "master " + master.name);
    master.tensor = master.tensor.detach();
    m_.push_back({master.name, torch::zeros_like(master.tensor)});
    v_.push_back({master.name, torch::zeros_like(master.tensor)});
    if (!copies_[i].defined()) continue;
    copies_[i] = copies_[i].detach();
    QL_CHECK(copies_[i].scalar_type() == torch::kBFloat16 && copies_[i].is_contiguous() &&
                 copies_[i].sizes() == master.tensor.sizes(),
             "copy of " + master.name);
  }
}

void AdamW::step(const std::vector<torch::Tensor>& gradients, double lr, double factor) {
  QL_CHECK(gradients.size() == masters_.size(), "a gradient a master");
  ++steps_;
  if (!masters_.empty() && operators::serve(masters_.front().tensor.device()))
    return step_fused(gradients, lr, factor);
  const auto t = static_cast<double>(steps_);
  AdamWFactors factors;
  factors.beta2 = static_cast<float>(options_.beta2);
  factors.first = static_cast<float>(1 - options_.beta1);
  factors.second = static_cast<float>(1 - options_.beta2);
  factors.epsilon = static_cast<float>(options_.epsilon);
  factors.decay = static_cast<float>(1 - lr * options_.weight_decay);
  factors.rate = static_cast<float>(lr / (1 - std::pow(options_.beta1, t)));
  factors.deviation = static_cast<float>(1 / std::sqrt(1 - std::pow(options_.beta2, t)));
  factors.gradient = static_cast<float>(factor);
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    QL_CHECK(gradients[i].sizes() == masters_[i].tensor.sizes(), "a gradient of another shape");
    gradients[i].is_sparse() ? step_rows(i, gradients[i], factors) : step_dense(i, gradients[i], factors);
  }
}

void AdamW::step_fused(const std::vector<torch::Tensor>& gradients, double lr, double factor) {
  std::vector<torch::Tensor> masters, fp32, first, second, counts;
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    const auto& master = masters_[i].tensor;
    const auto dense = gradients[i].is_sparse() ? gradients[i].to_dense() : gradients[i];
    masters.push_back(master);
    fp32.push_back(dense.to(torch::kFloat32) * factor);
    first.push_back(m_[i].tensor);
    second.push_back(v_[i].tensor);
    counts.push_back(torch::full({}, static_cast<double>(steps_), master.options()));
  }
  at::_fused_adamw_(masters, fp32, first, second, /*max_exp_avg_sqs=*/{}, counts, lr, options_.beta1,
                    options_.beta2, options_.weight_decay, options_.epsilon, /*amsgrad=*/false,
                    /*maximize=*/false);
  for (std::size_t i = 0; i < masters_.size(); ++i)
    if (copies_[i].defined()) copies_[i].copy_(masters_[i].tensor);
}

void AdamW::step_dense(std::size_t i, const torch::Tensor& gradient, const AdamWFactors& factors) {
  QL_CHECK(gradient.is_contiguous(), "gradient of " + masters_[i].name);
  const Parameters all{masters_[i].tensor.data_ptr<float>(), m_[i].tensor.data_ptr<float>(),
                       v_[i].tensor.data_ptr<float>(),
                       copies_[i].defined() ? static_cast<Bf16*>(copies_[i].data_ptr()) : nullptr};
  by_type(gradient, [&]<typename T>(T*) {
    share(gradient.numel(), kBlock, [&](std::int64_t begin, std::int64_t end) {
      update_kernels::adamw(factors, at(all, begin), data_of<T>(gradient) + begin, end - begin);
    });
  });
}

void AdamW::step_rows(std::size_t i, const torch::Tensor& gradient, const AdamWFactors& factors) {
  QL_CHECK(gradient.is_coalesced() && gradient.dim() == 2 && gradient._indices().size(0) == 1,
           "a sparse gradient is coalesced rows of a matrix");
  const torch::Tensor numbers = gradient._indices().contiguous(), values = gradient._values().contiguous();
  const std::int64_t rows = gradient.size(0), width = gradient.size(1);
  auto& moving = moving_[i];
  if (moving.empty()) {  // a state that was taken up again has rows that move
    moving.assign(static_cast<std::size_t>(rows), options_.weight_decay != 0);
    const auto held = (m_[i].tensor != 0).logical_or_(v_[i].tensor != 0).any(1).contiguous();
    if (steps_ > 1)
      for (std::int64_t row = 0; row < rows; ++row)
        moving[static_cast<std::size_t>(row)] |= static_cast<std::uint8_t>(held.const_data_ptr<bool>()[row]);
  }
  std::vector<std::int64_t> place(static_cast<std::size_t>(rows), -1);
  for (std::int64_t k = 0; k < numbers.numel(); ++k) {
    const auto row = static_cast<std::size_t>(numbers.const_data_ptr<std::int64_t>()[k]);
    place[row] = k;
    moving[row] = 1;
  }
  const Parameters all{masters_[i].tensor.data_ptr<float>(), m_[i].tensor.data_ptr<float>(),
                       v_[i].tensor.data_ptr<float>(),
                       copies_[i].defined() ? static_cast<Bf16*>(copies_[i].data_ptr()) : nullptr};
  by_type(values, [&]<typename T>(T*) {
    share(rows, std::max<std::int64_t>(1, kBlock / width), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        if (!moving[static_cast<std::size_t>(row)]) continue;
        const std::int64_t k = place[static_cast<std::size_t>(row)];
        update_kernels::adamw(factors, at(all, row * width), k < 0 ? nullptr : data_of<T>(values) + k * width,
                              width);
      }
    });
  });
}

double global_norm(const std::vector<torch::Tensor>& gradients) {
  double sum = 0;
  for (const auto& gradient : gradients)
    sum += square_sum(gradient.is_sparse() ? gradient._values() : gradient);
  return std::sqrt(sum);
}

double clip_factor(double norm, double max_norm) {
  return max_norm > 0 && norm > max_norm && std::isfinite(norm) ? max_norm / (norm + 1e-6) : 1;
}

}  // namespace qinglan
