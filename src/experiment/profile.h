#pragma once
// The numerics profile: everything beside the spec that may change a bit of a result.

#include <string>

#include "base/json.h"

namespace qinglan {

// {"numerics","torch","isa","threads","device","world"}; `device` is a kind of experiment/device.h.
Json numerics_profile(std::int64_t threads, const std::string& device = "cpu");

}  // namespace qinglan
