// Coverage of the crossed interval by simulation. QINGLAN_SLOW=1 draws 2,000 grids instead of 400.

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/random.h"
#include "metrics/bootstrap.h"
#include "metrics/crossed.h"
#include "metrics/item_groups.h"
#include "metrics/pgr.h"

namespace qinglan {
namespace {

int grids() { return std::getenv("QINGLAN_SLOW") != nullptr ? 2000 : 400; }

struct Design {
  std::size_t seeds, items;
  double seed_sd, item_sd, noise_sd;
  std::size_t largest_group = 1;  // sizes are uniform in 1..largest
};

// gain = mean + seed effect + item (or group) effect + noise.
SeedMatrix draw(const Design& design, double mean, Random& random) {
  std::vector<std::int32_t> group;
  std::vector<double> item_effect;
  while (group.size() < design.items) {
    const double effect = design.item_sd * random.normal();
    const auto size = 1 + random.below(design.largest_group);
    for (std::uint64_t k = 0; k < size && group.size() < design.items; ++k) {
      group.push_back(static_cast<std::int32_t>(item_effect.size() - k));
      item_effect.push_back(effect);
    }
  }
  const ItemGroups groups(group, design.items);
  SeedMatrix matrix;
  for (std::size_t s = 0; s < design.seeds; ++s) {
    const double seed_effect = design.seed_sd * random.normal();
    std::vector<double> row;
    for (const double effect : item_effect)
      row.push_back(mean + seed_effect + effect + design.noise_sd * random.normal());
    matrix.add(groups.columns_of(row));
  }
  return matrix;
}

double coverage(const Design& design, std::uint64_t stream) {
  const double mean = 0.05;
  int covered = 0;
  for (int k = 0; k < grids(); ++k) {
    Random random(stream, "coverage", static_cast<std::uint64_t>(k));
    const Estimate e = crossed_interval(draw(design, mean, random));
    covered += e.low <= mean && mean <= e.high;
  }
  return static_cast<double>(covered) / grids();
}

TEST(Simulation, CrossedIntervalCoversAsItSays) {
  std::uint64_t stream = 0;
  for (const std::size_t seeds : {3u, 5u})
    for (const double seed_sd : {0.0, 0.01, 0.03})
      for (const std::size_t largest_group : {1u, 12u}) {
        const double share = coverage({seeds, 300, seed_sd, 0.4, 0.3, largest_group}, ++stream);
        RecordProperty("coverage" + std::to_string(stream), std::to_string(share));
        std::printf("  %zu seeds, seed sd %.2f, groups of 1..%zu: covers %.3f\n", seeds, seed_sd,
                    largest_group, share);
        EXPECT_GE(share, 0.91);
        EXPECT_LE(share, 0.985);
      }
}

TEST(Simulation, BootstrapCoversWorseAtThreeSeedsWithStrongSeedEffects) {
  const Design design{3, 300, 0.05, 0.3, 0.2};
  int crossed = 0, bootstrap = 0;
  for (int k = 0; k < 300; ++k) {
    Random random(77, "coverage", static_cast<std::uint64_t>(k));
    const SeedMatrix matrix = draw(design, 0, random);
    const Estimate a = crossed_interval(matrix), b = bootstrap_interval(matrix, 200, 1);
    crossed += a.low <= 0 && 0 <= a.high;
    bootstrap += b.low <= 0 && 0 <= b.high;
  }
  std::printf("  crossed covers %.3f, percentile bootstrap %.3f\n", crossed / 300.0, bootstrap / 300.0);
  EXPECT_GT(crossed, bootstrap);
}

TEST(Simulation, PgrSetCoversTheShare) {
  for (const std::size_t seeds : {3u, 5u}) {
    int covered = 0, defined = 0;
    for (int k = 0; k < grids(); ++k) {
      Random random(99 + seeds, "pgr", static_cast<std::uint64_t>(k));
      const SeedMatrix gap = draw({seeds, 300, 0.02, 0.4, 0.3}, 0.2, random);
      SeedMatrix gain = draw({seeds, 300, 0.02, 0.3, 0.3}, 0, random);
      for (std::size_t i = 0; i < gain.values.size(); ++i) gain.values[i] += 0.6 * gap.values[i];
      const Estimate pgr = pgr_interval(gain, gap);
      if (!pgr.defined()) continue;
      ++defined;
      covered += pgr.low <= 0.6 && 0.6 <= pgr.high;
    }
    const double share = static_cast<double>(covered) / defined;
    std::printf("  %zu seeds: defined in %d of %d, covers %.3f\n", seeds, defined, grids(), share);
    EXPECT_GE(defined, grids() * 9 / 10);
    EXPECT_GE(share, 0.91);
    EXPECT_LE(share, 0.99);
  }
}

}  // namespace
}  // namespace qinglan
