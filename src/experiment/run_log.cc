#include "experiment/run_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <utility>

#include "record/run_state.h"

namespace qinglan {
namespace {

constexpr double kPause = 0.5;  // seconds between two lines of progress

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Of one missing node of each kind.
std::map<std::string, double> expected_seconds(const PlanCost& cost) {
  std::map<std::string, double> seconds;
  for (const auto& [kind, sum] : cost.kinds)
    if (sum.missing > 0) seconds[kind] = sum.seconds / static_cast<double>(sum.missing);
  return seconds;
}

std::vector<std::string> nodes_of(const Cell& cell) {
  std::vector<std::string> keys;
  for (const SeedRun& seed : cell.seeds)
    for (const auto* key : {&seed.weak_floor, &seed.weak_to_strong, &seed.strong_ceiling})
      keys.push_back(*key);
  for (const ChainStudent& student : cell.chain)
    keys.insert(keys.end(), student.series.begin(), student.series.end());
  for (const auto& [name, control] : cell.controls)
    keys.insert(keys.end(), control.series.begin(), control.series.end());
  return keys;
}

Json node_json(const Node& node, bool there, const std::map<std::string, double>& seconds) {
  Json json = {{"kind", node.kind}, {"title", node.title}, {"there", there}};
  if (const auto it = seconds.find(node.kind); !there && it != seconds.end()) json["seconds"] = it->second;
  const Json& settings = node.settings();
  if (settings.is_object() && settings.contains("epochs") && settings["epochs"].is_number())
    json["epochs"] = settings["epochs"];
  return json;
}

Json cell_json(const Cell& cell, const Plan& plan) {
  std::string name = cell.supervisor;
  for (const ChainStudent& student : cell.chain)
    if (&student != &cell.chain.back()) name += " > " + student.name;
  Json json = {{"name", name + " > " + cell.student + ", " + cell.method}, {"nodes", Json::array()}};
  std::set<std::string> seen;
  for (const auto& key : nodes_of(cell))
    if (plan.nodes.contains(key) && seen.insert(key).second) json["nodes"].push_back(key);
  return json;
}

}  // namespace

RunLog::RunLog(const Store& store, std::string run, RunObserver& observer)
    : observer_(observer),
      fs_(store.fs()),
      run_(std::move(run)),
      folder_(store.root() + "/tmp/" + watch_folder(getpid())) {
  fs_.make_folders(folder_);
  const std::string path = folder_ + "/" + run_ + ".jsonl";
  descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) observer_.note("nobody can watch this run: " + std::string(std::strerror(errno)));
}

RunLog::~RunLog() {
  if (descriptor_ >= 0) close(descriptor_);
  try {
    fs_.remove_all(folder_);
  } catch (const Error&) {  // the next run's cleaning takes it
  }
}

void RunLog::begin(const std::string& name, const Plan& plan, const std::vector<std::string>& missing,
                   const PlanCost& cost) {
  const std::set<std::string> wanted(missing.begin(), missing.end());
  const auto seconds = expected_seconds(cost);
  Json nodes = Json::object(), cells = Json::array();
  for (const auto& [key, node] : plan.nodes) nodes[key] = node_json(node, !wanted.contains(key), seconds);
  for (const Cell& cell : plan.cells) cells.push_back(cell_json(cell, plan));
  say({{"event", "plan"},
       {"run", run_},
       {"name", name},
       {"pid", getpid()},
       {"nodes", std::move(nodes)},
       {"cells", std::move(cells)}});
}

void RunLog::end() { say({{"event", "end"}, {"message", ""}}); }

void RunLog::broke_off(const Error& error, int signal) {
  Json event = {{"event", "end"}, {"broken", name_of(error.kind())}, {"message", error.what()}};
  if (signal) event["signal"] = signal;
  say(std::move(event));
}

void RunLog::planned(std::int64_t nodes, std::int64_t to_compute) { observer_.planned(nodes, to_compute); }

void RunLog::started(const Node& node) {
  say({{"event", "start"}, {"node", node.key()}});
  observer_.started(node);
}

void RunLog::progressed(const Node& node, const NodeProgress& progress) {
  if (const double time = now(); time - last_progress_ >= kPause) {
    last_progress_ = time;
    Json event = {{"event", "progress"},
                  {"node", node.key()},
                  {"done", progress.done},
                  {"total", progress.total},
                  {"unit", progress.unit}};
    if (progress.loss) event["loss"] = *progress.loss;
    say(std::move(event));
  }
  observer_.progressed(node, progress);
}

void RunLog::finished(const Node& node, bool reused) {
  say({{"event", "done"}, {"node", node.key()}, {"reused", reused}});
  observer_.finished(node, reused);
}

void RunLog::failed(const Node& node, const std::string& message) {
  say({{"event", "failed"}, {"node", node.key()}, {"message", message}});
  observer_.failed(node, message);
}

void RunLog::note(const std::string& text) {
  say({{"event", "note"}, {"text", text}});
  observer_.note(text);
}

void RunLog::say(Json event) {
  if (descriptor_ < 0) return;
  event["time"] = now();
  const std::string line = event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::size_t written = 0;
  while (written < line.size()) {
    const auto more = write(descriptor_, line.data() + written, line.size() - written);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    written += static_cast<std::size_t>(more);
  }
  if (written == line.size()) return;
  close(std::exchange(descriptor_, -1));  // a line that was cut is none; readers wait for its end
  observer_.note("this run can no longer be watched: " + std::string(std::strerror(errno)));
}

}  // namespace qinglan
