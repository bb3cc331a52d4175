#pragma once
// Runs the nodes of one job in this process: lease, compute, publish, report.

#include <atomic>

#include "experiment/job.h"
#include "worker/reporter.h"

namespace qinglan {

// `stop` is set by a signal: the node under way saves what it has. Returns the process's exit code.
int run_job(const Job& job, Reporter& reporter, const std::atomic<bool>& stop);

}  // namespace qinglan
