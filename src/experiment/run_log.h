#pragma once
// Tells whoever watches how far a run is (record/run_state.h has the lines), and passes everything on to the
// run's own observer. A log that cannot be written is said once and given up: it never disturbs a run.
// The log is taken away with this object; who has it open reads it to its end.

#include <map>
#include <string>

#include "base/error.h"
#include "experiment/cost.h"
#include "experiment/observer.h"
#include "experiment/plan.h"

namespace qinglan {

class RunLog : public RunObserver {
 public:
  RunLog(const Store& store, std::string run, RunObserver& observer);
  ~RunLog() override;
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  // The first line. `missing`: keys to compute; `cost` is theirs.
  void begin(const std::string& name, const Plan& plan, const std::vector<std::string>& missing,
             const PlanCost& cost);
  // The last line: of a finished run, or of one that broke off, by a signal where that is not 0.
  void end();
  void broke_off(const Error& error, int signal);

  void planned(std::int64_t nodes, std::int64_t to_compute) override;
  void started(const Node& node) override;
  void progressed(const Node& node, const NodeProgress& progress) override;
  void finished(const Node& node, bool reused) override;
  void failed(const Node& node, const std::string& message) override;
  void note(const std::string& text) override;

 private:
  void say(Json event);

  RunObserver& observer_;
  FileSystem& fs_;
  std::string run_, folder_;
  int descriptor_ = -1;
  double last_progress_ = 0;
};

}  // namespace qinglan
