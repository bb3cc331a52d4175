#pragma once
// A spec from start to record: data, plan, jobs, record. What is in the store is never computed again.

#include <atomic>
#include <string>

#include "experiment/observer.h"
#include "experiment/plan.h"
#include "experiment/spec.h"
#include "record/record.h"
#include "store/store.h"

namespace qinglan {

// Makes sure that both data artifacts are in the store; says whether they had to be made.
// Throws what load_dataset throws, before anything else is started.
PlannedData prepare_data(const Spec& spec, Store& store, DigestMemo& memo, std::int64_t* computed = nullptr);

// The name of a run: SHA-256 of the resolved spec.
std::string run_id(const Spec& spec);

// Throws Error{interrupted} when `stop` was set; everything finished is in the store.
// The record is written to the store's records/ too.
Record run_spec(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
                const std::atomic<int>& stop);

// Nodes of the plan that are not in the store (verified byte by byte).
std::vector<std::string> missing_nodes(const Plan& plan, Store& store);

}  // namespace qinglan
