#pragma once
// About what a plan costs, before anything is started.

#include <cstdint>
#include <map>
#include <string>

#include "base/json.h"
#include "experiment/plan.h"
#include "store/store.h"

namespace qinglan {

struct KindCost {
  std::int64_t nodes = 0, missing = 0;
  double flops = 0, seconds = 0;  // of the missing ones
  std::int64_t memory = 0;        // bytes, of the worker of the largest missing one
};

struct PlanCost {
  std::map<std::string, KindCost> kinds;
  double flops = 0, seconds = 0;
  std::int64_t peak_memory = 0;  // bytes, of the largest worker
  std::int64_t disk = 0;         // bytes that hidden states not yet there take while they are computed
  double search_prompts = 0;     // at most, of missing nodes that search labels (elicit = icm)
  double rate = 0;               // FLOP/s used for the estimate, over all nodes
  bool rate_measured = false;    // of some of them, by ledgers of nodes in this store that computed alike
};

// Tokens are guessed from the texts' bytes (4.3 a token), since only workers have tokenizers.
PlanCost estimate_cost(const Plan& plan, const PlannedData& data, Store& store, std::int64_t threads);
Json to_json(const PlanCost& cost);

std::int64_t free_disk(const Store& store);
// Throws Error{usage} when that many bytes of hidden states do not fit into the free ones.
void check_disk(std::int64_t needed, std::int64_t free);

}  // namespace qinglan
