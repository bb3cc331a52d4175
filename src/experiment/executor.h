#pragma once
// Runs jobs in worker processes on this machine, one at a time with all compute threads, on cores that no
// other engine of this user has claimed (core_claim.h) where there are enough.

#include <atomic>
#include <map>
#include <string>

#include "experiment/job.h"
#include "experiment/observer.h"

namespace qinglan {

struct NodeOutcome {
  bool done = false;
  bool reused = false;
  std::string message;  // of a failure
};

class LocalExecutor {
 public:
  // `worker`: path of qinglan-worker. `stop`: a signal number once the user asked to stop, else 0.
  LocalExecutor(std::string worker, const std::atomic<int>& stop) : worker_(std::move(worker)), stop_(stop) {}

  // Every node of the job gets an outcome. A worker that dies is started again once for the node it died on;
  // a second death is that node's recorded failure and the rest goes on. Throws Error{interrupted} after a
  // stop (the worker has saved), Error{io} when the worker cannot be started.
  std::map<std::string, NodeOutcome> run(const Job& job, RunObserver& observer);

 private:
  std::string worker_;
  const std::atomic<int>& stop_;
};

}  // namespace qinglan
