#pragma once
// Runs a stranger's program where it can do no harm: in a forked child with little processor time and memory,
// of which only bytes come back.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace qinglan {

struct ChildLimits {
  std::uint64_t seconds;  // of processor time
  std::uint64_t memory;   // bytes more than this process has mapped
};

// What `work` returns in the child; nothing when a limit ended it. `work` must not throw, and must not use
// threads or anything that another thread of this process might have locked, other than memory. Throws
// Error{io}.
std::optional<std::string> run_bounded(const ChildLimits& limits, const std::function<std::string()>& work);

}  // namespace qinglan
