// A grid of 100 cells that was run before: how long it takes to be told again, from the spec to the verdicts;
// and what the control plane took for each node when they were computed.

#include "bench/grid_spec.h"
#include "bench/support.h"

namespace qinglan::bench {
namespace {

constexpr int kCells = 100, kRounds = 5;

// One student's probe a cell: the cheapest nodes that a student can have.
std::string grid_of(const GridSize& size) {
  std::string alphas;
  for (int i = 0; i < kCells; ++i)
    alphas += (i ? ", " : "") + std::to_string(i / static_cast<double>(kCells));
  return grid_head(size, /*ceiling=*/true) + R"([supervisor]
kind = "ngrams"
[student]
model = "minilm-l6"
tune = "probe"
[method]
name = "logconf"
[grid]
"method.logconf.alpha" = [)" +
         alphas + "]\n";
}

void measure(Report& report, GridSize size) {
  if (!size.quick) size.train = 2000;
  const Scratch scratch("cached");
  const std::string spec = scratch.write("cached.toml", grid_of(size)), store = scratch.path("store");
  const double first = run_spec_file(spec, store);
  std::int64_t nodes = 0;
  double computing = 0;
  for (const auto& [kind, spent] : ledgers_of(store)) nodes += spent.nodes, computing += spent.seconds;
  const double judged = run_spec_file(spec, store);  // every node is there, its judgement is not
  std::vector<double> again;
  for (int round = 0; round < kRounds; ++round) again.push_back(run_spec_file(spec, store));
  const std::string what = std::to_string(nodes) + " nodes, " + std::to_string(size.seeds) + " seeds, " +
                           std::to_string(size.test) + " test rows" + (size.quick ? "; QUICK size" : "");
  report.add(
      against_limit("a cached grid of 100 cells, told again", median(again), 1, 0.5, "s",
                    "against the limit; " + what + ", every audit; the first time after it was computed " +
                        std::to_string(judged) + " s"),
      !size.quick);
  report.add(against_limit("control plane, a node", 1000 * (first - computing) / static_cast<double>(nodes),
                           20, 10, "ms",
                           "against the limit; time of the first run beside what nodes computed, starts of "
                           "workers and loads of models included"),
             !size.quick);
}

}  // namespace
}  // namespace qinglan::bench

int main(int argc, char** argv) {
  const auto size = qinglan::bench::take_size(argc, argv);
  return qinglan::bench::run(argc, argv, [&](auto& report) { qinglan::bench::measure(report, size); });
}
