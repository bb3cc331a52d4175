#include "record/predictions.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include "base/error.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PredictionsFile : public testing::Test {
 protected:
  PredictionsFile()
      : path_((std::filesystem::temp_directory_path() / ("qinglan_predictions_" + std::to_string(getpid())))
                  .string()) {}
  ~PredictionsFile() override { std::filesystem::remove(path_); }

  std::string path_;
  PredictionSets sets_{{"test", {{"b", "a"}, 2, {0.5f, -1.0f, 3.0f, 3.25f}}},
                       {"test.epoch1", {{"b"}, 2, {1.0f, 2.0f}}},
                       {"transfer", {{}, 2, {}}}};
};

TEST_F(PredictionsFile, ComesBackAsItWas) {
  write_predictions(real_file_system(), path_, sets_);
  const auto read = read_predictions(path_);
  ASSERT_EQ(read.size(), 3u);
  for (const auto& [split, set] : sets_) {
    EXPECT_EQ(read.at(split).ids, set.ids) << split;
    EXPECT_EQ(read.at(split).logits, set.logits) << split;
    EXPECT_EQ(read.at(split).classes, 2u);
  }
}

TEST_F(PredictionsFile, RefusesDamage) {
  const auto damaged = [&](const std::function<void(Predictions&)>& change) -> std::string {
    auto sets = sets_;
    change(sets.at("test"));
    write_predictions(real_file_system(), path_, sets);
    try {
      read_predictions(path_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt_data);
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(damaged([](auto& p) { p.logits[2] = std::numeric_limits<float>::infinity(); }),
              AllOf(HasSubstr("\"test\""), HasSubstr("id \"a\""), HasSubstr("not finite")));
  EXPECT_THAT(damaged([](auto& p) { p.ids[1] = "b"; }), HasSubstr("twice"));
}

TEST(SoftmaxRows, AreProbabilitiesEvenOfLargeLogits) {
  const auto p = softmax_rows({1000.0f, 1000.0f, 0.0f, std::log(3.0f)}, 2);
  EXPECT_DOUBLE_EQ(p[0], 0.5);
  EXPECT_NEAR(p[3], 0.75, 1e-7);
  EXPECT_DOUBLE_EQ(p[2] + p[3], 1);
}

}  // namespace
}  // namespace qinglan
