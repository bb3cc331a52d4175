#pragma once
// How far a run is, read by others while it goes on. The engine appends JSON lines to
//   <store>/tmp/<process id>.watch/<run>.jsonl
//   {"event":"plan", "time":t, "run", "name", "pid":n, "nodes":{key:{"kind","title","seconds":s?,"epochs":e?,
//    "there":bool}}, "cells":[{"name", "nodes":[key...]}]}     first line; "seconds": about, of a missing
//    node
//   {"event":"start"|"done", "time":t, "node":key}             of done also "reused":bool
//   {"event":"progress", "time":t, "node":key, "done":d, "total":n, "unit":u, "loss":x?}
//   {"event":"failed", "time":t, "node":key, "message":m}
//   {"event":"note", "time":t, "text":m}
//   {"event":"end", "time":t, "message":m, "broken":kind?, "signal":n?}   last line; "broken" (an ErrorKind)
//   of a
//    run that broke off, "signal" of one that was interrupted
// Times are seconds since 1970. A line is there whole or not yet; the folder goes when the run ends.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

enum class NodePhase { there, waiting, running, done, failed };

struct NodeState {
  std::string kind, title;
  NodePhase phase = NodePhase::waiting;
  double seconds = 0;              // expected of it, about
  std::optional<double> epochs;    // of its training
  double started = 0, ended = 0;   // seconds since 1970; 0: not yet
  double progress = 0, total = 0;  // in `unit`; total 0: nothing was said
  std::string unit, message;       // message: why it failed
  std::optional<double> loss;      // last said
};

struct CellState {
  std::string name;
  std::vector<std::string> nodes;  // keys that its numbers come from
};

struct RunState {
  std::string run, name;
  std::int64_t pid = 0;
  double started = 0, last = 0;  // seconds since 1970 of the first and the last line
  std::map<std::string, NodeState> nodes;
  std::vector<CellState> cells;
  std::vector<std::string> notes;
  bool ended = false;
  std::string broken,
      message;     // of a run that broke off: the kind of its error (base/error.h), and what it said
  int signal = 0;  // of one that was interrupted

  std::int64_t count(NodePhase phase) const;
  // About how long the rest takes: expected seconds of what is left, corrected by how long what was done took
  // against what was expected of it. Nothing before a node is done, or where nothing was expected.
  std::optional<double> seconds_left(double now) const;
};

// Adds whole lines; a line that is no such event is Error{corrupt_data}.
void add_lines(RunState& state, const std::string& lines, const std::string& source);

// Folder of a process's logs, below a store's tmp/.
std::string watch_folder(std::int64_t pid);

}  // namespace qinglan
