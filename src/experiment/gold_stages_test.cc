#include "experiment/gold_stages.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "catalog/stage.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::HasSubstr;

MethodSpec method(const std::vector<std::pair<std::string, Json>>& stages) {
  MethodSpec method{"naive", Json::object()};
  for (const auto& [name, given] : stages)
    method.stages.push_back({name, resolve_parameters(find_stage(name)->about, given)});
  return method;
}

TEST(GoldBudget, IsTheLargestOfTheStages) {
  EXPECT_TRUE(gold_budget_of(method({{"filter:knn", Json::object()}})).is_null());
  const MethodSpec both =
      method({{"filter:trust", {{"rows", 80}}}, {"gold:weighted", {{"rows", 50}, {"smoothing", 0.1}}}});
  EXPECT_EQ(gold_budget_of(both), (Json{{"rows", 80}, {"place", "random"}, {"smoothing", 0.1}}));
  EXPECT_EQ(stage_of_gold_targets(both)->name, "gold:weighted");
  const MethodSpec judged =
      method({{"relabel:select-gold", Json::object()}, {"filter:trust-linear", {{"rows", 30}}}});
  EXPECT_EQ(gold_budget_of(judged), (Json{{"rows", 100}, {"place", "random"}, {"smoothing", 0.0}}));
  EXPECT_EQ(stage_of_gold_targets(judged), nullptr);
  EXPECT_EQ(gold_budget_of(method({{"gold:replace", {{"place", "wrong-first"}}}}))["place"], "wrong-first");
}

TEST(GoldBudget, IsOfOnePlace) {
  try {
    gold_budget_of(method({{"filter:trust", Json::object()}, {"gold:replace", {{"place", "wrong-first"}}}}));
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("gold:replace"), HasSubstr("filter:trust takes"), HasSubstr("random")));
  }
}

}  // namespace
}  // namespace qinglan
