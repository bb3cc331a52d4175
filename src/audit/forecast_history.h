#pragma once
// How the forecasts of many runs came out: of all cells whose gain was foretold and sealed before ground
// truth was opened, in how many it held.

#include <cstdint>
#include <map>
#include <string>

#include "base/json.h"
#include "record/record.h"

namespace qinglan {

struct Coverage {
  std::int64_t held = 0;      // cells whose gain is not below what was foretold with its whole interval
  std::int64_t at_least = 0;  // cells whose gain, as it was measured, is at least that
};

class ForecastHistory {
 public:
  // A student that several runs name counts once, as the run with the most seeds has it. Throws
  // Error{corrupt_data} as judge() does.
  void add(const Record& record);

  std::int64_t runs() const { return runs_; }
  std::int64_t cells() const { return static_cast<std::int64_t>(sealed_.size()); }
  std::int64_t data_sets() const;
  std::int64_t unsealed() const { return unsealed_; }  // cells whose forecast does not count
  Coverage squared() const;
  Coverage bregman() const;

 private:
  struct Outcome {
    std::size_t seeds = 0;
    std::string data;
    bool squared_held = false, bregman_held = false, squared_at_least = false, bregman_at_least = false;
  };

  std::int64_t runs_ = 0, unsealed_ = 0;
  std::map<std::string, Outcome> sealed_;  // by the first seed's student
};

// {"schema", "runs", "cells", "data_sets", "unsealed", "squared": {"held": S, "at_least": S}, "bregman":
// ...}, S = {"value","low","high","cells"} (exact binomial, 95%) or {"undefined":"why"}. Cells of one data
// set are not independent of each other, which the interval does not know.
Json history_document(const ForecastHistory& history);

}  // namespace qinglan
