// The grid of grid_bench.cc with linear probes: 2 supervisors x 5 methods x 5 seeds on frozen features,
// penalties by cross-validation. The other side computes its features once in Hugging Face and fits with
// scikit-learn; three of its cells are measured and the rest is multiplied.

#include "base/processor.h"
#include "bench/grid_spec.h"
#include "bench/support.h"
#include "catalog/known_model.h"

namespace qinglan::bench {
namespace {

std::string grid_of(const GridSize& size) {
  return grid_head(size, /*ceiling=*/true) + R"([supervisor]
model = "minilm-l6"
tune = "probe"
[student]
model = "smollm2-135m"
tune = "probe"
[grid]
"supervisor.depth" = [3, 6]
)" + kMethodAxes;
}

struct Spent {
  double features = 0, supervisor = 0, ceiling = 0, student = 0;  // seconds
};

// Methods are not equally dear: each of the three kinds is measured, and counts as often as the grid has it.
Spent measure_theirs(const GridSize& size) {
  Peer peer("probe_peer", {find_model("minilm-l6"), find_model("smollm2-135m")});
  Spent spent;
  spent.features = peer.ask("features", grid_rows(size)).at("seconds");
  const std::pair<const char*, double> kinds[kMeasured] = {{"naive", 0.2}, {"hard", 0.2}, {"logconf", 0.6}};
  for (const auto& [method, share] : kinds) {
    const Json cell = peer.ask("cell", {{"method", method}});
    spent.supervisor += cell.at("supervisor").get<double>() / kMeasured;
    spent.ceiling += cell.at("ceiling").get<double>() / kMeasured;
    spent.student += cell.at("student").get<double>() * share;
  }
  return spent;
}

void measure(Report& report, const GridSize& size) {
  const Scratch scratch("probe");
  const std::string spec = scratch.write("probe.toml", grid_of(size));
  const double ours = run_spec_file(spec, scratch.path("store"));
  const Spent theirs = measure_theirs(size);
  const auto seeds = static_cast<double>(size.seeds);
  const double cells = kSupervisors * kMethods * seeds;
  const double total = theirs.features + kSupervisors * seeds * theirs.supervisor + seeds * theirs.ceiling +
                       cells * theirs.student;
  const std::string what = grid_note(size, "features included on both sides; ");
  report.add({.name = "W2S grid of probes, vs cached Hugging Face features + scikit-learn",
              .ours = cells / ours * 3600,
              .theirs = cells / total * 3600,
              .unit = "cell/h",
              .must = 3,
              .aim = 10,
              .note = what},
             !size.quick && has_bf16_vectors());
  const auto ledgers = ledgers_of(scratch.path("store"));
  const Ledgers& fits = ledgers.at("weak_to_strong");
  report.add({.name = "one student's probe, vs scikit-learn",
              .ours = static_cast<double>(fits.nodes) / fits.seconds,
              .theirs = 1 / theirs.student,
              .unit = "fit/s",
              .note = "on cached features, cross-validation included; ours as the ledgers have it"});
}

}  // namespace
}  // namespace qinglan::bench

int main(int argc, char** argv) {
  const auto size = qinglan::bench::take_size(argc, argv);
  return qinglan::bench::run(argc, argv, [&](auto& report) { qinglan::bench::measure(report, size); });
}
