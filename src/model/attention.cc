#include "model/attention.h"

#include "base/error.h"
#include "model/by_type.h"
#include "model/document_attention.h"

namespace qinglan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor attend_forward(const torch::Tensor& qkv, std::span<const std::int64_t> lengths,
                             const AttentionShape& shape, const SharedRows* shared) {
  auto context =
      torch::empty({qkv.size(0), shape.heads * shape.head_dim}, qkv.options().requires_grad(false));
  by_type(qkv, [&]<typename T>(T*) {
    DocumentAttention<T>(lengths, shape, shared)
        .forward(static_cast<const T*>(qkv.const_data_ptr()), static_cast<T*>(context.data_ptr()));
  });
  return context;
}

class Attend : public torch::autograd::Function<Attend> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv,
                               const std::vector<std::int64_t>& lengths, const AttentionShape& shape,
                               const SharedRows* shared) {
    context->save_for_backward({qkv, shared ? shared->rows : torch::Tensor()});
    context->saved_data["lengths"] = lengths;
    if (shared) context->saved_data["own"] = shared->own;
    context->saved_data["sizes"] =
        std::vector<std::int64_t>{shape.heads, shape.kv_heads, shape.head_dim, shape.causal, shape.reach};
    context->saved_data["factors"] = std::vector<double>{shape.scale, shape.cap};
    return attend_forward(qkv, lengths, shape, shared);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto saved = context->get_saved_variables();
    const auto& qkv = saved[0];
    const auto lengths = context->saved_data["lengths"].toIntVector();
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const auto factors = context->saved_data["factors"].toDoubleVector();
    const AttentionShape shape{sizes[0], sizes[1], sizes[2], sizes[3] != 0, sizes[4], factors[0], factors[1]};
    std::optional<SharedRows> shared;
    if (saved[1].defined()) shared = {saved[1], context->saved_data["own"].toIntVector()};
    const auto grad = grads[0].contiguous();
    auto grad_qkv = torch::empty_like(qkv);
    by_type(qkv, [&]<typename T>(T*) {
      DocumentAttention<T>(lengths, shape, shared ? &*shared : nullptr)
          .backward(static_cast<const T*>(qkv.const_data_ptr()), static_cast<const T*>(grad.const_data_ptr()),
                    static_cast<T*>(grad_qkv.data_ptr()), qkv.size(0));
    });
    return {grad_qkv, torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor attend(const torch::Tensor& qkv, const std::vector<std::int64_t>& lengths,
                     const AttentionShape& shape, const std::optional<SharedRows>& shared) {
  QL_CHECK(qkv.is_contiguous() && qkv.size(1) == (shape.heads + 2 * shape.kv_heads) * shape.head_dim &&
               !lengths.empty(),
           "attend takes contiguous q|k|v rows");
  QL_CHECK(!shared || shape.causal, "documents that see what follows share no rows");
  const SharedRows* rows = shared ? &*shared : nullptr;
  if (torch::GradMode::is_enabled() && qkv.requires_grad()) return Attend::apply(qkv, lengths, shape, rows);
  return attend_forward(qkv, lengths, shape, rows);
}

}  // namespace qinglan
