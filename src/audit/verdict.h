#pragma once
// The ten rules of a verdict in order; the first that matches is it.

#include "audit/evidence.h"

namespace qinglan {

struct Decision {
  Verdict verdict = Verdict::underpowered;
  std::string reason;
  std::int64_t seeds_needed = 0, items_needed = 0;
};

Decision decide(const Evidence& evidence);

// S >= 5, largest gap between sorted scores > .05 and > 3 x the median gap (rule 5).
bool is_bimodal(std::vector<double> scores);

}  // namespace qinglan
