#include "supervise/consistency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/json.h"

namespace qinglan {
namespace {

Json golden() {
  const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/train/elicit.json";
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return parse_json(text.str(), path);
}

// Statements whose answers have these log-odds of "true", [K][n], with a shift that means nothing.
std::vector<Predictions> statements_of(const std::vector<std::vector<double>>& odds) {
  std::vector<Predictions> statements;
  for (const auto& one : odds) {
    Predictions p{{}, 2, {}};
    for (std::size_t row = 0; row < one.size(); ++row) {
      p.ids.push_back("row" + std::to_string(row));
      p.logits.insert(p.logits.end(), {0.5f, static_cast<float>(0.5 + one[row])});
    }
    statements.push_back(p);
  }
  return statements;
}

TEST(Consistency, IsTheProbabilityThatOneStatementAloneIsTrue) {
  const Json document = golden().at("consistency");
  const auto wanted = document.at("answer").get<std::vector<std::vector<double>>>();
  const Predictions made =
      made_consistent(statements_of(document.at("log_odds").get<std::vector<std::vector<double>>>()));
  ASSERT_EQ(made.classes, 3u);
  ASSERT_EQ(made.size(), wanted.size());
  const auto p = softmax_rows(made.logits, made.classes);
  for (std::size_t row = 0; row < wanted.size(); ++row)
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(p[row * 3 + k], wanted[row][k], 1e-6);
}

TEST(Consistency, ALeaningOfAllStatementsChangesNothing) {
  const Predictions one = made_consistent(statements_of({{1, -2, 0}, {0.5, 3, 0}})),
                    leaning = made_consistent(statements_of({{5, 2, 4}, {4.5, 7, 4}}));
  const auto a = softmax_rows(one.logits, 2), b = softmax_rows(leaning.logits, 2);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6);
}

TEST(Consistency, OtherOrderOfClassesIsTheSameAnswerInThatOrder) {
  const Predictions one = made_consistent(statements_of({{1, -2}, {0.5, 3}})),
                    other = made_consistent(statements_of({{0.5, 3}, {1, -2}}));
  EXPECT_EQ(one.logits[0], other.logits[1]);
  EXPECT_EQ(one.logits[3], other.logits[2]);
}

}  // namespace
}  // namespace qinglan
