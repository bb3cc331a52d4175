#include "model/kernels.h"

#include <cmath>
#include <vector>

#include "base/error.h"
#include "model/bf16_product.h"
#include "model/by_type.h"
#include "model/operators.h"
#include "model/row_kernels.h"
#include "model/share.h"

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

class RmsNorm : public torch::autograd::Function<RmsNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight, double eps, double offset) {
    const auto x = input.contiguous();
    auto scale = torch::empty({x.size(0)}, torch::kFloat32);
    auto y = torch::empty_like(x);
    const std::int64_t width = x.size(1);
    by_type(x, [&]<typename T>(T*) {
      share(x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
        row_kernels::rms_norm(data_of<T>(x) + begin * width, data_of<T>(weight), static_cast<float>(offset),
                              data_of<T>(y) + begin * width, data_of<float>(scale) + begin, end - begin,
                              width, static_cast<float>(eps));
      });
    });
    if (context) {
      context->save_for_backward({x, weight, scale});
      context->saved_data["offset"] = offset;
    }
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &scale = saved[2];
    const auto grad = grads[0].contiguous();
    const std::int64_t rows = x.size(0), width = x.size(1), blocks = (rows + kSumBlock - 1) / kSumBlock;
    const auto offset = static_cast<float>(context->saved_data["offset"].toDouble());
    const bool weight_too = context->needs_input_grad(1);
    auto grad_x = torch::empty_like(x);
    const auto partial = weight_too ? torch::zeros({blocks, width}, torch::kFloat32) : torch::Tensor();
    by_type(x, [&]<typename T>(T*) {
      share(rows, kSumBlock, [&](std::int64_t first, std::int64_t end) {
        row_kernels::rms_norm_backward(
            data_of<T>(grad) + first * width, data_of<T>(x) + first * width, data_of<T>(weight), offset,
            data_of<float>(scale) + first, data_of<T>(grad_x) + first * width,
            weight_too ? data_of<float>(partial) + first / kSumBlock * width : nullptr, end - first, width);
      });
    });
    return {grad_x, weight_too ? partial.sum(0).to(weight.scalar_type()) : torch::Tensor(), torch::Tensor(),
            torch::Tensor()};
  }
};

void gate_rows(row_kernels::Gate gate, const float* gate_up, float* y, std::int64_t rows,
               std::int64_t width) {
  row_kernels::gated(gate, gate_up, y, rows, width);
}
// Where a unit multiplies bf16, the bits of a product that is gated at once.
void gate_rows(row_kernels::Gate gate, const Bf16* gate_up, Bf16* y, std::int64_t rows, std::int64_t width) {
  if (bf16::fastest_unit()) return bf16::gate(gate, gate_up, y, rows, width);
  row_kernels::gated(gate, gate_up, y, rows, width);
}

void ungate_rows(row_kernels::Gate gate, const float* grad, const float* gate_up, float* grad_gate_up,
                 std::int64_t rows, std::int64_t width) {
  row_kernels::gated_backward(gate, grad, gate_up, grad_gate_up, rows, width);
}
void ungate_rows(row_kernels::Gate gate, const Bf16* grad, const Bf16* gate_up, Bf16* grad_gate_up,
                 std::int64_t rows, std::int64_t width) {
  if (bf16::fastest_unit()) return bf16::ungate(gate, grad, gate_up, grad_gate_up, rows, width);
  row_kernels::gated_backward(gate, grad, gate_up, grad_gate_up, rows, width);
}

class Gated : public torch::autograd::Function<Gated> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input, row_kernels::Gate gate) {
    const auto gate_up = input.contiguous();
    const std::int64_t width = gate_up.size(1) / 2;
    auto y = torch::empty({gate_up.size(0), width}, gate_up.options());
    by_type(gate_up, [&]<typename T>(T*) {
      share(y.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
        gate_rows(gate, data_of<T>(gate_up) + begin * 2 * width, data_of<T>(y) + begin * width, end - begin,
                  width);
      });
    });
    if (context) {
      context->save_for_backward({gate_up});
      context->saved_data["gate"] = static_cast<std::int64_t>(gate);
    }
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto gate = static_cast<row_kernels::Gate>(context->saved_data["gate"].toInt());
    const auto grad = grads[0].contiguous(), gate_up = context->get_saved_variables()[0];
    const std::int64_t width = grad.size(1);
    auto result = torch::empty_like(gate_up);
    by_type(gate_up, [&]<typename T>(T*) {
      share(grad.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
        ungate_rows(gate, data_of<T>(grad) + begin * width, data_of<T>(gate_up) + begin * 2 * width,
                    data_of<T>(result) + begin * 2 * width, end - begin, width);
      });
    });
    return {result, torch::Tensor()};
  }
};

struct RotateShape {
  std::int64_t heads, head_dim;
};

void rotate_rows(const torch::Tensor& x, const torch::Tensor& cos, const torch::Tensor& sin,
                 const torch::Tensor& positions, RotateShape shape, float direction) {
  const row_kernels::Turn turn{x.size(1), shape.heads, shape.head_dim, cos.size(1), direction};
  by_type(x, [&]<typename T>(T*) {
    share(x.size(0), kGrain, [&](std::int64_t begin, std::int64_t end) {
      row_kernels::rotate(data_of<T>(x) + begin * turn.stride, data_of<float>(cos), data_of<float>(sin),
                          data_of<std::int64_t>(positions) + begin, end - begin, turn);
    });
  });
}

class Rotate : public torch::autograd::Function<Rotate> {
 public:
  static torch::Tensor forward(AutogradContext* context, torch::Tensor x, const torch::Tensor& cos,
                               const torch::Tensor& sin, const torch::Tensor& positions, RotateShape shape) {
    rotate_rows(x, cos, sin, positions, shape, 1);
    context->mark_dirty({x});
    context->save_for_backward({cos, sin, positions});
    context->saved_data["heads"] = shape.heads;
    context->saved_data["head_dim"] = shape.head_dim;
    return x;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const RotateShape shape{context->saved_data["heads"].toInt(), context->saved_data["head_dim"].toInt()};
    auto grad = grads[0].clone(at::MemoryFormat::Contiguous);
    rotate_rows(grad, saved[0], saved[1], saved[2], shape, -1);
    return {grad, torch::Tensor(), torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

void fill_table(RotaryTable& table, const Rotary& rotary, bool long_text, std::int64_t first,
                std::int64_t positions) {
  const auto frequency = rotary.frequencies(long_text);
  const auto pairs = static_cast<std::int64_t>(frequency.size());
  float* cos = table.cos.data_ptr<float>() + first * pairs;
  float* sin = table.sin.data_ptr<float>() + first * pairs;
  for (std::int64_t position = 0; position < positions; ++position)
    for (const double f : frequency) {
      const double angle = static_cast<double>(position) * f;
      *cos++ = static_cast<float>(std::cos(angle) * rotary.magnitude);
      *sin++ = static_cast<float>(std::sin(angle) * rotary.magnitude);
    }
}

}  // namespace

torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight, double eps, double offset) {
  if (operators::serve(x.device())) return operators::rms_norm(x, weight, eps, offset);
  if (!torch::GradMode::is_enabled()) return RmsNorm::forward(nullptr, x, weight, eps, offset);
  return RmsNorm::apply(x, weight, eps, offset);
}

torch::Tensor activate(const torch::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::silu:
      return torch::silu(x);
    case Activation::gelu:
      return torch::gelu(x);
    case Activation::gelu_tanh:
      return torch::gelu(x, "tanh");
    case Activation::relu:
      return torch::relu(x);
  }
  QL_CHECK(false, "unknown activation");
}

torch::Tensor gated(const torch::Tensor& gate_up, Activation activation) {
  if (operators::serve(gate_up.device())) return operators::gated(gate_up, activation);
  const auto gate = gate_of(activation);
  if (!gate) {
    const auto parts = gate_up.chunk(2, 1);
    return activate(parts[0], activation) * parts[1];
  }
  if (!torch::GradMode::is_enabled()) return Gated::forward(nullptr, gate_up, *gate);
  return Gated::apply(gate_up, *gate);
}

std::optional<row_kernels::Gate> gate_of(Activation activation) {
  if (activation == Activation::silu) return row_kernels::Gate::silu;
  if (activation == Activation::gelu_tanh) return row_kernels::Gate::gelu_tanh;
  return std::nullopt;
}

RotaryTable RotaryTable::make(std::int64_t positions, const Rotary& rotary, const torch::Device& device) {
  const bool both = !rotary.long_divisor.empty() && positions > rotary.long_from;
  const std::int64_t rows = both ? 2 * positions : positions;
  RotaryTable table{torch::empty({rows, rotary.width / 2}, torch::kFloat32),
                    torch::empty({rows, rotary.width / 2}, torch::kFloat32), both ? positions : 0};
  fill_table(table, rotary, false, 0, positions);
  if (both) fill_table(table, rotary, true, positions, positions);
  table.cos = table.cos.to(device);
  table.sin = table.sin.to(device);
  return table;
}

torch::Tensor rotate_(torch::Tensor x, const RotaryTable& table, const torch::Tensor& rows,
                      std::int64_t heads, std::int64_t head_dim) {
  QL_CHECK(x.is_contiguous() && heads * head_dim <= x.size(1) && 2 * table.cos.size(1) <= head_dim,
           "rotate_ takes contiguous rows");
  if (operators::serve(x.device())) return operators::rotate(x, table, rows, heads, head_dim);
  const RotateShape shape{heads, head_dim};
  if (torch::GradMode::is_enabled() && x.requires_grad())
    return Rotate::apply(x, table.cos, table.sin, rows, shape);
  rotate_rows(x, table.cos, table.sin, rows, shape, 1);
  return x;
}

}  // namespace qinglan
