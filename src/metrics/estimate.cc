#include "metrics/estimate.h"

namespace qinglan {

Json to_json(const Estimate& estimate) {
  if (!estimate.defined()) return {{"undefined", estimate.undefined}};
  return {{"value", estimate.value},
          {"low", estimate.low},
          {"high", estimate.high},
          {"seeds", estimate.seeds},
          {"items", estimate.items}};
}

}  // namespace qinglan
