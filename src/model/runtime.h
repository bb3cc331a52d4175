#pragma once
// Process-wide settings of the compute plane.

namespace qinglan {

// Call once, before any tensor is made: fixes the number of compute threads (>= 1), makes LibTorch
// deterministic, and keeps freed memory in the process (mallopt M_MMAP_MAX 0, M_TRIM_THRESHOLD -1), since
// page faults otherwise cost more than the arithmetic of a training step.
void init_runtime(int threads);

}  // namespace qinglan
