#pragma once
// A run's progress on standard error: a moving bar on a terminal, plain lines elsewhere.

#include <chrono>
#include <string>

#include "experiment/observer.h"

namespace qinglan {

class Progress : public RunObserver {
 public:
  explicit Progress(bool terminal) : terminal_(terminal) {}

  void planned(std::int64_t nodes, std::int64_t to_compute) override;
  void started(const Node& node) override;
  void progressed(const Node& node, const NodeProgress& progress) override;
  void finished(const Node& node, bool reused) override;
  void failed(const Node& node, const std::string& message) override;
  void note(const std::string& text) override;

 private:
  void line(const std::string& text);  // a lasting line
  void bar(const std::string& text);   // a line that the next one replaces
  std::string counter() const;

  bool terminal_;
  std::int64_t to_compute_ = 0, done_ = 0;
  double last_share_ = 0;
  std::chrono::steady_clock::time_point run_start_{std::chrono::steady_clock::now()}, node_start_{};
};

}  // namespace qinglan
