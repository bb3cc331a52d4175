#pragma once
// Products of bf16 matrices on x86 processors that multiply them, summed in fp32 and rounded once. An
// element's bits do not depend on the number of rows, columns or threads, and no code is made for a shape:
// batches hardly ever have the same number of tokens twice.

#include <cstdint>
#include <optional>

#include "model/row_kernels.h"

namespace qinglan::bf16 {

using row_kernels::Bf16;

// What multiplies: the dot products of AVX-512 BF16 (Intel SDM vol. 2, VDPBF16PS), or tile registers (Intel
// AMX; vol. 1, chapter 18). They add in another order, and so have other bits.
enum class Unit { vectors, tiles };
// The fastest that this processor has (base/processor.h), if any.
std::optional<Unit> fastest_unit();

// A matrix [rows, k]: element (row, i) is data[row stride + i], or data[i stride + row] where it lies by k.
struct Operand {
  const Bf16* data;
  std::int64_t stride;
  bool by_k;
};

// Half of a product's columns gate the other half: y[i, j] = act(c[i, j]) c[i, n / 2 + j] of c as it would be
// rounded; y [m, n / 2] has whole rows. n / 2 is a multiple of 16, and b lies by rows.
struct Gated {
  row_kernels::Gate gate;
  Bf16* y;
};

// A product, rounded, is the gradient of such a y = act(gate) up [m, n]: what is written to c is that of
// gate | up [m, 2 n], which has whole rows.
struct Ungated {
  row_kernels::Gate gate;
  const Bf16* gate_up;
};

// Products that are added to the same sums: a [m, k] lies by rows, and k is a multiple of kTermsStep.
constexpr std::int64_t kTermsStep = 32;
struct Terms {
  Operand a, b;
  std::int64_t k;
};

// c[i, j] = bias[j] + add[i, j] + sum over k of a(i, k) b(j, k), and `more` such terms. c and add [m, n] have
// rows of `stride` elements.
struct Product {
  Operand a, b;
  std::int64_t m, n, k;
  const Bf16* bias;  // [n], or null
  const Bf16* add;   // or null
  Bf16* c;           // null where only what it gates is written
  std::int64_t stride;
  std::optional<Gated> gated = std::nullopt;      // these two go with no `add` and no `more`,
  std::optional<Ungated> ungated = std::nullopt;  // and not with each other
  std::optional<Terms> more = std::nullopt;
};

// The gate alone and its gradient, with the same bits, on every unit: gate_up and its gradient [rows, 2
// width], y and its gradient [rows, width].
void gate(row_kernels::Gate gate, const Bf16* gate_up, Bf16* y, std::int64_t rows, std::int64_t width);
void ungate(row_kernels::Gate gate, const Bf16* grad, const Bf16* gate_up, Bf16* grad_gate_up,
            std::int64_t rows, std::int64_t width);

// By all threads of LibTorch. m, n and k are positive, and the processor has the unit.
void multiply(const Product& product, Unit unit);

}  // namespace qinglan::bf16
