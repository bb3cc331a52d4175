#pragma once
// Who is told how a run goes. The command line draws bars or lines from this; tests collect it.

#include <cstdint>
#include <string>

#include "experiment/node.h"

namespace qinglan {

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void planned(std::int64_t nodes, std::int64_t to_compute) = 0;
  virtual void started(const Node& node) = 0;
  virtual void progressed(const Node& node, double done, double total, const std::string& unit) = 0;
  virtual void finished(const Node& node, bool reused) = 0;
  virtual void failed(const Node& node, const std::string& message) = 0;
  virtual void note(const std::string& text) = 0;
};

}  // namespace qinglan
