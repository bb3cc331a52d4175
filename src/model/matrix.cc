#include "model/matrix.h"

#include <algorithm>

#include "base/error.h"
#include "model/kernels.h"
#include "model/operators.h"
#include "model/products.h"

namespace qinglan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A language-model head is multiplied in panels of so many rows, however it is kept: a head kept in blocks
// then never stands whole in memory, and shapes of products, on which bits depend, do not depend on how it is
// kept.
constexpr std::int64_t kPanelRows = 1 << 16;

// panel(first, count) -> [T, count] for every panel, side by side.
template <typename Panel>
torch::Tensor in_panels(std::int64_t rows, const Panel& panel) {
  if (rows <= kPanelRows) return panel(0, rows);
  std::vector<torch::Tensor> parts;
  for (std::int64_t first = 0; first < rows; first += kPanelRows)
    parts.push_back(panel(first, std::min(kPanelRows, rows - first)));
  return torch::cat(parts, 1);
}

products::Added part_of(const products::Added& added, std::int64_t first, std::int64_t count) {
  return {added.bias.defined() ? added.bias.narrow(0, first, count) : added.bias,
          added.base.defined() ? added.base.narrow(1, first, count) : added.base};
}

// Rows [first, first + count) of the matrix at the start of `buffer`.
torch::Tensor dequantize(const Matrix::Stored& matrix, std::int64_t first, std::int64_t count,
                         const torch::Tensor& buffer) {
  auto result = buffer.narrow(0, 0, count);
  std::int64_t begin = 0, filled = 0;  // of the part among all rows; of `result`
  for (const auto& part : matrix.parts)
    std::visit(
        [&](const auto& rows) {
          const std::int64_t from = std::max(first, begin), to = std::min(first + count, begin + rows.rows());
          if (from < to) {
            rows.read(from - begin, result.narrow(0, filled, to - from));
            filled += to - from;
          }
          begin += rows.rows();
        },
        part);
  return result;
}

// One buffer serves all panels: given back and asked for again, a large block may meanwhile have been cut
// into.
torch::Tensor panel_buffer(const Matrix::Stored& matrix) {
  return torch::empty({std::min(matrix.out, kPanelRows), matrix.in},
                      torch::dtype(matrix.dtype).device(matrix.device));
}

torch::Tensor stored_linear(const Matrix::Stored& matrix, const torch::Tensor& x,
                            const products::Added& added) {
  const auto buffer = panel_buffer(matrix);
  return in_panels(matrix.out, [&](std::int64_t first, std::int64_t count) {
    return products::linear(x, dequantize(matrix, first, count, buffer), part_of(added, first, count));
  });
}

// Saves nothing: the matrix is dequantized again for the gradient of x. What is added is not an input that
// autograd sees (it may be undefined, which an input may not): the bias is frozen as the matrix is, and the
// base comes a second time, or an empty tensor, for its gradient.
class StoredLinear : public torch::autograd::Function<StoredLinear> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& /*base*/, const products::Added* added,
                               const Matrix::Stored* matrix) {
    context->saved_data["matrix"] = reinterpret_cast<std::int64_t>(matrix);
    return stored_linear(*matrix, x, *added);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto& matrix = *reinterpret_cast<const Matrix::Stored*>(context->saved_data["matrix"].toInt());
    const auto buffer = panel_buffer(matrix);
    torch::Tensor sum;
    for (std::int64_t first = 0; first < matrix.out; first += kPanelRows) {
      const std::int64_t count = std::min(kPanelRows, matrix.out - first);
      const auto part =
          products::times(grads[0].narrow(1, first, count), dequantize(matrix, first, count, buffer));
      sum = sum.defined() ? sum.add_(part) : part;
    }
    return {sum, context->needs_input_grad(1) ? grads[0] : torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

Matrix::Matrix(const std::vector<WeightRows>& parts, torch::Dtype dtype, const torch::Device& device) {
  QL_CHECK(!parts.empty(), "a matrix without rows");
  Stored stored{{}, dtype, device};
  stored.in = parts.front().columns();
  for (const auto& part : parts) {
    QL_CHECK(part.columns() == stored.in && stored.in > 0, "stacked matrices of different widths");
    stored.out += part.rows();
    if (operators::serve(device))
      stored.parts.emplace_back(DeviceRows(part, device));
    else
      stored.parts.emplace_back(part);
  }
  stored_ = std::make_shared<const Stored>(std::move(stored));
}

torch::Tensor Matrix::linear(const torch::Tensor& x, const torch::Tensor& bias,
                             const torch::Tensor& base) const {
  const products::Added added{bias, base};
  if (!stored_)
    return in_panels(plain_.size(0), [&](std::int64_t first, std::int64_t count) {
      const bool whole = count == plain_.size(0);
      return products::linear(x, whole ? plain_ : plain_.narrow(0, first, count),
                              part_of(added, first, count));
    });
  const auto needs = [](const torch::Tensor& input) { return input.defined() && input.requires_grad(); };
  if (!torch::GradMode::is_enabled() || !(needs(x) || needs(base))) return stored_linear(*stored_, x, added);
  return StoredLinear::apply(x, base.defined() ? base : torch::empty({0}), &added, stored_.get());
}

torch::Tensor Matrix::adapted(const torch::Tensor& x, const products::LowRank& terms,
                              const torch::Tensor& bias, const torch::Tensor& base) const {
  const bool trained =
      (plain_.defined() && plain_.requires_grad()) || (bias.defined() && bias.requires_grad());
  if (!products::adapts(x) || trained || terms.b.size(0) > kPanelRows)
    return products::add_times(linear(x, bias, base), products::linear(x, terms.a), terms.b.t());
  if (!stored_) return products::adapted(x, [plain = plain_] { return plain; }, terms, {bias, base});
  const auto whole = [stored = stored_] {
    return dequantize(*stored, 0, stored->out, panel_buffer(*stored));
  };
  return products::adapted(x, whole, terms, {bias, base});
}

torch::Tensor gated_mlp(const torch::Tensor& x, const GatedMlp& mlp, const torch::Tensor& base) {
  const auto& [up, up_bias, down, down_bias, activation] = mlp;
  const auto& stored = up.stored_;
  const bool whole = (stored ? stored->out : up.plain_.size(0)) <= kPanelRows;
  if (whole && !stored && !down.stored_)
    return products::gated_mlp(x, {up.plain_, up_bias, down.plain_, down_bias, activation}, base);
  const bool at_once = whole && stored && !torch::GradMode::is_enabled();
  const auto inner =
      at_once ? products::gated_linear(x, dequantize(*stored, 0, stored->out, panel_buffer(*stored)), up_bias,
                                       activation)
              : gated(up.linear(x, up_bias), activation);
  return down.linear(inner, down_bias, base);
}

torch::Tensor Matrix::rows(const torch::Tensor& ids) const {
  if (!stored_) {
    // On the CPU the gradient has a row a token of the batch, not one a word of the vocabulary.
    const bool sparse = !operators::serve(plain_.device());
    return torch::embedding(plain_, ids, /*padding_idx=*/-1, /*scale_grad_by_freq=*/false, sparse);
  }
  QL_CHECK(stored_->parts.size() == 1, "an embedding is one weight");
  auto result =
      torch::empty({ids.numel(), stored_->in}, torch::dtype(stored_->dtype).device(stored_->device));
  std::visit([&](const auto& rows) { rows.gather(ids, result); }, stored_->parts.front());
  return result;
}

}  // namespace qinglan
