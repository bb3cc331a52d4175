#pragma once
// The numerics profile: everything beside the spec that may change a bit of a result (DESIGN, The run).

#include "base/json.h"

namespace qinglan {

// {"numerics","torch","isa","threads","device","world"}.
Json numerics_profile(std::int64_t threads);

// "amx-bf16", "avx512-bf16", "avx512", "avx2", "baseline", "neon": what LibTorch's kernels choose by.
std::string isa_level();

}  // namespace qinglan
