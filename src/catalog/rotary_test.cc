#include "catalog/rotary.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/error.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

Rotary scaled(const Json& parameters, std::int64_t max_positions = 4096) {
  Rotary rotary{.theta = 10000, .width = 8};
  scale_rotary(rotary, parameters, max_positions, "config.json");
  return rotary;
}

TEST(Rotary, PlainFrequenciesFollowTheFormula) {
  const auto frequencies = scaled({{"rope_theta", 100.0}}).frequencies(false);
  EXPECT_EQ(frequencies.size(), 4u);
  for (int j = 0; j < 4; ++j) EXPECT_DOUBLE_EQ(frequencies[j], std::pow(100.0, -2.0 * j / 8));
}

TEST(Rotary, DynamicScalingChangesNothingWithinTheTrainedLength) {
  EXPECT_EQ(scaled({{"rope_type", "dynamic"}, {"factor", 4.0}}).frequencies(false),
            scaled(Json::object()).frequencies(false));
}

TEST(Rotary, LinearScalingDividesAll) {
  const auto plain = scaled(Json::object()).frequencies(false);
  const auto slow = scaled({{"type", "linear"}, {"factor", 4.0}}).frequencies(false);
  for (int j = 0; j < 4; ++j) EXPECT_DOUBLE_EQ(slow[j], plain[j] / 4);
}

TEST(Rotary, Llama3KeepsFastPairsAndStretchesSlowOnes) {
  const auto plain = scaled(Json::object()).frequencies(false);
  const auto found = scaled({{"rope_type", "llama3"},
                             {"factor", 8.0},
                             {"low_freq_factor", 1.0},
                             {"high_freq_factor", 4.0},
                             {"original_max_position_embeddings", 1024}})
                         .frequencies(false);
  // Turns within 1024 tokens: 163, 16.3, 1.63 and 0.163.
  EXPECT_DOUBLE_EQ(found[0], plain[0]);
  EXPECT_DOUBLE_EQ(found[1], plain[1]);
  const double turns = 1024 * plain[2] / (2 * 3.14159265358979323846), share = (turns - 1) / 3;
  EXPECT_NEAR(found[2], plain[2] * ((1 - share) / 8 + share), 1e-15);
  EXPECT_DOUBLE_EQ(found[3], plain[3] / 8);
}

TEST(Rotary, LongropeHasFrequenciesOfItsOwnForLongTexts) {
  const auto rotary = scaled({{"type", "su"},
                              {"short_factor", {1.0, 1.0, 2.0, 2.0}},
                              {"long_factor", {1.0, 3.0, 5.0, 7.0}},
                              {"original_max_position_embeddings", 1024}});
  const auto plain = scaled(Json::object()).frequencies(false);
  EXPECT_DOUBLE_EQ(rotary.frequencies(false)[3], plain[3] / 2);
  EXPECT_DOUBLE_EQ(rotary.frequencies(true)[3], plain[3] / 7);
  EXPECT_EQ(rotary.long_from, 1024);
  EXPECT_DOUBLE_EQ(rotary.magnitude, std::sqrt(1 + std::log(4.0) / std::log(1024.0)));
}

TEST(Rotary, RefusesWhatCannotBe) {
  const auto kind_of = [](const Json& parameters) {
    const auto error = error_of([&] { scaled(parameters); });
    return error ? std::optional(error->kind()) : std::nullopt;
  };
  EXPECT_EQ(kind_of({{"rope_type", "spiral"}}), ErrorKind::unsupported);
  EXPECT_EQ(kind_of({{"rope_type", "linear"}}), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of({{"rope_type", "linear"}, {"factor", 0.0}}), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of({{"rope_theta", -1.0}}), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of({{"rope_type", "longrope"},
                     {"short_factor", {1.0}},
                     {"long_factor", {1.0}},
                     {"original_max_position_embeddings", 8}}),
            ErrorKind::corrupt_data);
}

}  // namespace
}  // namespace qinglan
