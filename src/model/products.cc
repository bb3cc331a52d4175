#include "model/products.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "model/bf16_product.h"
#include "model/held.h"
#include "model/kernels.h"
#include "model/operators.h"

namespace qinglan::products {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool unit_serves(const torch::Tensor& x, const torch::Tensor& weight) {
  const auto fits = [](const torch::Tensor& one) {
    return !operators::serve(one.device()) && one.scalar_type() == torch::kBFloat16 && one.dim() == 2 &&
           one.numel() > 0;
  };
  return fits(x) && fits(weight) && bf16::fastest_unit();
}

// Whether gates can be part of the product before them.
bool gates_in_product(const torch::Tensor& x, const torch::Tensor& weight, Activation activation) {
  return gate_of(activation) && unit_serves(x, weight) && weight.size(0) % 32 == 0 && weight.stride(1) == 1;
}

const bf16::Bf16* data_of(const torch::Tensor& tensor) {
  return static_cast<const bf16::Bf16*>(tensor.const_data_ptr());
}

// A matrix as an operand, rows or columns of which (`by_k`) are summed over. A transposed view is read as the
// matrix that it is a view of.
struct Side {
  Side(const torch::Tensor& matrix, bool by_k)
      : tensor(matrix.stride(0) == 1 || matrix.stride(1) == 1 ? matrix : matrix.contiguous()) {
    const bool transposed = tensor.stride(1) != 1;
    operand = {data_of(tensor), tensor.stride(transposed ? 1 : 0), by_k != transposed};
  }
  torch::Tensor tensor;
  bf16::Operand operand;
};

bf16::Product product_of(const Side& a, const Side& b, std::int64_t m, std::int64_t n, std::int64_t k) {
  return {a.operand, b.operand, m, n, k, nullptr, nullptr, nullptr, n};
}

// Rows of `k` elements that are summed over as well.
struct MoreSides {
  Side a, b;
  std::int64_t k;
};

torch::Tensor multiply(const Side& a, const Side& b, std::int64_t m, std::int64_t n, std::int64_t k,
                       const Added& added = {}, const std::optional<MoreSides>& more = {}) {
  auto c = torch::empty({m, n}, torch::kBFloat16);
  const auto bias = added.bias.defined() ? added.bias.contiguous() : added.bias,
             base = added.base.defined() ? added.base.contiguous() : added.base;
  auto product = product_of(a, b, m, n, k);
  if (bias.defined()) product.bias = data_of(bias);
  if (base.defined()) product.add = data_of(base);
  if (more) product.more = bf16::Terms{more->a.operand, more->b.operand, more->k};
  product.c = static_cast<bf16::Bf16*>(c.data_ptr());
  bf16::multiply(product, *bf16::fastest_unit());
  return c;
}

// `gate_up` [T, 2 I] may be undefined.
torch::Tensor multiply_gated(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                             row_kernels::Gate gate, const torch::Tensor& gate_up) {
  auto y = torch::empty({x.size(0), weight.size(0) / 2}, torch::kBFloat16);
  const Side a(x, false), b(weight, false);
  const auto whole_bias = bias.defined() ? bias.contiguous() : bias;
  auto product = product_of(a, b, x.size(0), weight.size(0), x.size(1));
  if (bias.defined()) product.bias = data_of(whole_bias);
  if (gate_up.defined()) product.c = static_cast<bf16::Bf16*>(gate_up.data_ptr());
  product.gated = bf16::Gated{gate, static_cast<bf16::Bf16*>(y.data_ptr())};
  bf16::multiply(product, *bf16::fastest_unit());
  return y;
}

// What may be left out is an empty tensor here: an input of a function is always defined.
torch::Tensor or_empty(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor : torch::empty({0}, torch::kBFloat16);
}
torch::Tensor or_undefined(const torch::Tensor& tensor) { return tensor.numel() ? tensor : torch::Tensor(); }

// Of a function whose first inputs are x, weight and bias, those that are needed. `grad` is that of their
// product.
variable_list gradients(const AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& grad, bool by_k) {
  const std::int64_t tokens = grad.size(0), out = grad.size(1), in = weight.size(by_k ? 0 : 1);
  torch::Tensor of_x, of_weight, of_bias;
  if (context->needs_input_grad(0)) of_x = multiply({grad, false}, {weight, !by_k}, tokens, in, out);
  if (context->needs_input_grad(1))
    of_weight = by_k ? multiply({x, true}, {grad, true}, in, out, tokens)
                     : multiply({grad, true}, {x, true}, out, in, tokens);
  if (context->needs_input_grad(2)) of_bias = grad.sum(0);
  return {of_x, of_weight, of_bias};
}

// x weight^T, or x weight where it lies by k = [in, out]; plus bias and base.
class UnitProduct : public torch::autograd::Function<UnitProduct> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& base, bool by_k) {
    context->save_for_backward({weight.requires_grad() ? x : torch::Tensor(), weight});
    context->saved_data["by_k"] = by_k;
    return multiply({x, false}, {weight, by_k}, x.size(0), weight.size(by_k ? 1 : 0), x.size(1),
                    {or_undefined(bias), or_undefined(base)});
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    auto all = gradients(context, saved[0], saved[1], grads[0], context->saved_data["by_k"].toBool());
    all.push_back(context->needs_input_grad(3) ? grads[0] : torch::Tensor());
    all.push_back({});
    return all;
  }
};

// The gradient of gate | up, where that of what is gated is `grad` down.
torch::Tensor multiply_ungated(const torch::Tensor& grad, const torch::Tensor& down,
                               const torch::Tensor& gate_up, row_kernels::Gate gate) {
  auto c = torch::empty_like(gate_up);
  const Side a(grad, false), b(down, true);
  auto product = product_of(a, b, grad.size(0), down.size(1), grad.size(1));
  product.c = static_cast<bf16::Bf16*>(c.data_ptr());
  product.stride = gate_up.size(1);
  product.ungated = bf16::Ungated{gate, data_of(gate_up)};
  bf16::multiply(product, *bf16::fastest_unit());
  return c;
}

// What is kept is gate | up; the gradient of what is gated is never in memory.
class UnitMlp : public torch::autograd::Function<UnitMlp> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& up,
                               const torch::Tensor& up_bias, const torch::Tensor& down,
                               const torch::Tensor& down_bias, const torch::Tensor& base,
                               row_kernels::Gate gate) {
    auto gate_up = torch::empty({x.size(0), up.size(0)}, torch::kBFloat16);
    const auto inner = multiply_gated(x, up, or_undefined(up_bias), gate, gate_up);
    context->save_for_backward({up.requires_grad() ? x : torch::Tensor(), up, gate_up, down,
                                down.requires_grad() ? inner : torch::Tensor()});
    context->saved_data["gate"] = static_cast<std::int64_t>(gate);
    return multiply({inner, false}, {down, false}, inner.size(0), down.size(0), down.size(1),
                    {or_undefined(down_bias), or_undefined(base)});
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &up = saved[1], &gate_up = saved[2], &down = saved[3],
                        &inner = saved[4], &grad = grads[0];
    const auto gate = static_cast<row_kernels::Gate>(context->saved_data["gate"].toInt());
    auto all = gradients(context, x, up, multiply_ungated(grad, down, gate_up, gate), /*by_k=*/false);
    torch::Tensor of_down, of_down_bias, of_base;
    if (context->needs_input_grad(3))
      of_down = multiply({grad, true}, {inner, true}, grad.size(1), inner.size(1), grad.size(0));
    if (context->needs_input_grad(4)) of_down_bias = grad.sum(0);
    if (context->needs_input_grad(5)) of_base = grad;
    all.insert(all.end(), {of_down, of_down_bias, of_base, torch::Tensor()});
    return all;
  }
};

torch::Tensor by_unit(const torch::Tensor& x, const torch::Tensor& weight, const Added& added, bool by_k) {
  return UnitProduct::apply(x, weight, or_empty(added.bias), or_empty(added.base), by_k);
}

// Low-rank terms whose rank is padded by zeros to whole steps of a unit.
LowRank padded(const LowRank& terms) {
  const std::int64_t left = -terms.a.size(0) & (bf16::kTermsStep - 1);
  return {torch::constant_pad_nd(terms.a, {0, 0, 0, left}), torch::constant_pad_nd(terms.b, {0, left})};
}

class AdaptedProduct : public torch::autograd::Function<AdaptedProduct> {
 public:
  // `base` comes a second time in `added`, for the reason in or_empty(). `context` may be null.
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& a,
                               const torch::Tensor& b, const torch::Tensor& /*base*/, const Added* added,
                               const Frozen* weight) {
    const LowRank terms = padded({a, b});
    const std::int64_t tokens = x.size(0), in = x.size(1), out = b.size(0), rank = terms.a.size(0);
    const auto inner = multiply({x, false}, {terms.a, false}, tokens, rank, in);
    if (context) {
      context->save_for_backward({x, inner, terms.a, terms.b});
      context->saved_data["weight"] = hold(*weight);
      context->saved_data["rank"] = a.size(0);
    }
    return multiply({x, false}, {(*weight)(), false}, tokens, out, in, *added,
                    MoreSides{{inner, false}, {terms.b, false}, rank});
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &inner = saved[1], &a = saved[2], &b = saved[3], &grad = grads[0];
    const auto weight = held<Frozen>(context->saved_data["weight"]);
    const std::int64_t tokens = x.size(0), in = x.size(1), out = b.size(0), rank = a.size(0),
                       true_rank = context->saved_data["rank"].toInt();
    const auto of_inner = multiply({grad, false}, {b, true}, tokens, rank, out);
    torch::Tensor of_x;
    if (context->needs_input_grad(0))
      of_x = multiply({grad, false}, {weight(), true}, tokens, in, out, {},
                      MoreSides{{of_inner, false}, {a, true}, rank});
    return {of_x,
            multiply({of_inner, true}, {x, true}, true_rank, in, tokens),
            multiply({inner, true}, {grad, true}, true_rank, out, tokens).t(),
            context->needs_input_grad(3) ? grad : torch::Tensor(),
            torch::Tensor(),
            torch::Tensor()};
  }
};

}  // namespace

torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const Added& added) {
  if (unit_serves(x, weight)) return by_unit(x, weight, added, false);
  auto product = torch::linear(x, weight, added.bias);
  if (!added.base.defined()) return product;
  return torch::GradMode::is_enabled() ? added.base + product : product.add_(added.base);
}

torch::Tensor gated_linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                           Activation activation) {
  if (!torch::GradMode::is_enabled() && gates_in_product(x, weight, activation))
    return multiply_gated(x, weight, bias, *gate_of(activation), {});
  return gated(products::linear(x, weight, {bias}), activation);
}

torch::Tensor gated_mlp(const torch::Tensor& x, const GatedMlp& mlp, const torch::Tensor& base) {
  const auto& [up, up_bias, down, down_bias, activation] = mlp;
  if (torch::GradMode::is_enabled() && gates_in_product(x, up, activation) && unit_serves(x, down))
    return UnitMlp::apply(x, up, or_empty(up_bias), down, or_empty(down_bias), or_empty(base),
                          *gate_of(activation));
  return linear(gated_linear(x, up, up_bias, activation), down, {down_bias, base});
}

bool adapts(const torch::Tensor& x) { return unit_serves(x, x); }

torch::Tensor adapted(const torch::Tensor& x, const Frozen& weight, const LowRank& terms,
                      const Added& added) {
  QL_CHECK(adapts(x), "a product that no unit serves");
  if (!torch::GradMode::is_enabled())
    return AdaptedProduct::forward(nullptr, x, terms.a, terms.b, {}, &added, &weight);
  return AdaptedProduct::apply(x, terms.a, terms.b, or_empty(added.base), &added, &weight);
}

torch::Tensor times(const torch::Tensor& x, const torch::Tensor& weight) {
  return unit_serves(x, weight) ? by_unit(x, weight, {}, true) : torch::mm(x, weight);
}

torch::Tensor add_times(const torch::Tensor& base, const torch::Tensor& x, const torch::Tensor& weight) {
  return unit_serves(x, weight) ? by_unit(x, weight, {{}, base}, true) : torch::addmm(base, x, weight);
}

}  // namespace qinglan::products
