#pragma once
// A spec from start to record: data, plan, jobs, record. What is in the store is never computed again.

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "experiment/executor.h"
#include "experiment/observer.h"
#include "experiment/plan.h"
#include "experiment/run_log.h"
#include "experiment/spec.h"
#include "record/record.h"
#include "store/store.h"

namespace qinglan {

// Makes sure that both data artifacts are in the store; says whether they had to be made.
// Throws what load_dataset throws, before anything else is started.
PlannedData prepare_data(const Spec& spec, Store& store, DigestMemo& memo, std::int64_t* computed = nullptr);

// The name of a run: SHA-256 of the resolved spec.
std::string run_id(const Spec& spec);

// A run whose nodes are in the store or have failed.
class SpecRun {
 public:
  // Computes what is missing. Throws Error{interrupted} when `stop` was set; everything finished is in the
  // store.
  SpecRun(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
          const std::atomic<int>& stop);

  const std::string& id() const { return run_; }
  // Nodes of the plan and the data set's two artifacts; those that failed are neither.
  std::int64_t computed() const;
  std::int64_t reused() const;
  // All that the record is made of, where nothing had to be computed for it: the same engine makes the same
  // record of the same standing.
  std::optional<Json> standing() const;
  // Seals the forecast, opens the truth of the test rows and assembles; the record is written to the store's
  // records/ too. Ends the run.
  Record record();
  // Tells whoever watches that the run is over.
  void end() { log_.end(); }

 private:
  void compute(const std::string& worker);
  Record assembled();
  // Tells whoever watches of an error, too.
  template <typename Step>
  auto watched(Step step);

  const Spec& spec_;
  Store& store_;
  const std::atomic<int>& stop_;
  std::string run_;
  RunLog log_;
  PlannedData data_;
  std::int64_t data_computed_ = 0, claims_ = 0;
  Plan plan_;
  std::map<std::string, NodeOutcome> outcomes_;
};

// A run and its record.
Record run_spec(const Spec& spec, Store& store, const std::string& worker, RunObserver& observer,
                const std::atomic<int>& stop);

// Nodes of the plan that are not in the store (verified byte by byte).
std::vector<std::string> missing_nodes(const Plan& plan, Store& store);

}  // namespace qinglan
