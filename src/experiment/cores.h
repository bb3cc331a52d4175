#pragma once
// The processors that compute threads use: of those this process may run on one for each physical core, since
// two threads that share a core's arithmetic units are no faster than one, and no more of them than a
// container's quota pays for.

#include <cstdint>
#include <string>
#include <vector>

namespace qinglan {

struct Cores {
  std::vector<int> cpus;    // numbers of logical processors, one a physical core, ascending; never empty
  std::int64_t usable = 1;  // threads that run at once: the cores, or the quota rounded up where that is less
};

// Of the processors `allowed`. `sys` is where the kernel tells (sysfs): which processors share a core
// (devices/system/cpu/cpu<n>/topology/thread_siblings_list) and the quota (fs/cgroup/cpu.max of control
// groups v2, fs/cgroup/cpu/cpu.cfs_*_us of v1). What is not told there limits nothing.
Cores cores_among(const std::vector<int>& allowed, const std::string& sys);

// Those of this process.
Cores usable_cores();

}  // namespace qinglan
