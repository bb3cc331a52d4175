#include "metrics/certainty.h"

#include "base/error.h"
#include "metrics/calibration.h"

namespace qinglan {

ScoreRow certainty_row(const Confidences& sure, const std::string& what) {
  if (what == "nll") return {.values = sure.nll};
  if (what == "brier") return {.values = sure.brier};
  if (what == "calibration_error") return calibration_row(sure.top, sure.right);
  QL_CHECK(what == "over_confidence", "unknown metric");
  ScoreRow row{.values = sure.top};
  for (std::size_t i = 0; i < row.values.size(); ++i) row.values[i] -= sure.right[i];
  return row;
}

}  // namespace qinglan
