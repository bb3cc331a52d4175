#include "model/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace qinglan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Tokens into slots. Padding slots get no gradient (their queries are dropped and their keys are masked), so the gradient
// of a token is that of its own slot.
class Gather : public torch::autograd::Function<Gather> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& gather,
                               const torch::Tensor& restore) {
    context->save_for_backward({restore});
    return x.index_select(0, gather);
  }
  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    return {grads[0].index_select(0, context->get_saved_variables()[0]), torch::Tensor(), torch::Tensor()};
  }
};

// Slots back into tokens.
class Restore : public torch::autograd::Function<Restore> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& restore) {
    context->save_for_backward({restore});
    context->saved_data["slots"] = x.size(0);
    return x.index_select(0, restore);
  }
  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    auto grad = torch::zeros({context->saved_data["slots"].toInt(), grads[0].size(1)}, grads[0].options());
    grad.index_copy_(0, context->get_saved_variables()[0], grads[0]);
    return {grad, torch::Tensor()};
  }
};

constexpr std::int64_t kLengthStep = 8;

std::int64_t slots_for(std::int64_t length) {
  // Short documents share a group with near ones: many small products cost more than a little padding.
  return length > 256 ? length : (length + kLengthStep - 1) / kLengthStep * kLengthStep;
}

torch::Tensor causal_mask(std::int64_t length, torch::Dtype dtype) {
  return torch::full({length, length}, -std::numeric_limits<float>::infinity()).triu(1).to(dtype);
}

// One group by explicit products, whose backward is fast. slots [n L, W] -> [n L, heads D].
torch::Tensor attend_products(const torch::Tensor& slots, const AttentionGroup& group, const AttentionPlan& plan) {
  const std::int64_t n = group.documents, length = group.length, dim = plan.head_dim;
  const std::int64_t kv = plan.kv_heads, shared = plan.heads / kv;
  // One split rather than three slices: its backward writes the gradient once.
  const auto parts = slots.split_with_sizes({plan.heads * dim, kv * dim, kv * dim}, 1);
  // Query heads that share a key head stand below each other, so keys are not repeated.
  const auto q = parts[0].reshape({n, length, kv, shared, dim}).permute({0, 2, 3, 1, 4}).reshape(
      {n * kv, shared * length, dim});
  const auto k = parts[1].reshape({n, length, kv, dim}).permute({0, 2, 3, 1}).reshape({n * kv, dim, length});
  const auto v = parts[2].reshape({n, length, kv, dim}).transpose(1, 2).reshape({n * kv, length, dim});
  auto scores = torch::bmm(q * (1.0 / std::sqrt(static_cast<double>(dim))), k).view({n, plan.heads, length, length});
  if (group.mask.defined()) scores = scores + group.mask;
  const auto p = torch::softmax(scores, -1).view({n * kv, shared * length, length});
  return torch::bmm(p, v).view({n, kv, shared, length, dim}).permute({0, 3, 1, 2, 4}).reshape({n * length, plan.heads * dim});
}

// One group without gradients.
torch::Tensor attend_fused(const torch::Tensor& slots, const AttentionGroup& group, const AttentionPlan& plan) {
  const std::int64_t n = group.documents, length = group.length, dim = plan.head_dim;
  const auto part = [&](std::int64_t first, std::int64_t heads) {
    return slots.narrow(1, first * dim, heads * dim).view({n, length, heads, dim}).transpose(1, 2);
  };
  const auto repeated = [&](const torch::Tensor& x) {
    if (plan.kv_heads == plan.heads) return x;
    const std::int64_t shared = plan.heads / plan.kv_heads;
    return x.unsqueeze(2).expand({n, plan.kv_heads, shared, length, dim}).reshape({n, plan.heads, length, dim});
  };
  const auto mask = plan.causal ? torch::Tensor() : group.mask;
  const auto context = std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(
      part(0, plan.heads), repeated(part(plan.heads, plan.kv_heads)), repeated(part(plan.heads + plan.kv_heads, plan.kv_heads)),
      0.0, plan.causal, mask.defined() ? std::optional(mask) : std::nullopt));
  return context.transpose(1, 2).reshape({n * length, plan.heads * dim});
}

}  // namespace

AttentionPlan AttentionPlan::make(std::span<const std::int64_t> lengths, bool causal, std::int64_t heads,
                                  std::int64_t kv_heads, std::int64_t head_dim, torch::Dtype dtype) {
  AttentionPlan plan;
  plan.causal = causal;
  plan.heads = heads;
  plan.kv_heads = kv_heads;
  plan.head_dim = head_dim;
  std::vector<std::int64_t> first(lengths.size(), 0), order(lengths.size());
  for (std::size_t i = 1; i < lengths.size(); ++i) first[i] = first[i - 1] + lengths[i - 1];
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return slots_for(lengths[a]) < slots_for(lengths[b]); });

  std::vector<std::int64_t> gather, restore(static_cast<std::size_t>(std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0})));
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    std::int64_t longest = 0, shortest = std::numeric_limits<std::int64_t>::max();
    for (; end < order.size() && slots_for(lengths[order[end]]) == slots_for(lengths[order[begin]]); ++end) {
      longest = std::max(longest, lengths[order[end]]);
      shortest = std::min(shortest, lengths[order[end]]);
    }
    AttentionGroup group{static_cast<std::int64_t>(end - begin), longest, {}};
    for (std::size_t i = begin; i < end; ++i) {
      const std::int64_t document = order[i];
      for (std::int64_t slot = 0; slot < longest; ++slot) {
        const bool real = slot < lengths[document];
        if (real) restore[first[document] + slot] = static_cast<std::int64_t>(gather.size());
        gather.push_back(first[document] + (real ? slot : 0));
      }
    }
    if (causal) {
      if (longest > 1) group.mask = causal_mask(longest, dtype);
    } else if (shortest < longest) {
      auto mask = torch::zeros({group.documents, 1, 1, longest});
      for (std::size_t i = begin; i < end; ++i)
        mask[static_cast<std::int64_t>(i - begin)].narrow(2, lengths[order[i]], longest - lengths[order[i]]).fill_(
            -std::numeric_limits<float>::infinity());
      group.mask = mask.to(dtype);
    }
    plan.groups.push_back(std::move(group));
    begin = end;
  }
  const bool in_order = gather.size() == restore.size() && std::is_sorted(gather.begin(), gather.end());
  if (!in_order) {
    plan.gather = torch::tensor(gather, torch::kInt64);
    plan.restore = torch::tensor(restore, torch::kInt64);
  }
  return plan;
}

torch::Tensor attend(const torch::Tensor& qkv, const AttentionPlan& plan) {
  const bool with_grad = torch::GradMode::is_enabled() && qkv.requires_grad();
  const bool moved = plan.gather.defined();
  auto slots = !moved ? qkv : with_grad ? Gather::apply(qkv, plan.gather, plan.restore) : qkv.index_select(0, plan.gather);
  std::vector<std::int64_t> sizes;
  for (const auto& group : plan.groups) sizes.push_back(group.documents * group.length);
  const auto parts = slots.split_with_sizes(sizes, 0);
  std::vector<torch::Tensor> contexts;
  contexts.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& group = plan.groups[i];
    contexts.push_back(with_grad ? attend_products(parts[i], group, plan) : attend_fused(parts[i], group, plan));
  }
  const auto context = contexts.size() == 1 ? contexts[0] : torch::cat(contexts);
  if (!moved) return context;
  return with_grad ? Restore::apply(context, plan.restore) : context.index_select(0, plan.restore);
}

}  // namespace qinglan
