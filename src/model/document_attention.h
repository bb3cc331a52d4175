#pragma once
// Attention over the documents of a packed batch in raw memory: for every document and key-value head one of
// the kernels' jobs, shared by threads. A document whose rows do not lie one behind the other is gathered
// first.

#include <cstdint>
#include <span>
#include <vector>

#include "model/attention.h"
#include "model/attention_kernels.h"

namespace qinglan {

// T float or row_kernels::Bf16. What it is made of must outlive it.
template <typename T>
class DocumentAttention {
 public:
  // `shared` may be null.
  DocumentAttention(std::span<const std::int64_t> lengths, const AttentionShape& shape,
                    const SharedRows* shared);

  // qkv [R, stride] -> context [R, heads head_dim].
  void forward(const T* qkv, T* context) const;
  // From the context's gradient to that of qkv, whose `rows` are all written.
  void backward(const T* qkv, const T* grad, T* grad_qkv, std::int64_t rows) const;

 private:
  using Job = attention_kernels::Job;
  // Its tokens as they are counted over all documents, and its own rows, which hold the last of them.
  struct Document {
    std::int64_t first_token, length, first_row, own;
    std::int64_t first_beginning;  // its shared tokens as they are counted over all documents with rows
    bool whole() const { return own == length; }
    std::int64_t shared() const { return length - own; }
  };
  // What one thread works in; the matrices are for a document that is gathered.
  struct Workspace {
    std::vector<float> scratch;
    std::vector<T> qkv, grad_qkv;
    std::vector<T> context;  // in the backward pass its gradient
  };

  std::int64_t width() const { return shape_.heads * shape_.head_dim; }
  std::int64_t keys() const { return 2 * shape_.kv_heads * shape_.head_dim; }  // k and v of all heads
  Job job_of(std::int64_t length, std::int64_t kv_head) const;
  Workspace workspace(bool backward) const;
  template <typename Body>
  void for_each_job(bool backward, const Body& body) const;
  Job gather(const Job& job, const Document& document, const T* qkv, Workspace& work) const;
  void forward_gathered(const Job& job, const Document& document, const T* qkv, T* context,
                        Workspace& work) const;
  void backward_gathered(const Job& job, const Document& document, const T* qkv, const T* grad, T* grad_qkv,
                         T* of_beginnings, Workspace& work) const;
  void add_beginnings(const std::vector<T>& gradients, T* grad_qkv, std::int64_t rows) const;

  const AttentionShape& shape_;
  std::vector<Document> documents_;
  std::int64_t beginnings_ = 0;         // tokens
  const std::int64_t* rows_ = nullptr;  // of every token; null: each its own
};

}  // namespace qinglan
