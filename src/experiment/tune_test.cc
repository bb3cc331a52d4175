#include "experiment/tune.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/recipe.h"

namespace qinglan {
namespace {

ModelConfig layers(std::int64_t count) {
  ModelConfig config;
  config.layers = count;
  return config;
}

TEST(Tune, SaysWhichBlocksAreTrained) {
  EXPECT_EQ(parse_tune("lora", "t").layers_of(layers(30)), 0);
  EXPECT_EQ(parse_tune("top-4", "t").kind, "full");
  EXPECT_EQ(parse_tune("top-4", "t").layers_of(layers(30)), 4);
  EXPECT_EQ(parse_tune("top-half", "t").layers_of(layers(5)), 3);
  const Tune tune = parse_tune("lora-top-quarter", "t");
  EXPECT_EQ(tune.kind, "lora");
  EXPECT_EQ(tune.layers_of(layers(30)), 8);
  EXPECT_EQ(tune.layers_of(layers(6)), 2);
}

TEST(Tune, RefusesOtherWordsAndAllBlocks) {
  for (const char* text : {"", "top", "top-", "top-0", "top-04", "top--1", "top-3x", "lora-", "lora-4",
                           "quarter", "probe-top-2", "top-99999999999999999999"})
    EXPECT_THROW(parse_tune(text, "t"), Error) << text;
  EXPECT_THROW(parse_tune("top-6", "t").layers_of(layers(6)), Error);
  EXPECT_THROW(parse_tune("lora-top-half", "t").layers_of(layers(1)), Error);
}

TEST(Tune, RecipesFollowWhatIsTrained) {
  const auto recipe = [](const char* tune) {
    return with_recipe_defaults({{"model", "m"}, {"tune", tune}}, "t");
  };
  EXPECT_EQ(recipe("top-2")["lr"], recipe("full")["lr"]);
  EXPECT_FALSE(recipe("top-2").contains("lora_rank"));
  EXPECT_EQ(recipe("lora-top-2")["lr"], recipe("lora")["lr"]);
  EXPECT_EQ(recipe("lora-top-2")["lora_rank"], 8);
}

}  // namespace
}  // namespace qinglan
