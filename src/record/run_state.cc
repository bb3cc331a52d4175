#include "record/run_state.h"

#include <algorithm>

#include "base/error.h"

namespace qinglan {
namespace {

void begin(RunState& state, const Json& event, const std::string& source) {
  state.run = get_field<std::string>(event, "run", source);
  state.name = get_field<std::string>(event, "name", source);
  state.pid = get_field<std::int64_t>(event, "pid", source);
  state.started = get_field<double>(event, "time", source);
  const Json nodes = get_field<Json>(event, "nodes", source), cells = get_field<Json>(event, "cells", source);
  for (const auto& [key, node] : nodes.items()) {
    NodeState& one = state.nodes[key];
    one.kind = get_field<std::string>(node, "kind", source);
    one.title = get_field<std::string>(node, "title", source);
    one.phase = get_field<bool>(node, "there", source) ? NodePhase::there : NodePhase::waiting;
    if (node.contains("seconds")) one.seconds = get_field<double>(node, "seconds", source);
    if (node.contains("epochs")) one.epochs = get_field<double>(node, "epochs", source);
  }
  for (const Json& cell : cells)
    state.cells.push_back({get_field<std::string>(cell, "name", source),
                           get_field<std::vector<std::string>>(cell, "nodes", source)});
}

void change(NodeState& node, const std::string& what, const Json& event, double time,
            const std::string& source) {
  if (what == "start") {
    node.phase = NodePhase::running;
    node.started = time;
    node.progress = node.total = 0;
    node.loss.reset();
  } else if (what == "progress") {
    node.progress = get_field<double>(event, "done", source);
    node.total = get_field<double>(event, "total", source);
    node.unit = get_field<std::string>(event, "unit", source);
    if (event.contains("loss")) node.loss = get_field<double>(event, "loss", source);
  } else if (what == "done") {
    node.phase = NodePhase::done;
    node.ended = time;
    if (get_field<bool>(event, "reused", source)) node.started = 0;  // another run's time
  } else if (what == "failed") {
    node.phase = NodePhase::failed;
    node.ended = time;
    node.message = get_field<std::string>(event, "message", source);
  } else {
    throw Error(ErrorKind::corrupt_data, "no such event of a run").in(source).found(what);
  }
}

void add_event(RunState& state, const Json& event, const std::string& source) {
  const auto what = get_field<std::string>(event, "event", source);
  state.last = get_field<double>(event, "time", source);
  if (what == "plan") return begin(state, event, source);
  if (what == "note") {
    state.notes.push_back(get_field<std::string>(event, "text", source));
  } else if (what == "end") {
    state.ended = true;
    if (event.contains("broken")) state.broken = get_field<std::string>(event, "broken", source);
    if (event.contains("signal"))
      state.signal = static_cast<int>(get_field<std::int64_t>(event, "signal", source));
    state.message = get_field<std::string>(event, "message", source);
  } else {
    const auto node = state.nodes.find(get_field<std::string>(event, "node", source));
    if (node == state.nodes.end())
      throw Error(ErrorKind::corrupt_data, "an event of a node that is not in the plan").in(source);
    change(node->second, what, event, state.last, source);
  }
}

}  // namespace

std::int64_t RunState::count(NodePhase phase) const {
  return std::count_if(nodes.begin(), nodes.end(),
                       [&](const auto& one) { return one.second.phase == phase; });
}

std::optional<double> RunState::seconds_left(double now) const {
  double spent = 0, expected = 0, left = 0;
  for (const auto& [key, node] : nodes) {
    if (node.phase == NodePhase::done && node.started > 0) {
      spent += node.ended - node.started;
      expected += node.seconds;
    } else if (node.phase == NodePhase::waiting) {
      left += node.seconds;
    }
  }
  if (expected <= 0) return std::nullopt;
  left *= spent / expected;
  for (const auto& [key, node] : nodes) {
    if (node.phase != NodePhase::running) continue;
    const double ran = std::max(0.0, now - node.started);
    left += node.progress > 0 && node.total > 0 ? ran * (node.total - node.progress) / node.progress
                                                : std::max(0.0, node.seconds * spent / expected - ran);
  }
  return left;
}

void add_lines(RunState& state, const std::string& lines, const std::string& source) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    if (end > at) add_event(state, parse_json(lines.substr(at, end - at), source), source);
    at = end + 1;
  }
}

std::string watch_folder(std::int64_t pid) { return std::to_string(pid) + ".watch"; }

}  // namespace qinglan
