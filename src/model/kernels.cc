#include "model/kernels.h"

#include <ATen/Parallel.h>

#include <cmath>
#include <vector>

#include "base/error.h"
#include "model/row_kernels.h"

namespace qinglan {
namespace {

using row_kernels::Bf16;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kGrain = 64;  // rows a thread takes at a time
constexpr std::int64_t kSumBlock =
    256;  // rows of one partial weight gradient; fixed, so threads do not change the sum

template <typename T>
T* data_of(const torch::Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

// Calls body(T*) with the storage type of `tensor`.
template <typename Body>
void by_type(const torch::Tensor& tensor, const Body& body) {
  if (tensor.scalar_type() == torch::kFloat32)
    body(static_cast<float*>(nullptr));
  else if (tensor.scalar_type() == torch::kBFloat16)
    body(static_cast<Bf16*>(nullptr));
  else
    QL_CHECK(false, "kernels take fp32 or bf16");
}

class RmsNorm : public torch::autograd::Function<RmsNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight, double eps) {
    const auto x = input.contiguous();
    auto scale = torch::empty({x.size(0)}, torch::kFloat32);
    auto y = torch::empty_like(x);
    const std::int64_t width = x.size(1);
    by_type(x, [&]<typename T>(T*) {
      at::parallel_for(0, x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
        row_kernels::rms_norm(data_of<T>(x) + begin * width, data_of<T>(weight),
                              data_of<T>(y) + begin * width, data_of<float>(scale) + begin, end - begin,
                              width, static_cast<float>(eps));
      });
    });
    if (context) context->save_for_backward({x, weight, scale});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &scale = saved[2];
    const auto grad = grads[0].contiguous();
    const std::int64_t rows = x.size(0), width = x.size(1), blocks = (rows + kSumBlock - 1) / kSumBlock;
    const bool weight_too = context->needs_input_grad(1);
    auto grad_x = torch::empty_like(x);
    const auto partial = weight_too ? torch::zeros({blocks, width}, torch::kFloat32) : torch::Tensor();
    by_type(x, [&]<typename T>(T*) {
      at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t block = begin; block < end; ++block) {
          const std::int64_t first = block * kSumBlock, count = std::min(kSumBlock, rows - first);
          row_kernels::rms_norm_backward(
              data_of<T>(grad) + first * width, data_of<T>(x) + first * width, data_of<T>(weight),
              data_of<float>(scale) + first, data_of<T>(grad_x) + first * width,
              weight_too ? data_of<float>(partial) + block * width : nullptr, count, width);
        }
      });
    });
    return {grad_x, weight_too ? partial.sum(0).to(weight.scalar_type()) : torch::Tensor(), torch::Tensor()};
  }
};

class SwiGlu : public torch::autograd::Function<SwiGlu> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input) {
    const auto gate_up = input.contiguous();
    const std::int64_t width = gate_up.size(1) / 2;
    auto y = torch::empty({gate_up.size(0), width}, gate_up.options());
    by_type(gate_up, [&]<typename T>(T*) {
      at::parallel_for(0, y.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
        row_kernels::swiglu(data_of<T>(gate_up) + begin * 2 * width, data_of<T>(y) + begin * width,
                            end - begin, width);
      });
    });
    if (context) context->save_for_backward({gate_up});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto gate_up = context->get_saved_variables()[0];
    const auto grad = grads[0].contiguous();
    const std::int64_t width = grad.size(1);
    auto result = torch::empty_like(gate_up);
    by_type(gate_up, [&]<typename T>(T*) {
      at::parallel_for(0, grad.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
        row_kernels::swiglu_backward(data_of<T>(grad) + begin * width,
                                     data_of<T>(gate_up) + begin * 2 * width,
                                     data_of<T>(result) + begin * 2 * width, end - begin, width);
      });
    });
    return {result};
  }
};

void rotate_rows(const torch::Tensor& x, const torch::Tensor& cos, const torch::Tensor& sin,
                 const torch::Tensor& positions, std::int64_t heads, float direction) {
  const std::int64_t width = x.size(1);
  by_type(x, [&]<typename T>(T*) {
    at::parallel_for(0, x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
      row_kernels::rotate(data_of<T>(x) + begin * width, data_of<float>(cos), data_of<float>(sin),
                          data_of<std::int64_t>(positions) + begin, end - begin, width, heads, cos.size(1),
                          direction);
    });
  });
}

class Rotate : public torch::autograd::Function<Rotate> {
 public:
  static torch::Tensor forward(AutogradContext* context, torch::Tensor x, const torch::Tensor& cos,
                               const torch::Tensor& sin, const torch::Tensor& positions, std::int64_t heads) {
    rotate_rows(x, cos, sin, positions, heads, 1);
    context->mark_dirty({x});
    context->save_for_backward({cos, sin, positions});
    context->saved_data["heads"] = heads;
    return x;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    auto grad = grads[0].clone(at::MemoryFormat::Contiguous);
    rotate_rows(grad, saved[0], saved[1], saved[2], context->saved_data["heads"].toInt(), -1);
    return {grad, torch::Tensor(), torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps) {
  if (!torch::GradMode::is_enabled()) return RmsNorm::forward(nullptr, x, weight, eps);
  return RmsNorm::apply(x, weight, eps);
}

torch::Tensor swiglu(const torch::Tensor& gate_up) {
  if (!torch::GradMode::is_enabled()) return SwiGlu::forward(nullptr, gate_up);
  return SwiGlu::apply(gate_up);
}

RotaryTable RotaryTable::make(std::int64_t positions, std::int64_t head_dim, double theta) {
  const std::int64_t half = head_dim / 2;
  RotaryTable table{torch::empty({positions, half}, torch::kFloat32),
                    torch::empty({positions, half}, torch::kFloat32)};
  std::vector<double> frequency(static_cast<std::size_t>(half));
  for (std::int64_t j = 0; j < half; ++j)
    frequency[j] = std::pow(theta, -2.0 * static_cast<double>(j) / static_cast<double>(head_dim));
  float* cos = table.cos.data_ptr<float>();
  float* sin = table.sin.data_ptr<float>();
  for (std::int64_t position = 0; position < positions; ++position)
    for (std::int64_t j = 0; j < half; ++j) {
      const double angle = static_cast<double>(position) * frequency[j];
      *cos++ = static_cast<float>(std::cos(angle));
      *sin++ = static_cast<float>(std::sin(angle));
    }
  return table;
}

torch::Tensor rotate_(torch::Tensor x, const RotaryTable& table, const torch::Tensor& positions,
                      std::int64_t heads) {
  QL_CHECK(x.is_contiguous() && heads * 2 * table.cos.size(1) <= x.size(1), "rotate_ takes contiguous rows");
  if (torch::GradMode::is_enabled() && x.requires_grad())
    return Rotate::apply(x, table.cos, table.sin, positions, heads);
  rotate_rows(x, table.cos, table.sin, positions, heads, 1);
  return x;
}

}  // namespace qinglan
