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

// Takes --quick out of the options: a size that is tried in a minute, whose ratios mean little.
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
