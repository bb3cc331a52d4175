// How often the verdict is wrong, by simulation of whole records. QINGLAN_SLOW=1 draws 2,000 grids instead of
// 400.

#include <gtest/gtest.h>

#include <cstdlib>

#include "audit/audit_fixture.h"
#include "audit/judgement.h"

namespace qinglan {
namespace {

bool slow() { return std::getenv("QINGLAN_SLOW") != nullptr; }

struct Rates {
  double recovered, partial, other;
};

Rates rates_of(const Draw& design) {
  const int grids = slow() ? 2000 : 400;
  int recovered = 0, partial = 0;
  for (int k = 0; k < grids; ++k) {
    Draw draw = design;
    draw.stream = 10000 * design.stream + static_cast<std::uint64_t>(k);
    RecordMaker maker(draw);
    const Verdict verdict = judge(maker.record(), Depth::verdict).cells[0].verdict;
    recovered += verdict == Verdict::recovered;
    partial += verdict == Verdict::partial;
  }
  const double n = grids;
  return {recovered / n, partial / n, 1 - (recovered + partial) / n};
}

// Both metrics x 3 and 5 seeds x two seed effects x single items and unequal groups; the quick run takes the
// strong seed effect only, three seeds with groups and five without.
std::vector<Draw> designs(double student_share) {
  std::vector<Draw> all;
  for (const char* metric : {"accuracy", "auroc"})
    for (const std::size_t seeds : {3u, 5u})
      for (const double seed_sd : {0.01, 0.03})
        for (const std::size_t largest_group : {1u, 7u}) {
          const bool hard = seed_sd > 0.02 && (largest_group > 1) == (seeds == 3);
          if (!slow() && !hard) continue;
          Draw draw{.seeds = seeds,
                    .items = largest_group == 1 ? 300u : 900u,
                    .weak = 0.65,
                    .ceiling = 0.9,
                    .metric = metric,
                    .seed_sd = seed_sd,
                    .largest_group = largest_group,
                    .stream = all.size() + 1};
          draw.student = draw.weak + student_share * (draw.ceiling - draw.weak);
          all.push_back(draw);
        }
  return all;
}

void print(const Draw& draw, const Rates& rates) {
  std::printf("  %-8s %zu seeds, seed sd %.2f, groups of 1..%zu: recovered %.3f partial %.3f other %.3f\n",
              draw.metric.c_str(), draw.seeds, draw.seed_sd, draw.largest_group, rates.recovered,
              rates.partial, rates.other);
}

TEST(Simulation, AShareOfFourFifthsIsRarelyCalledRecovered) {
  for (const Draw& draw : designs(0.8)) {
    const Rates rates = rates_of(draw);
    print(draw, rates);
    EXPECT_LE(rates.recovered, 0.08);
    EXPECT_GE(rates.partial, 0.5);  // it can be told that something was recovered
  }
}

TEST(Simulation, NoGainIsRarelyCalledRecoveredOrPartial) {
  for (const Draw& draw : designs(0)) {
    const Rates rates = rates_of(draw);
    print(draw, rates);
    EXPECT_LE(rates.recovered + rates.partial, 0.08);
  }
}

}  // namespace
}  // namespace qinglan
