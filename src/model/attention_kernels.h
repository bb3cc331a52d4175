#pragma once
// Raw attention of one document and one key-value head: fp32 arithmetic, scores in blocks of queries, nothing
// padded that counts. The result depends on the document alone, never on its neighbours or on threads.

#include <cstdint>

#include "model/row_kernels.h"

namespace qinglan::attention_kernels {

using row_kernels::Bf16;

struct Job {
  std::int64_t length;  // tokens of the document
  std::int64_t heads, kv_heads, head_dim;
  std::int64_t kv_head;  // of this job; its query heads are kv_head * heads / kv_heads and those after it
  bool causal;
  std::int64_t reach;  // most distance between a query and the keys it sees
  float scale, cap;    // of the scores; cap 0 = none, else score -> cap tanh(score / cap)
  // Elements from one token to the next: (heads + 2 kv_heads) head_dim, heads of q, then k, then v.
  std::int64_t stride() const { return (heads + 2 * kv_heads) * head_dim; }
};

// Floats of scratch that the functions below need.
std::int64_t scratch_size(const Job& job, bool backward);

// context [length, heads head_dim]: the job's heads are written.
void forward(const Job& job, const float* qkv, float* context, float* scratch);
void forward(const Job& job, const Bf16* qkv, Bf16* context, float* scratch);

// Writes the job's q, k and v columns of grad_qkv [length, stride]. The scores are computed again, so that
// nothing but qkv has to be kept from the forward pass.
void backward(const Job& job, const float* qkv, const float* grad_context, float* grad_qkv, float* scratch);
void backward(const Job& job, const Bf16* qkv, const Bf16* grad_context, Bf16* grad_qkv, float* scratch);

}  // namespace qinglan::attention_kernels
