#pragma once
// Specs of the grid benchmarks, run by build/bin/qinglan in a store of their own.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/support.h"

namespace qinglan::bench {

struct GridSize {
  std::int64_t train = 4000, test = 1000, seeds = 5;
  bool quick = false;
};

// Takes --quick out of the options: a size that shows in minutes that both sides work; its ratios mean
// little.
GridSize take_size(int& argc, char** argv);

// A folder that goes with the object.
class Scratch {
 public:
  explicit Scratch(const std::string& name);
  ~Scratch();
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path folder_;
};

// The grid of grid_bench and probe_bench: supervisors x methods x seeds, of which so many cells are measured
// on the other side.
inline constexpr int kSupervisors = 2, kMethods = 5, kMeasured = 3;
// Its methods, as lines of [grid].
inline constexpr char kMethodAxes[] = R"("method.name" = ["naive", "logconf"]
"method.naive.hard" = [false, true]
"method.logconf.alpha" = [0.25, 0.5, 0.75]
)";
// SST-2's rows as the other side takes them: {"train", "labels", "test"}.
Json grid_rows(const GridSize& size);
// "4000 rows, 5 seeds; ...", for a row of the report.
std::string grid_note(const GridSize& size, const std::string& more = "");

// SST-2, controls off: a spec without its learners.
std::string grid_head(const GridSize& size, bool ceiling);

// `qinglan run` on a store; exit 3 (the verdict refuses) is a run like another. Seconds on the clock.
double run_spec_file(const std::string& spec, const std::string& store);

// Of the nodes of one kind in a store, from their ledgers.
struct Ledgers {
  std::int64_t nodes = 0, peak_memory = 0;
  double seconds = 0;
};
std::map<std::string, Ledgers> ledgers_of(const std::string& store);

}  // namespace qinglan::bench
