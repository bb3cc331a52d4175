// Whether speed is paid for with accuracy: the students of examples/agreement.toml on SST-2, beside those
// that Hugging Face and PEFT train on the same rows and weak labels. tools/agreement.py trains and judges
// them.

#include <cmath>
#include <cstdio>

#include "bench/grid_spec.h"
#include "bench/support.h"

namespace qinglan::bench {
namespace {

std::string points(const Json& estimate, const char* part) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f", 100 * estimate.at(part).get<double>());
  return text;
}

std::string percent(const Json& estimate) {
  return points(estimate, "value") + " [" + points(estimate, "low") + ", " + points(estimate, "high") + "]";
}

void measure(Report& report) {
  const Scratch scratch("accuracy");
  const Json run = run_program({source_path(".deps/dev-venv/bin/python3"), source_path("tools/agreement.py"),
                                "--store", scratch.path("store"), "--json", "sst2"});
  const Json one = parse_json(run.at("output").get<std::string>(), "tools/agreement.py").at(0);
  const Json& difference = one.at("difference");
  const double low = difference.at("low"), high = difference.at("high");
  report.add({.name = "accuracy after LoRA, SST-2, 5 seeds, away from Hugging Face + PEFT's",
              .ours = 100 * std::abs(difference.at("value").get<double>()),
              .theirs = 50 * (high - low),
              .unit = "points",
              .higher_is_better = false,
              .must = 1,
              .note = "against half the interval of the difference, theirs less ours " + percent(difference) +
                      ", over seeds and test rows; ours " + percent(one.at("ours").at("weak_to_strong")) +
                      ", theirs " + percent(one.at("theirs").at("weak_to_strong"))});
}

}  // namespace
}  // namespace qinglan::bench

int main(int argc, char** argv) { return qinglan::bench::run(argc, argv, qinglan::bench::measure); }
