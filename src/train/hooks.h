#pragma once
// How long work talks to whoever runs it.

#include <cstdint>
#include <functional>

namespace qinglan {

struct RunHooks {
  std::function<void(std::int64_t done, std::int64_t total, double loss)>
      progress;                // loss NaN where there is none
  std::function<bool()> stop;  // true: save what there is and throw Error{interrupted}
};

// Throws Error{interrupted} when asked to stop.
void check_stop(const RunHooks& hooks);

}  // namespace qinglan
