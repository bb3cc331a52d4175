#include "data/labels.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>

#include "data/test_files.h"
#include "io/safetensors.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

WeakLabels three() {
  WeakLabels labels;
  labels.ids = {"a", "b", "c"};
  labels.classes = 2;
  labels.p = {0.25f, 0.75f, 0.5f, 0.5f, 1.0f, 0.0f};
  labels.abstain = {0, 1, 0};
  labels.provenance = {{"kind", "test"}};
  return labels;
}

TEST(WeakLabels, HardIsArgmaxWithTiesToTheLowest) {
  EXPECT_EQ(three().hard(0), 1);
  EXPECT_EQ(three().hard(1), 0);
  EXPECT_EQ(three().hard(2), 0);
  EXPECT_EQ(three().confidence(0), 0.75f);
  EXPECT_THAT(three().mean(), ElementsAre(DoubleEq(1.75 / 3), DoubleEq(1.25 / 3)));
}

TEST(WeakLabels, KnowTheTrueLabelsTheyWereJudgedBy) {
  const auto use = [](int rows) { return Json{{"rows", rows}, {"purpose", "gold budget"}}; };
  WeakLabels labels = three();
  labels.provenance = {{"kind", "b"},
                       {"ground_truth", {use(7)}},
                       {"of", {{"kind", "a"}, {"of", {{"kind", "c"}, {"ground_truth", {use(3)}}}}}}};
  EXPECT_EQ(ground_truth_behind(labels.provenance), (Json::array({use(7), use(3)})));
  EXPECT_EQ(TrainingLabels::from(labels).certificate(), (Json::array({use(7), use(3)})));
  EXPECT_EQ(ground_truth_behind(three().provenance), Json::array());
}

TEST(WeakLabels, ComeBackFromAFile) {
  const TestFolder folder;
  const auto path = folder.path() + "/labels.safetensors";
  write_weak_labels(real_file_system(), path, three());
  const auto labels = read_weak_labels(path);
  EXPECT_EQ(labels.ids, three().ids);
  EXPECT_EQ(labels.p, three().p);
  EXPECT_EQ(labels.abstain, three().abstain);
  EXPECT_EQ(labels.classes, 2u);
  EXPECT_EQ(labels.provenance, three().provenance);
}

TEST(WeakLabels, RefuseDamage) {
  const TestFolder folder;
  const auto path = folder.path() + "/labels.safetensors";
  const auto damaged = [&](const std::function<void(WeakLabels&)>& change) {
    auto labels = three();
    change(labels);
    write_weak_labels(real_file_system(), path, labels);
    return error_of([&] { read_weak_labels(path); });
  };
  EXPECT_THAT(damaged([](auto& l) { l.p[0] = 0.5f; }), AllOf(HasSubstr("\"a\""), HasSubstr("sum to 1")));
  EXPECT_THAT(damaged([](auto& l) { l.p = {1.5f, -0.5f, 0.5f, 0.5f, 1, 0}; }), HasSubstr("negative"));
  EXPECT_THAT(damaged([](auto& l) { l.p[4] = std::numeric_limits<float>::quiet_NaN(); }), HasSubstr("\"c\""));
  EXPECT_THAT(damaged([](auto& l) { l.ids[1] = "a"; }), HasSubstr("twice"));
  const std::string ids = "a\nb";
  const auto labels = three();
  const auto bytes = [](const auto& values) { return std::as_bytes(std::span(values)); };
  folder.write("labels.safetensors",
               safetensors_bytes({{"ids", {DType::u8, {3}, bytes(ids)}},
                                  {"p", {DType::f32, {3, 2}, bytes(labels.p)}},
                                  {"abstain", {DType::u8, {3}, bytes(labels.abstain)}}}));
  EXPECT_THAT(error_of([&] { read_weak_labels(path); }),
              AllOf(HasSubstr("disagree"), HasSubstr("expected 2 rows")));
}

TEST(TrainingLabels, SoftAndHard) {
  const auto soft = TrainingLabels::from(three());
  EXPECT_EQ(soft.p(), three().p);
  EXPECT_EQ(soft.skipped(), 0u);
  EXPECT_TRUE(soft.certificate().empty());
  const auto hard = TrainingLabels::from(three(), true);
  EXPECT_THAT(hard.ids(), ElementsAre("a", "c"));
  EXPECT_THAT(hard.p(), ElementsAre(0, 1, 1, 0));
  EXPECT_EQ(hard.skipped(), 1u);
  EXPECT_EQ(hard.prior(), three().mean());
  auto silent = three();
  silent.abstain = {1, 1, 1};
  EXPECT_THAT(error_of([&] { TrainingLabels::from(silent, true); }), HasSubstr("abstained on every row"));
}

TEST(TrainingLabels, GroundTruthNeedsItsBudget) {
  const GroundTruth truth({"no", "yes"}, {{"a", 1}, {"b", 0}, {"c", 1}, {"d", 1}});
  const auto labels = TrainingLabels::from(truth, {"a", "b", "c", "d"}, {"ceiling", 4});
  EXPECT_THAT(labels.p(), ElementsAre(0, 1, 1, 0, 0, 1, 0, 1));
  EXPECT_THAT(labels.prior(), ElementsAre(0.25, 0.75));
  EXPECT_NEAR(labels.prior_entropy(), -(0.25 * std::log(0.25) + 0.75 * std::log(0.75)), 1e-15);
  EXPECT_EQ(labels.certificate(), Json::parse(R"([{"rows": 4, "purpose": "ceiling"}])"));
  EXPECT_THAT(error_of([&] {
                TrainingLabels::from(truth, {"a", "b"}, {"ceiling", 1});
              }),
              AllOf(HasSubstr("internal"), HasSubstr("ceiling")));
}

}  // namespace
}  // namespace qinglan
