#include "experiment/executor.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "base/error.h"
#include "experiment/core_claim.h"
#include "experiment/worker_process.h"
#include "io/file_system.h"

namespace qinglan {
namespace {

constexpr int kAttempts = 2;
constexpr std::chrono::seconds kPatience{10};  // for a stopping worker to save

std::string tail_of(const std::string& path) {
  FileSystem& fs = real_file_system();
  if (!fs.exists(path)) return "";
  std::string text = fs.read(path);
  if (text.size() > 2000) text = text.substr(text.size() - 2000);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string describe_end(int code, const std::string& log) {
  std::string text;
  if (code == 256 + SIGKILL)
    text = "the worker was killed (signal 9; the usual reason is too little memory)";
  else if (code > 256)
    text = "the worker crashed: " + std::string(strsignal(code - 256));
  else
    text = "the worker ended with code " + std::to_string(code);
  return log.empty() ? text : text + "; its last words: " + log;
}

// One worker's life: follows its events until it ends.
class JobRun {
 public:
  JobRun(const Job& job, RunObserver& observer, std::map<std::string, NodeOutcome>& outcomes)
      : observer_(observer), outcomes_(outcomes) {
    for (const auto& node : job.nodes) nodes_[node.key()] = &node;
  }

  int follow(WorkerProcess& worker, const std::atomic<int>& stop) {
    bool ended = false, asked = false;
    auto deadline = std::chrono::steady_clock::time_point::max();
    while (!ended) {
      for (const auto& line : worker.read_lines(100, ended)) on_event(line);
      if (stop && !asked) {
        asked = true;
        worker.signal(SIGTERM);
        deadline = std::chrono::steady_clock::now() + kPatience;
      }
      if (std::chrono::steady_clock::now() > deadline) worker.signal(SIGKILL);
    }
    return worker.wait();
  }

  const std::string& current() const { return current_; }

 private:
  void on_event(const std::string& line) {
    const Json event = parse_json(line, "worker output");
    const std::string what = get_field<std::string>(event, "event", "worker output");
    if (what == "confined") {
      if (!event.value("enforced", true))
        observer_.note("isolation declared, not enforced: " + event.value("why", ""));
      return;
    }
    const std::string key = get_field<std::string>(event, "node", "worker output");
    const auto it = nodes_.find(key);
    QL_CHECK(it != nodes_.end(), "the worker speaks of a node it was not given");
    const Node& node = *it->second;
    if (what == "start") {
      current_ = key;
      observer_.started(node);
    } else if (what == "progress") {
      NodeProgress progress{event.at("done"), event.at("total"), event.value("unit", "")};
      if (event.contains("loss")) progress.loss = event["loss"].get<double>();
      observer_.progressed(node, progress);
    } else if (what == "done") {
      outcomes_[key] = {true, event.value("reused", false), ""};
      current_.clear();
      observer_.finished(node, outcomes_[key].reused);
    } else if (what == "failed") {
      outcomes_[key] = {false, false, event.value("message", "")};
      current_.clear();
      observer_.failed(node, outcomes_[key].message);
    }
  }

  RunObserver& observer_;
  std::map<std::string, NodeOutcome>& outcomes_;
  std::map<std::string, const Node*> nodes_;
  std::string current_;
};

}  // namespace

std::map<std::string, NodeOutcome> LocalExecutor::run(const Job& whole, RunObserver& observer) {
  FileSystem& fs = real_file_system();
  std::map<std::string, NodeOutcome> outcomes;
  std::map<std::string, int> deaths;
  for (int launch = 0;; ++launch) {
    Job job = whole;
    std::erase_if(job.nodes, [&](const Node& node) { return outcomes.contains(node.key()); });
    if (job.nodes.empty()) return outcomes;
    fs.make_folders(job.scratch);
    const std::string job_file = job.scratch + "/job.json", log = job.scratch + "/worker.log";
    fs.write(job_file, canonical_json(to_json(job)));
    fs.remove_all(log);

    JobRun follower(job, observer, outcomes);
    int code;
    {
      const CoreClaim claim(usable_cores(), job.threads);
      WorkerProcess worker(worker_, {"run", "--job", job_file}, log, claim.cpus());
      code = follower.follow(worker, stop_);
    }
    const std::string words = tail_of(log);
    fs.remove_all(job.scratch);
    if (stop_)
      throw Error(ErrorKind::interrupted, "stopped; what was done is kept")
          .hint("run the same command to go on");
    if (code == 0 || code == 1) {
      for (const auto& node : job.nodes)
        if (!outcomes.contains(node.key())) outcomes[node.key()] = {false, false, describe_end(code, words)};
      return outcomes;
    }
    // The node it died on, else the first one it never reached: some node must answer for every death.
    const std::string blamed = follower.current().empty() ? job.nodes.front().key() : follower.current();
    if (outcomes.contains(blamed) || ++deaths[blamed] < kAttempts) {
      QL_CHECK(launch < 1000, "the worker keeps dying");
      observer.note(describe_end(code, words) + "; trying again");
      continue;
    }
    outcomes[blamed] = {false, false, describe_end(code, words)};
    for (const auto& node : job.nodes)
      if (node.key() == blamed) observer.failed(node, outcomes[blamed].message);
  }
}

}  // namespace qinglan
