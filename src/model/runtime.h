#pragma once
// Process-wide settings of the compute plane.

namespace qinglan {

// Call once, before any tensor is made: fixes the number of compute threads (>= 1), makes LibTorch
// deterministic and bounds what it keeps of earlier products.
void init_runtime(int threads);

}  // namespace qinglan
