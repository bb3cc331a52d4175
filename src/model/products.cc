#include "model/products.h"

#include "model/amx_product.h"

namespace qinglan::products {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool tiles_serve(const torch::Tensor& x, const torch::Tensor& weight) {
  const auto fits = [](const torch::Tensor& one) {
    return one.is_cpu() && one.scalar_type() == torch::kBFloat16 && one.dim() == 2 && one.numel() > 0;
  };
  return fits(x) && fits(weight) && amx::available();
}

const amx::Bf16* data_of(const torch::Tensor& tensor) {
  return static_cast<const amx::Bf16*>(tensor.const_data_ptr());
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
  amx::Operand operand;
};

// bias [n] and add [m, n] may be undefined.
torch::Tensor multiply(const Side& a, const Side& b, std::int64_t m, std::int64_t n, std::int64_t k,
                       const torch::Tensor& bias = {}, const torch::Tensor& add = {}) {
  auto c = torch::empty({m, n}, torch::kBFloat16);
  const auto base = add.defined() ? add.contiguous() : add;
  amx::multiply({a.operand, b.operand, m, n, k, bias.defined() ? data_of(bias.contiguous()) : nullptr,
                 base.defined() ? data_of(base) : nullptr, static_cast<amx::Bf16*>(c.data_ptr()), n});
  return c;
}

// What may be left out is an empty tensor here: an input of a function is always defined.
torch::Tensor or_empty(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor : torch::empty({0}, torch::kBFloat16);
}
torch::Tensor or_undefined(const torch::Tensor& tensor) { return tensor.numel() ? tensor : torch::Tensor(); }

// x weight^T, or x weight where it lies by k = [in, out]; plus bias and base.
class TileProduct : public torch::autograd::Function<TileProduct> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& base, bool by_k) {
    context->save_for_backward({weight.requires_grad() ? x : torch::Tensor(), weight});
    context->saved_data["by_k"] = by_k;
    return multiply({x, false}, {weight, by_k}, x.size(0), weight.size(by_k ? 1 : 0), x.size(1),
                    or_undefined(bias), or_undefined(base));
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &grad = grads[0];
    const bool by_k = context->saved_data["by_k"].toBool();
    const std::int64_t tokens = grad.size(0), out = grad.size(1), in = weight.size(by_k ? 0 : 1);
    torch::Tensor of_x, of_weight, of_bias;
    if (context->needs_input_grad(0)) of_x = multiply({grad, false}, {weight, !by_k}, tokens, in, out);
    if (context->needs_input_grad(1))
      of_weight = by_k ? multiply({x, true}, {grad, true}, in, out, tokens)
                       : multiply({grad, true}, {x, true}, out, in, tokens);
    if (context->needs_input_grad(2)) of_bias = grad.sum(0);
    return {of_x, of_weight, of_bias, context->needs_input_grad(3) ? grad : torch::Tensor(), torch::Tensor()};
  }
};

torch::Tensor by_tiles(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                       const torch::Tensor& base, bool by_k) {
  return TileProduct::apply(x, weight, or_empty(bias), or_empty(base), by_k);
}

}  // namespace

torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  return tiles_serve(x, weight) ? by_tiles(x, weight, bias, {}, false) : torch::linear(x, weight, bias);
}

torch::Tensor times(const torch::Tensor& x, const torch::Tensor& weight) {
  return tiles_serve(x, weight) ? by_tiles(x, weight, {}, {}, true) : torch::mm(x, weight);
}

torch::Tensor add_times(const torch::Tensor& base, const torch::Tensor& x, const torch::Tensor& weight) {
  return tiles_serve(x, weight) ? by_tiles(x, weight, {}, base, true) : torch::addmm(base, x, weight);
}

}  // namespace qinglan::products
