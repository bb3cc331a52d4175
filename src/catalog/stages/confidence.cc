#include "catalog/stages/all.h"

namespace qinglan {

StageInfo filter_confidence_stage() {
  return {
      {"filter:confidence",
       "keep row i iff max_c y_ic > threshold; abstentions are dropped",
       "automated-w2s-research, confident filter (there the threshold is .75)",
       "the supervisor is right more often where it is sure, and enough rows stay; over-confident labels "
       "pass "
       "nearly whole",
       {{"threshold", 0.75, "the probability of the likeliest class that a label must exceed", 0, 0.9999}}}};
}

}  // namespace qinglan
