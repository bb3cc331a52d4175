#include "model/document_attention.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>

#include "model/bf16_attention.h"
#include "model/share.h"

namespace qinglan {
namespace {

using attention_kernels::Bf16;
using attention_kernels::Job;

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

// A row of q | k | v, of which a job reads three parts, and a row of these parts alone.
struct Parts {
  explicit Parts(const Job& job)
      : queries(job.heads / job.kv_heads * job.head_dim),
        dim(job.head_dim),
        q_at(job.kv_head * queries),
        k_at((job.heads + job.kv_head) * dim),
        v_at((job.heads + job.kv_heads + job.kv_head) * dim) {}
  std::int64_t queries, dim;  // widths of q, and of k and v
  std::int64_t q_at, k_at, v_at;
  std::int64_t width() const { return queries + 2 * dim; }

  template <typename T>
  void gather(const T* row, T* to) const {
    std::copy_n(row + q_at, queries, to);
    std::copy_n(row + k_at, dim, to + queries);
    std::copy_n(row + v_at, dim, to + queries + dim);
  }
  template <typename T>
  void scatter(const T* from, T* row) const {
    std::copy_n(from, queries, row + q_at);
    std::copy_n(from + queries, dim, row + k_at);
    std::copy_n(from + queries + dim, dim, row + v_at);
  }
};

}  // namespace

template <typename T>
DocumentAttention<T>::DocumentAttention(std::span<const std::int64_t> lengths, const AttentionShape& shape,
                                        const SharedRows* shared)
    : shape_(shape) {
  if (shared) rows_ = shared->rows.const_data_ptr<std::int64_t>();
  std::int64_t token = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    Document document{token, lengths[i], token, lengths[i], beginnings_};
    token += lengths[i];
    if (shared) document.own = shared->own[i];
    if (document.own == 0) continue;  // all of it is in rows of others
    if (shared) document.first_row = rows_[document.first_token + document.shared()];
    beginnings_ += document.shared();
    documents_.push_back(document);
  }
  std::stable_sort(documents_.begin(), documents_.end(),
                   [](const auto& a, const auto& b) { return a.length > b.length; });
}

template <typename T>
void DocumentAttention<T>::forward(const T* qkv, T* context) const {
  for_each_job(false, [&](const Job& job, const Document& document, Workspace& work) {
    if (!document.whole()) return forward_gathered(job, document, qkv, context, work);
    Kernels<T>::forward(job, qkv + document.first_row * job.stride(), context + document.first_row * width(),
                        work.scratch.data());
  });
}

template <typename T>
void DocumentAttention<T>::backward(const T* qkv, const T* grad, T* grad_qkv, std::int64_t rows) const {
  std::vector<T> of_beginnings(static_cast<std::size_t>(beginnings_ * keys()));
  for_each_job(true, [&](const Job& job, const Document& document, Workspace& work) {
    if (!document.whole())
      return backward_gathered(job, document, qkv, grad, grad_qkv, of_beginnings.data(), work);
    const std::int64_t first = document.first_row;
    Kernels<T>::backward(job, qkv + first * job.stride(), grad + first * width(),
                         grad_qkv + first * job.stride(), work.scratch.data());
  });
  if (beginnings_ > 0) add_beginnings(of_beginnings, grad_qkv, rows);
}

template <typename T>
Job DocumentAttention<T>::job_of(std::int64_t length, std::int64_t kv_head) const {
  const double scale = shape_.scale > 0 ? shape_.scale : 1 / std::sqrt(static_cast<double>(shape_.head_dim));
  return {length,
          shape_.heads,
          shape_.kv_heads,
          shape_.head_dim,
          kv_head,
          shape_.causal,
          shape_.reach,
          static_cast<float>(scale),
          static_cast<float>(shape_.cap)};
}

template <typename T>
typename DocumentAttention<T>::Workspace DocumentAttention<T>::workspace(bool backward) const {
  std::int64_t gathered = 0;
  for (const auto& document : documents_)
    if (!document.whole()) gathered = std::max(gathered, document.length);
  const Job job = job_of(documents_.front().length, 0);
  const Parts parts(job);
  const auto matrix = static_cast<std::size_t>(gathered * parts.width());
  return {std::vector<float>(static_cast<std::size_t>(Kernels<T>::scratch_size(job, backward))),
          std::vector<T>(matrix), std::vector<T>(backward ? matrix : 0),
          std::vector<T>(static_cast<std::size_t>(gathered * parts.queries))};
}

// body(job, document, workspace), longest documents first.
template <typename T>
template <typename Body>
void DocumentAttention<T>::for_each_job(bool backward, const Body& body) const {
  share(
      static_cast<std::int64_t>(documents_.size()) * shape_.kv_heads, 1, [&] { return workspace(backward); },
      [&](std::int64_t number, std::int64_t, Workspace& work) {
        const Document& document = documents_[static_cast<std::size_t>(number / shape_.kv_heads)];
        body(job_of(document.length, number % shape_.kv_heads), document, work);
      });
}

// Copies what the job reads. The job over the copy, of the document's own queries.
template <typename T>
Job DocumentAttention<T>::gather(const Job& job, const Document& document, const T* qkv,
                                 Workspace& work) const {
  const Parts parts(job);
  const std::int64_t* rows = rows_ + document.first_token;
  for (std::int64_t i = 0; i < document.length; ++i)
    parts.gather(qkv + rows[i] * job.stride(), work.qkv.data() + i * parts.width());
  Job alone = job;
  alone.heads = job.heads / job.kv_heads;
  alone.kv_heads = 1;
  alone.kv_head = 0;
  alone.first_query = document.shared();
  return alone;
}

template <typename T>
void DocumentAttention<T>::forward_gathered(const Job& job, const Document& document, const T* qkv,
                                            T* context, Workspace& work) const {
  const Parts parts(job);
  Kernels<T>::forward(gather(job, document, qkv, work), work.qkv.data(), work.context.data(),
                      work.scratch.data());
  const T* from = work.context.data() + document.shared() * parts.queries;
  T* to = context + document.first_row * width() + parts.q_at;
  for (std::int64_t i = 0; i < document.own; ++i, from += parts.queries, to += width())
    std::copy_n(from, parts.queries, to);
}

// The gradients of k and v that it leaves in rows of others wait in `of_beginnings` [.., keys].
template <typename T>
void DocumentAttention<T>::backward_gathered(const Job& job, const Document& document, const T* qkv,
                                             const T* grad, T* grad_qkv, T* of_beginnings,
                                             Workspace& work) const {
  const Parts parts(job);
  const Job alone = gather(job, document, qkv, work);
  for (std::int64_t i = 0; i < document.own; ++i)
    std::copy_n(grad + (document.first_row + i) * width() + parts.q_at, parts.queries,
                work.context.data() + (document.shared() + i) * parts.queries);
  Kernels<T>::backward(alone, work.qkv.data(), work.context.data(), work.grad_qkv.data(),
                       work.scratch.data());
  const T* from = work.grad_qkv.data();
  T* to = of_beginnings + document.first_beginning * keys() + job.kv_head * parts.dim;
  for (std::int64_t i = 0; i < document.shared(); ++i, from += parts.width(), to += keys()) {
    std::copy_n(from + parts.queries, parts.dim, to);
    std::copy_n(from + parts.queries + parts.dim, parts.dim, to + keys() / 2);
  }
  for (std::int64_t i = 0; i < document.own; ++i, from += parts.width())
    parts.scatter(from, grad_qkv + (document.first_row + i) * job.stride());
}

// In an order that does not depend on threads.
template <typename T>
void DocumentAttention<T>::add_beginnings(const std::vector<T>& gradients, T* grad_qkv,
                                          std::int64_t rows) const {
  std::vector<std::vector<std::int64_t>> of_row(static_cast<std::size_t>(rows));
  for (const auto& document : documents_)
    for (std::int64_t i = 0; i < document.shared(); ++i)
      of_row[static_cast<std::size_t>(rows_[document.first_token + i])].push_back(document.first_beginning +
                                                                                  i);
  const std::int64_t stride = width() + keys();
  share(rows, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row)
      attention_kernels::add_rows(grad_qkv + row * stride + width(), gradients.data(),
                                  of_row[static_cast<std::size_t>(row)], keys());
  });
}

template class DocumentAttention<float>;
template class DocumentAttention<Bf16>;

}  // namespace qinglan
