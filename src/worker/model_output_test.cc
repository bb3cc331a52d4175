#include "worker/model_output.h"

#include <limits>

#include "io/test_support.h"

namespace qinglan {
namespace {

TEST(ModelOutput, DigitsGiveTheSameFloatsAgain) {
  const std::vector<float> values{0.1f,        -0.0f,     1e-45f, 3.4028235e38f, 1.17549435e-38f,
                                  16777217.0f, -1.0f / 3, 0,      123456.789f};
  const auto tensor = torch::tensor(values).view({3, 3});
  const Json read = parse_json(output_document(tensor), "document");
  EXPECT_EQ(read["shape"], Json({3, 3}));
  ASSERT_EQ(read["values"].size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto again = static_cast<float>(read["values"][i].get<double>());
    EXPECT_EQ(std::memcmp(&again, &values[i], sizeof again), 0) << values[i];
  }
}

TEST(ModelOutput, NoNumberIsNoOutput) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    expect_error(ErrorKind::diverged, {"not finite", "value 1"}, [&] {
      output_document(torch::tensor({1.0f, bad}));
    });
}

TEST(ModelOutput, ADecoderGivesTheLastPositionAnEncoderAll) {
  EXPECT_EQ(compute_output({golden_path("architectures/llama"), {5, 9, 12}, 1}).sizes(),
            (std::vector<std::int64_t>{32}));
  EXPECT_EQ(compute_output({golden_path("architectures/bert"), {5, 9, 12}, 1}).sizes(),
            (std::vector<std::int64_t>{3, 16}));
  expect_error(ErrorKind::invalid_input, {"vocabulary"}, [] {
    compute_output({golden_path("architectures/bert"), {5, 99}, 1});
  });
}

}  // namespace
}  // namespace qinglan
