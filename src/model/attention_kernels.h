#pragma once
// Raw attention of one document and one key-value head: fp32 arithmetic, scores in blocks of queries, nothing
// padded that counts. The result depends on the document alone, never on its neighbours or on threads.

#include <algorithm>
#include <cstdint>
#include <span>

#include "model/row_kernels.h"

namespace qinglan::attention_kernels {

using row_kernels::Bf16;

struct Job {
  std::int64_t length;  // tokens of the document
  std::int64_t heads, kv_heads, head_dim;
  std::int64_t kv_head;  // of this job; its query heads are kv_head * heads / kv_heads and those after it
  bool causal;
  std::int64_t reach;            // most distance between a query and the keys it sees
  float scale, cap;              // of the scores; cap 0 = none, else score -> cap tanh(score / cap)
  std::int64_t first_query = 0;  // those before it are left out
  // Elements from one token to the next: (heads + 2 kv_heads) head_dim, heads of q, then k, then v.
  std::int64_t stride() const { return (heads + 2 * kv_heads) * head_dim; }
};

// Which keys the queries of one block see, and the loop extents that follow.
struct Block {
  std::int64_t first, count, length;  // queries [first, first + count) of `length`
  bool causal;
  std::int64_t reach;

  std::int64_t from(std::int64_t query) const { return std::max<std::int64_t>(0, first + query - reach); }
  std::int64_t seen(std::int64_t query) const {  // one past the last
    return causal ? first + query + 1 : std::min(length, first + query + 1 + std::min(length, reach));
  }
  std::int64_t keys() const { return seen(count - 1); }
  // The queries that see the keys [key, last].
  std::int64_t first_query(std::int64_t key) const {
    return std::max<std::int64_t>(0, key - first - (causal ? 0 : std::min(length, reach)));
  }
  std::int64_t end_query(std::int64_t last) const {
    return std::min(count, last - first + 1 + std::min(length, reach));
  }
};

// score -> cap tanh(score / cap). Where `slopes` is given it gets the derivative, 1 - tanh^2.
void soften(float* scores, float* slopes, std::int64_t count, float cap);

// Floats of scratch that the functions below need.
std::int64_t scratch_size(const Job& job, bool backward);

// context [length, heads head_dim]: the job's heads are written, of its queries.
void forward(const Job& job, const float* qkv, float* context, float* scratch);
void forward(const Job& job, const Bf16* qkv, Bf16* context, float* scratch);

// Writes the job's q columns (of its queries), k and v columns of grad_qkv [length, stride]. The scores are
// computed again, so that nothing but qkv has to be kept from the forward pass.
void backward(const Job& job, const float* qkv, const float* grad_context, float* grad_qkv, float* scratch);
void backward(const Job& job, const Bf16* qkv, const Bf16* grad_context, Bf16* grad_qkv, float* scratch);

// row [width] += rows[i] of `from` [.., width], summed in fp32 and rounded once.
void add_rows(float* row, const float* from, std::span<const std::int64_t> rows, std::int64_t width);
void add_rows(Bf16* row, const Bf16* from, std::span<const std::int64_t> rows, std::int64_t width);

}  // namespace qinglan::attention_kernels
