#pragma once
// Products of bf16 matrices by the tile registers of x86 processors (Intel AMX; Intel SDM vol. 1, chapter
// 18), summed in fp32 and rounded once. An element's bits do not depend on the number of rows, columns or
// threads, and no code is made for a shape: batches hardly ever have the same number of tokens twice.

#include <cstdint>

#include "model/row_kernels.h"

namespace qinglan::amx {

using row_kernels::Bf16;

// Whether this processor has such registers for bf16, and the system lets this process use them.
bool available();

// A matrix [rows, k]: element (row, i) is data[row stride + i], or data[i stride + row] where it lies by k.
struct Operand {
  const Bf16* data;
  std::int64_t stride;
  bool by_k;
};

// c[i, j] = bias[j] + add[i, j] + sum over k of a(i, k) b(j, k). c and add [m, n] have rows of `stride`
// elements.
struct Product {
  Operand a, b;
  std::int64_t m, n, k;
  const Bf16* bias;  // [n], or null
  const Bf16* add;   // or null; never c: some rows are computed twice
  Bf16* c;
  std::int64_t stride;
};

// By all threads of LibTorch. Only where it is available; m, n and k are positive.
void multiply(const Product& product);

}  // namespace qinglan::amx
