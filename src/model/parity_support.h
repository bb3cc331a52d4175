#pragma once
// For the parity tests of model/ only: our numbers against golden ones (tools/golden/model_golden.py).

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/json.h"

namespace qinglan {

// sum_v sin(0.7312 (v + 1)(k + 1)) values[v] / sqrt(V), as the generator takes it.
inline double projection(const torch::Tensor& values, std::size_t k) {
  const auto v = torch::arange(1, values.numel() + 1, torch::kFloat64);
  const auto weights = torch::sin(0.7312 * v * static_cast<double>(k + 1));
  return (weights * values.flatten().to(torch::kFloat64)).sum().item<double>() /
         std::sqrt(static_cast<double>(values.numel()));
}

// Errors of one kind of value over all texts, ours and Hugging Face's.
class Errors {
 public:
  void add(const Json& golden, const Json& chosen, const torch::Tensor& ours) {
    const auto flat = ours.flatten();
    ASSERT_EQ(golden["values"].size(), chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const double error =
          std::abs(flat[chosen[i].get<std::int64_t>()].item<double>() - golden["values"][i].get<double>());
      ours_.max = std::max(ours_.max, error);
      ours_.squares += error * error;
    }
    // Relative to the text's own size: a first token's activations are a hundred times those of others.
    double worst = 0, size = 0;
    for (std::size_t k = 0; k < golden["projections"].size(); ++k) {
      const double expected = golden["projections"][k].get<double>();
      worst = std::max(worst, std::abs(projection(flat, k) - expected));
      size = std::max(size, std::abs(expected));
    }
    ours_.projection += std::pow(worst / size, 2);
    theirs_.projection += std::pow(golden["projection_error"].get<double>() / size, 2);
    theirs_.max = std::max(theirs_.max, golden["max_error"].get<double>());
    theirs_.squares += golden["square_error"].get<double>();
  }
  void expect_at_most_twice(const std::string& what) const {
    EXPECT_GT(theirs_.max, 0);
    EXPECT_LE(ours_.max, 2 * theirs_.max) << what;
    EXPECT_LE(std::sqrt(ours_.squares), 2 * std::sqrt(theirs_.squares)) << what;
    EXPECT_LE(std::sqrt(ours_.projection), 2 * std::sqrt(theirs_.projection)) << what;
    std::printf("%s: our error / theirs: max %.2f, rms %.2f, projections %.2f\n", what.c_str(),
                ours_.max / theirs_.max, std::sqrt(ours_.squares / theirs_.squares),
                std::sqrt(ours_.projection / theirs_.projection));
  }
  // Our rms error over theirs.
  double ratio() const { return std::sqrt(ours_.squares / theirs_.squares); }

 private:
  struct Side {
    double max = 0, squares = 0, projection = 0;  // the last: squares of each text's worst
  };
  Side ours_, theirs_;
};

}  // namespace qinglan
