#pragma once
// A number with its 95% interval and its n, or the reason why there is none. Never NaN, never a bare 0.

#include <cstdint>
#include <string>

#include "base/json.h"

namespace qinglan {

struct Estimate {
  double value = 0, low = 0, high = 0;
  std::int64_t seeds = 0, items = 0;
  std::string undefined;  // why; empty when defined

  static Estimate no(std::string why) { return {.undefined = std::move(why)}; }
  bool defined() const { return undefined.empty(); }
};

// {"value","low","high","seeds","items"} or {"undefined":"why"}.
Json to_json(const Estimate& estimate);

}  // namespace qinglan
