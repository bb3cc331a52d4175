#pragma once
// Who is told how a run goes. The command line draws bars or lines from this; tests collect it.

#include <cstdint>
#include <optional>
#include <string>

#include "experiment/node.h"

namespace qinglan {

struct NodeProgress {
  double done = 0, total = 0;  // in `unit`: "rows" or "steps"
  std::string unit;
  std::optional<double> loss{};  // of the last step, where it trains
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void planned(std::int64_t nodes, std::int64_t to_compute) = 0;
  virtual void started(const Node& node) = 0;
  virtual void progressed(const Node& node, const NodeProgress& progress) = 0;
  virtual void finished(const Node& node, bool reused) = 0;
  virtual void failed(const Node& node, const std::string& message) = 0;
  virtual void note(const std::string& text) = 0;
};

}  // namespace qinglan
