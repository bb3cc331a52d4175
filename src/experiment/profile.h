#pragma once
// The numerics profile: everything beside the spec that may change a bit of a result.

#include <string>

#include "base/json.h"

namespace qinglan {

// {"numerics","torch","isa","threads","device","world"}; `device` is a kind of experiment/device.h.
Json numerics_profile(std::int64_t threads, const std::string& device = "cpu");

// "amx-bf16", "avx512-bf16", "avx512", "avx2", "baseline", "neon": what LibTorch's kernels choose by.
std::string isa_level();

// "bfloat16" where the processor multiplies bf16 matrices faster than fp32 ones, else "float32": AMX does,
// and AMD's AVX-512; Intel's AVX-512 bf16 has half the throughput of its fp32 (measured: 145 against 250
// GFLOP/s on two cores).
std::string fast_dtype();

}  // namespace qinglan
