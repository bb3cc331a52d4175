#pragma once
// What a worker says to the engine: JSON lines on standard output (experiment/job.h has the words).

#include <chrono>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace qinglan {

class Reporter {
 public:
  void confined(bool enforced, const std::string& why);
  void start(const std::string& key);
  // At most ten lines a second. A loss that is not finite is left out.
  void progress(const std::string& key, double done, double total, const std::string& unit, double loss);
  void done(const std::string& key, bool reused);
  void failed(const std::string& key, const Error& error);

 private:
  void say(const Json& event);
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace qinglan
