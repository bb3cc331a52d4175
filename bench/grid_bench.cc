// One weak-to-strong grid as people run it: 2 supervisors x 5 methods x 5 seeds, LoRA on the top quarter of
// the student, 2 epochs, SST-2, with the ceiling of every seed. The other side does the same cells one by one
// in Hugging Face and PEFT; three of its cells are measured and the rest is multiplied.

#include "base/processor.h"
#include "bench/grid_spec.h"
#include "bench/support.h"
#include "catalog/known_model.h"

namespace qinglan::bench {
namespace {

std::string grid_of(const GridSize& size) {
  return grid_head(size, /*ceiling=*/true) + R"([supervisor]
model = "minilm-l6"
[student]
model = "smollm2-135m"
tune = "lora-top-quarter"
[grid]
"supervisor.tune" = ["lora-top-quarter", "top-quarter"]
)" + kMethodAxes;
}

// Seconds of the parts of one cell on the other side.
struct Cell {
  double supervisor = 0, ceiling = 0, student = 0;
};

Cell mean_of(const std::vector<Cell>& cells) {
  Cell mean;
  for (const auto& cell : cells) {
    mean.supervisor += cell.supervisor / static_cast<double>(cells.size());
    mean.ceiling += cell.ceiling / static_cast<double>(cells.size());
    mean.student += cell.student / static_cast<double>(cells.size());
  }
  return mean;
}

Cell measure_theirs(const GridSize& size) {
  Peer peer("grid_peer", {find_model("minilm-l6"), find_model("smollm2-135m")});
  peer.ask("rows", grid_rows(size));
  std::vector<Cell> cells;
  for (int cell = 0; cell < kMeasured; ++cell) {
    const Json spent = peer.ask("cell", {{"method", cell == 0   ? "naive"
                                                    : cell == 1 ? "hard"
                                                                : "logconf"},
                                         {"supervisor", cell % kSupervisors == 0 ? "lora" : "full"},
                                         {"seed", cell}});
    cells.push_back({spent.at("supervisor"), spent.at("ceiling"), spent.at("student")});
  }
  return mean_of(cells);
}

void measure(Report& report, const GridSize& size) {
  const Scratch scratch("grid");
  const double ours = run_spec_file(scratch.write("grid.toml", grid_of(size)), scratch.path("store"));
  const Cell theirs = measure_theirs(size);
  const auto seeds = static_cast<double>(size.seeds);
  const double cells = kSupervisors * kMethods * seeds;
  const double repeating = cells * (theirs.supervisor + theirs.ceiling + theirs.student);
  const double sharing =
      kSupervisors * seeds * theirs.supervisor + seeds * theirs.ceiling + cells * theirs.student;
  const std::string what = grid_note(size);
  report.add({.name = "W2S grid, vs Hugging Face + PEFT repeating supervisor and ceiling",
              .ours = cells / ours * 3600,
              .theirs = cells / repeating * 3600,
              .unit = "cell/h",
              .must = 10,
              .aim = 25,
              .note = what},
             !size.quick && has_bf16_vectors());
  report.add({.name = "W2S grid, vs Hugging Face + PEFT sharing supervisor and ceiling",
              .ours = cells / ours * 3600,
              .theirs = cells / sharing * 3600,
              .unit = "cell/h",
              .note = what});
}

}  // namespace
}  // namespace qinglan::bench

int main(int argc, char** argv) {
  const auto size = qinglan::bench::take_size(argc, argv);
  return qinglan::bench::run(argc, argv, [&](auto& report) { qinglan::bench::measure(report, size); });
}
