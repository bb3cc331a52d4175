// 16 LoRA students on the top quarter of one base: a cohort (one run, one worker, hidden states of the lower
// blocks computed once) against 16 runs of ours alone, each in a store of its own.

#include "bench/grid_spec.h"
#include "bench/support.h"

namespace qinglan::bench {
namespace {

constexpr std::int64_t kMembers = 16;
constexpr std::int64_t kMeasuredAlone = 3;

std::string spec_of(const GridSize& size, std::int64_t members) {
  GridSize mine = size;
  mine.seeds = members;
  return grid_head(mine, /*ceiling=*/false) +
         "[supervisor]\nkind = \"ngrams\"\n[student]\nmodel = \"smollm2-135m\"\ntune = "
         "\"lora-top-quarter\"\n";
}

void measure(Report& report, const GridSize& size) {
  const Scratch scratch("cohort");
  const std::string together = scratch.write("together.toml", spec_of(size, kMembers)),
                    one = scratch.write("one.toml", spec_of(size, 1));
  std::vector<double> alone;
  for (std::int64_t run = 0; run < kMeasuredAlone; ++run)
    alone.push_back(run_spec_file(one, scratch.path("alone" + std::to_string(run))));
  const double cohort = run_spec_file(together, scratch.path("together"));
  const double n = static_cast<double>(kMembers);
  const std::string what =
      std::to_string(size.train / 2) + " rows, 2 epochs" + (size.quick ? "; QUICK size" : "");
  report.add(
      {.name = "16 LoRA students (top quarter): a cohort, vs alone",
       .ours = n / cohort * 3600,
       .theirs = 3600 / median(alone),
       .unit = "student/h",
       .must = 2,
       .aim = 2.5,
       .note =
           what + "; alone: median of 3 whole runs of ours, each with its own pass over the lower blocks"},
      !size.quick);
  const auto memory = [](const std::string& store) {
    return static_cast<double>(ledgers_of(store).at("weak_to_strong").peak_memory) / (1 << 20);
  };
  report.add({.name = "peak memory of a 16-student cohort, vs one student",
              .ours = memory(scratch.path("together")),
              .theirs = memory(scratch.path("alone0")),
              .unit = "MiB",
              .higher_is_better = false,
              .must = 1.6,
              .aim = 1.3,
              .note = what + "; of the worker that trains them"},
             !size.quick);
}

}  // namespace
}  // namespace qinglan::bench

int main(int argc, char** argv) {
  const auto size = qinglan::bench::take_size(argc, argv);
  return qinglan::bench::run(argc, argv, [&](auto& report) { qinglan::bench::measure(report, size); });
}
