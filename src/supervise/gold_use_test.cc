#include "supervise/gold_use.h"

#include <gmock/gmock.h>

#include "data/test_files.h"
#include "io/file_system.h"

namespace qinglan {
namespace {

using testing::Each;
using testing::FloatNear;
using testing::HasSubstr;

struct Case {
  WeakLabels labels;
  GoldRows gold;
  explicit Case(const Json& json) {
    labels.classes = json["p"][0].size();
    gold.classes = labels.classes;
    for (const auto& row : json["p"]) {
      labels.ids.push_back(std::to_string(labels.size()));
      for (const auto& p : row) labels.p.push_back(p);
      labels.abstain.push_back(0);
    }
    for (const auto& [row, label] : json["truth"].get<std::vector<std::pair<int, int>>>())
      gold.ids.push_back(std::to_string(row)), gold.labels.push_back(label);
  }
};

Json golden() {
  const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/gold/reliability.json";
  return parse_json(real_file_system().read(path), path);
}

TEST(Reliability, IsTheLogisticCurveThatScipyFinds) {
  for (const auto& json : golden()["cases"]) {
    const Case c(json);
    const auto ours = reliability(c.labels, c.gold);
    ASSERT_EQ(ours.size(), json["reliability"].size());
    for (std::size_t i = 0; i < ours.size(); ++i)
      EXPECT_NEAR(ours[i], json["reliability"][i].get<double>(), 2e-4) << i;
  }
}

TEST(Reliability, NeedsARowThatHasBothLabels) {
  Case c(golden()["cases"][0]);
  c.gold.ids = {"elsewhere"};
  c.gold.labels = {0};
  EXPECT_THAT(error_of([&] { reliability(c.labels, c.gold); }), HasSubstr("both a weak and a true label"));
}

TEST(GoldUse, EveryWayIsWhatItsNameSays) {
  const Case c(golden()["cases"][0]);
  const auto use = [&](const char* how, Json parameters = Json::object()) {
    return gold_use(how, parameters, c.labels, c.gold);
  };
  EXPECT_EQ(use("gold:weighted", {{"weight", 4.0}}).weight, 4);
  EXPECT_TRUE(use("gold:anchored").anchored);
  EXPECT_TRUE(use("gold:only").alone);
  EXPECT_EQ(use("gold:replace", {{"smoothing", 0.1}}).smoothing, 0.1);
  EXPECT_EQ(use("gold:reliability").weak_weights, reliability(c.labels, c.gold));
  EXPECT_THAT(error_of([&] { use("gold:best"); }), HasSubstr("\"gold:best\""));
}

}  // namespace
}  // namespace qinglan
