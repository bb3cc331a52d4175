// The table of docs/statistics.md: intervals and verdicts of whole records whose truth is known, 2,000 grids
// a setting. build/bin/audit_test --gtest_filter='SlowSimulation.*' prints it; QINGLAN_GRIDS draws another
// number.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "audit/audit_fixture.h"
#include "audit/judgement.h"

namespace qinglan {
namespace {

int grids() {
  const char* wanted = std::getenv("QINGLAN_GRIDS");
  return wanted != nullptr ? std::atoi(wanted) : 2000;
}

// Fewer grids than the table's are given three standard errors of a share of .05.
double margin() { return grids() >= 2000 ? 0 : 3 * std::sqrt(0.05 * 0.95 / grids()); }

struct Counts {
  std::atomic<int> gain = 0, gain_covered = 0, pgr = 0, pgr_covered = 0, recovered = 0, partial = 0;
};

void judge_one(const Draw& draw, double share, Counts& counts) {
  RecordMaker maker(draw);
  const CellJudgement cell = judge(maker.record(), Depth::verdict).cells[0];
  const Five& five = cell.fives.at(draw.metric);
  const double gain = draw.student - draw.weak;
  if (five.gain.defined()) {
    ++counts.gain;
    counts.gain_covered += five.gain.low <= gain && gain <= five.gain.high;
  }
  if (five.pgr.defined()) {
    ++counts.pgr;
    counts.pgr_covered += five.pgr.low <= share && share <= five.pgr.high;
  }
  counts.recovered += cell.verdict == Verdict::recovered;
  counts.partial += cell.verdict == Verdict::partial;
}

void simulate(const Draw& design, double share, Counts& counts) {
  std::atomic<int> next = 0;
  const auto work = [&] {
    for (int k; (k = next++) < grids();) {
      Draw draw = design;
      draw.student = draw.weak + share * (draw.ceiling - draw.weak);
      draw.stream = 1000000 * design.stream + static_cast<std::uint64_t>(k) + (share > 0 ? 500000 : 0);
      judge_one(draw, share, counts);
    }
  };
  std::jthread helper(work);
  work();
}

double share_of(int some, int all) { return all ? static_cast<double>(some) / all : 0; }

void run_setting(const Draw& design) {
  Counts none, most;
  simulate(design, 0, none);
  simulate(design, 0.8, most);
  const double n = grids();
  const double gain = share_of(none.gain_covered + most.gain_covered, none.gain + most.gain),
               pgr = share_of(most.pgr_covered, most.pgr);
  const double false_recovered = most.recovered / n, false_gain = (none.recovered + none.partial) / n;
  std::printf("| %s | %zu | %.2f | %s | %.1f%% | %.1f%% | %.1f%% | %.1f%% |\n", design.metric.c_str(),
              design.seeds, design.seed_sd, design.largest_group > 1 ? "1 to 7 rows" : "single rows",
              100 * gain, 100 * pgr, 100 * false_recovered, 100 * false_gain);
  std::fflush(stdout);
  const std::string what = design.metric + ", " + std::to_string(design.seeds) + " seeds, sd " +
                           std::to_string(design.seed_sd) + ", groups to " +
                           std::to_string(design.largest_group);
  EXPECT_LE(false_recovered, 0.05 + margin()) << what;
  EXPECT_LE(false_gain, 0.05 + margin()) << what;
  if (design.seeds < 5) return;  // measured and printed
  EXPECT_GE(gain, 0.93 - margin()) << what;
  EXPECT_LE(gain, 0.97 + margin()) << what;
  EXPECT_GE(pgr, 0.93 - margin()) << what;
  EXPECT_LE(pgr, 0.97 + margin()) << what;
}

TEST(SlowSimulation, Table) {
  std::printf(
      "| metric | seeds | seed sd | groups | gain covered | PGR covered | recovered at PGR .8 | "
      "recovered or partial at no gain |\n|---|---|---|---|---|---|---|---|\n");
  std::uint64_t stream = 100;
  for (const char* metric : {"accuracy", "balanced_accuracy", "auroc"})
    for (const std::size_t seeds : {3u, 5u, 10u})
      for (const double seed_sd : {0.01, 0.02, 0.03})
        for (const std::size_t largest_group : {1u, 7u})
          run_setting({.seeds = seeds,
                       .items = largest_group == 1 ? 300u : 900u,
                       .weak = 0.65,
                       .ceiling = 0.9,
                       .metric = metric,
                       .seed_sd = seed_sd,
                       .largest_group = largest_group,
                       .stream = ++stream});
}

}  // namespace
}  // namespace qinglan
