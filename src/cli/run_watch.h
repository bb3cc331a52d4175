#pragma once
// Follows the log of a run that another process is at (record/run_state.h). Only reads; once opened, the log
// can be read to its end though the run takes it away.

#include <fstream>
#include <string>
#include <vector>

#include "record/run_state.h"

namespace qinglan {

class RunWatch {
 public:
  explicit RunWatch(std::string path);
  bool opened() const { return file_.is_open(); }

  // Reads what was added since. Throws Error{io | corrupt_data}.
  void look();
  const RunState& state() const { return state_; }
  // Whether the engine's process is there.
  bool is_alive() const;

 private:
  std::string path_, rest_;  // rest_: a line without its end yet
  std::ifstream file_;
  std::int64_t pid_ = 0;  // as its folder says, before the log has a line
  RunState state_;
};

// Logs in a store, the newest first; of runs whose name starts with `run`, "" for all.
std::vector<std::string> run_logs(const std::string& store_root, const std::string& run);

}  // namespace qinglan
