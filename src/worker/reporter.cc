#include "worker/reporter.h"

#include <unistd.h>

#include <cmath>

namespace qinglan {

void Reporter::confined(bool enforced, const std::string& why) {
  say({{"event", "confined"}, {"enforced", enforced}, {"why", why}});
}

void Reporter::start(const std::string& key) { say({{"event", "start"}, {"node", key}}); }

void Reporter::progress(const std::string& key, double done, double total, const std::string& unit,
                        double loss) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  Json event = {{"event", "progress"}, {"node", key}, {"done", done}, {"total", total}, {"unit", unit}};
  if (std::isfinite(loss)) event["loss"] = loss;
  say(event);
}

void Reporter::done(const std::string& key, bool reused) {
  say({{"event", "done"}, {"node", key}, {"reused", reused}});
}

void Reporter::failed(const std::string& key, const Error& error) {
  say({{"event", "failed"}, {"node", key}, {"kind", name_of(error.kind())}, {"message", error.what()}});
}

void Reporter::say(const Json& event) {
  const std::string line = event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  // One write a line; an engine that is gone takes us along (PDEATHSIG), so a failed write needs no answer.
  [[maybe_unused]] const auto written = write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace qinglan
