#include "model/attention.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "model/attention_kernels.h"
#include "model/bf16_attention.h"
#include "model/by_type.h"
#include "model/share.h"

namespace qinglan {
namespace {

using attention_kernels::Bf16;
using attention_kernels::Job;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Document {
  std::int64_t first, length;
};

std::vector<Document> longest_first(std::span<const std::int64_t> lengths) {
  std::vector<Document> documents;
  std::int64_t first = 0;
  for (const auto length : lengths) {
    documents.push_back({first, length});
    first += length;
  }
  std::stable_sort(documents.begin(), documents.end(),
                   [](const auto& a, const auto& b) { return a.length > b.length; });
  return documents;
}

// The kernels of a storage type: on the processor's unit for it, if it has one.
template <typename T>
struct Kernels {
  static std::optional<bf16::Unit> unit() {
    return std::is_same_v<T, Bf16> ? bf16::fastest_unit() : std::nullopt;
  }
  static std::int64_t scratch_size(const Job& job, bool backward) {
    return unit() ? bf16::attention_scratch(job, backward) : attention_kernels::scratch_size(job, backward);
  }
  static void forward(const Job& job, const T* qkv, T* context, float* scratch) {
    if constexpr (std::is_same_v<T, Bf16>)
      if (unit()) return bf16::attention_forward(*unit(), job, qkv, context, scratch);
    attention_kernels::forward(job, qkv, context, scratch);
  }
  static void backward(const Job& job, const T* qkv, const T* grad, T* grad_qkv, float* scratch) {
    if constexpr (std::is_same_v<T, Bf16>)
      if (unit()) return bf16::attention_backward(*unit(), job, qkv, grad, grad_qkv, scratch);
    attention_kernels::backward(job, qkv, grad, grad_qkv, scratch);
  }
};

// Calls body(job, first token, scratch) for every document and key-value head, longest documents first.
template <typename T, typename Body>
void for_each_job(std::span<const std::int64_t> lengths, const AttentionShape& shape, bool backward,
                  const Body& body) {
  const auto documents = longest_first(lengths);
  const double scale = shape.scale > 0 ? shape.scale : 1 / std::sqrt(static_cast<double>(shape.head_dim));
  const auto job_of = [&](std::int64_t length, std::int64_t kv_head) {
    return Job{length,
               shape.heads,
               shape.kv_heads,
               shape.head_dim,
               kv_head,
               shape.causal,
               shape.reach,
               static_cast<float>(scale),
               static_cast<float>(shape.cap)};
  };
  const auto scratch_size = Kernels<T>::scratch_size(job_of(documents.front().length, 0), backward);
  share(
      static_cast<std::int64_t>(documents.size()) * shape.kv_heads, 1,
      [&] { return std::vector<float>(static_cast<std::size_t>(scratch_size)); },
      [&](std::int64_t number, std::int64_t, std::vector<float>& scratch) {
        const Document& document = documents[static_cast<std::size_t>(number / shape.kv_heads)];
        body(job_of(document.length, number % shape.kv_heads), document.first, scratch.data());
      });
}

torch::Tensor attend_forward(const torch::Tensor& qkv, std::span<const std::int64_t> lengths,
                             const AttentionShape& shape) {
  const std::int64_t width = shape.heads * shape.head_dim;
  auto context = torch::empty({qkv.size(0), width}, qkv.options().requires_grad(false));
  by_type(qkv, [&]<typename T>(T*) {
    const T* from = static_cast<const T*>(qkv.const_data_ptr());
    T* to = static_cast<T*>(context.data_ptr());
    for_each_job<T>(lengths, shape, false, [&](const Job& job, std::int64_t first, float* scratch) {
      Kernels<T>::forward(job, from + first * job.stride(), to + first * width, scratch);
    });
  });
  return context;
}

class Attend : public torch::autograd::Function<Attend> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& qkv,
                               const std::vector<std::int64_t>& lengths, const AttentionShape& shape) {
    context->save_for_backward({qkv});
    context->saved_data["lengths"] = lengths;
    context->saved_data["sizes"] =
        std::vector<std::int64_t>{shape.heads, shape.kv_heads, shape.head_dim, shape.causal, shape.reach};
    context->saved_data["factors"] = std::vector<double>{shape.scale, shape.cap};
    return attend_forward(qkv, lengths, shape);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const auto qkv = context->get_saved_variables()[0];
    const auto lengths = context->saved_data["lengths"].toIntVector();
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const auto factors = context->saved_data["factors"].toDoubleVector();
    const AttentionShape shape{sizes[0], sizes[1], sizes[2], sizes[3] != 0, sizes[4], factors[0], factors[1]};
    const auto grad = grads[0].contiguous();
    auto grad_qkv = torch::empty_like(qkv);
    by_type(qkv, [&]<typename T>(T*) {
      const T* from = static_cast<const T*>(qkv.const_data_ptr());
      const T* above = static_cast<const T*>(grad.const_data_ptr());
      T* to = static_cast<T*>(grad_qkv.data_ptr());
      for_each_job<T>(lengths, shape, true, [&](const Job& job, std::int64_t first, float* scratch) {
        Kernels<T>::backward(job, from + first * job.stride(), above + first * grad.size(1),
                             to + first * job.stride(), scratch);
      });
    });
    return {grad_qkv, torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor attend(const torch::Tensor& qkv, const std::vector<std::int64_t>& lengths,
                     const AttentionShape& shape) {
  QL_CHECK(qkv.is_contiguous() && qkv.size(1) == (shape.heads + 2 * shape.kv_heads) * shape.head_dim &&
               !lengths.empty(),
           "attend takes contiguous q|k|v rows");
  if (torch::GradMode::is_enabled() && qkv.requires_grad()) return Attend::apply(qkv, lengths, shape);
  return attend_forward(qkv, lengths, shape);
}

}  // namespace qinglan
