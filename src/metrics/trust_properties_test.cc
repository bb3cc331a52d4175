// What must hold whatever the numbers: promises over many draws, and scale.

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "metrics/calibration.h"
#include "metrics/confidence_sequence.h"
#include "metrics/misfit.h"
#include "metrics/noise.h"
#include "metrics/permutation.h"

namespace qinglan {
namespace {

TEST(ConfidenceSequence, IsWrongAtAnyTimeInFewDraws) {
  int decided = 0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    Random random(k, "sequence");
    std::vector<double> values;
    for (int i = 0; i < 600; ++i) values.push_back(static_cast<double>(random.below(3)) - 1);
    decided += confidence_sequence(values).decided_at > 0;
  }
  std::printf("  without a difference, decided at some time in %d of 400\n", decided);
  EXPECT_LE(decided, 20);
}

TEST(SignFlip, FindsNothingInAboutItsLevelOfDraws) {
  int found = 0;
  for (std::uint64_t k = 0; k < 400; ++k) {
    Random random(k, "flips");
    std::vector<double> values;
    for (int i = 0; i < 60; ++i) values.push_back(random.normal());
    found += sign_flip_p(values, k) <= 0.05;
  }
  EXPECT_GE(found, 6);
  EXPECT_LE(found, 36);
}

TEST(Noise, WhatIsDetectableIsFoundInFourOfFiveDraws) {
  const std::size_t seeds = 10, items = 100;
  const double seed_sd = 0.05, item_sd = 0.3;
  const double least =
      detectable(CrossedParts{seed_sd * seed_sd / seeds, item_sd * item_sd / items, 0}.spread(seeds, items));
  int found = 0;
  for (std::uint64_t k = 0; k < 1000; ++k) {
    Random random(k, "power");
    std::vector<double> item(items);
    for (double& effect : item) effect = item_sd * random.normal();
    SeedMatrix matrix;
    for (std::size_t s = 0; s < seeds; ++s) {
      const double effect = seed_sd * random.normal();
      std::vector<double> row;
      for (const double one : item) row.push_back(least + effect + one);
      matrix.add(row);
    }
    found += crossed_interval(matrix).low > 0;
  }
  std::printf("  found in %d of 1000\n", found);
  EXPECT_NEAR(found, 800, 45);
}

// Where the theorem's preconditions hold, gain is misfit exactly: the student is the projection of its
// supervisor in KL(student || weak) onto probabilities with a given mean of some feature, and the truth's
// probabilities have that mean too (the Pythagorean identity of exponential families, Csiszar 1975).
TEST(Misfit, IsTheGainOfAProjection) {
  const std::vector<float> weak{0.3f, -1.1f, 0.9f, 0.2f};
  const std::vector<double> feature{-1, 0.5, 2, 0}, truth{0.15, 0.4, 0.1, 0.35};
  double wanted = 0;
  for (std::size_t c = 0; c < 4; ++c) wanted += truth[c] * feature[c];
  const auto tilted = [&](double by) {
    std::vector<float> logits;
    for (std::size_t c = 0; c < 4; ++c)
      logits.push_back(static_cast<float>(static_cast<double>(weak[c]) + by * feature[c]));
    return logits;
  };
  const auto log_p = [](const std::vector<float>& logits) {
    double sum = 0;
    for (const float z : logits) sum += std::exp(static_cast<double>(z));
    std::vector<double> all;
    for (const float z : logits) all.push_back(static_cast<double>(z) - std::log(sum));
    return all;
  };
  const auto mean = [&](double by) {
    double sum = 0;
    const auto all = log_p(tilted(by));
    for (std::size_t c = 0; c < 4; ++c) sum += std::exp(all[c]) * feature[c];
    return sum;
  };
  double low = -20, high = 20;
  for (int k = 0; k < 200; ++k) (mean((low + high) / 2) < wanted ? low : high) = (low + high) / 2;
  const auto student = tilted(low);
  const auto before = log_p(weak), after = log_p(student);
  double gain = 0;
  for (std::size_t c = 0; c < 4; ++c) gain += truth[c] * (after[c] - before[c]);
  EXPECT_GT(gain, 0.01);
  EXPECT_NEAR(misfit(weak, student, 4).bregman[0], gain, 1e-6) << "logits are fp32";
}

TEST(Calibration, TemperatureScalesWithTheLogits) {
  Random random(3);
  std::vector<float> logits, larger;
  std::vector<std::int32_t> truth;
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < 300; ++i) {
    truth.push_back(static_cast<std::int32_t>(random.below(3)));
    items.push_back(i);
    for (std::int32_t c = 0; c < 3; ++c)
      logits.push_back(static_cast<float>(random.normal() + (c == truth[i])));
  }
  for (const float z : logits) larger.push_back(4 * z);
  const double once = fit_temperature({.logits = logits, .classes = 3}, truth, items);
  EXPECT_NEAR(fit_temperature({.logits = larger, .classes = 3}, truth, items) / once, 4, 1e-6);
}

}  // namespace
}  // namespace qinglan
