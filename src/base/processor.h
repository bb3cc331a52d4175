#pragma once
// What this machine's processor computes with. Kernels choose by it, and so it is part of the numerics
// profile.

#include <string>

namespace qinglan {

// Whether there are the dot products of bf16 vectors (AVX-512 BF16), and what else of AVX-512 they are used
// with.
bool has_bf16_vectors();

// Whether there are tile registers that multiply bf16 (Intel AMX; Intel SDM vol. 1, chapter 18) with such
// vectors, and the system lets this process use them. The first call asks for that, for all threads of the
// process.
bool has_tile_registers();

// "amx-bf16" (there are tile registers), "avx512-bf16", "avx512", "avx2", "baseline", "neon".
std::string isa_level();

// "bfloat16" where the processor multiplies bf16 matrices faster than fp32 ones, else "float32": AMX does,
// and AMD's AVX-512; Intel's AVX-512 bf16 has half the throughput of its fp32 (measured with LibTorch's
// products: 145 against 250 GFLOP/s on two cores).
std::string fast_dtype();

}  // namespace qinglan
