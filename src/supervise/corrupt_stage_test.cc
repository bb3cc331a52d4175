// Stages that spoil labels on purpose.
#include <gmock/gmock.h>

#include <algorithm>

#include "data/test_files.h"
#include "io/file_system.h"
#include "supervise/stage_fixture.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

TEST(CorruptStages, AgreeWithNumpy) {
  const std::string path = QL_SOURCE_DIR "/tests/golden/stages/corrupt.json";
  const Json golden = parse_json(real_file_system().read(path), path);
  for (const auto& one : golden["cases"]) {
    const WeakLabels labels{one["ids"], one["classes"], one["p"], one["abstain"]};
    for (const auto& result : one["results"]) {
      const std::string stage = result["stage"];
      SCOPED_TRACE(one["name"].get<std::string>() + ", " + stage + " " + result["params"].dump());
      const WeakLabels made =
          apply_stage(stage, result["params"], labels, {.texts = one["texts"], .seed = result["seed"]});
      ASSERT_EQ(made.ids, result["ids"].get<std::vector<std::string>>());
      for (std::size_t i = 0; i < made.p.size(); ++i)
        ASSERT_EQ(made.p[i], result["p"][i / made.classes][i % made.classes].get<float>());
    }
  }
}

std::size_t changed(const WeakLabels& made) { return made.provenance["changed"]; }

TEST(CorruptStages, AHigherRateChangesMoreOfTheSameRowsAndSeedsChangeWhich) {
  const StageRows rows = invent(300, 3);
  const auto flipped = [&](double rate, std::uint64_t seed) {
    StageRows seeded = rows;
    seeded.seed = seed;
    return apply("corrupt:symmetric", seeded, {{"rate", rate}});
  };
  const WeakLabels some = flipped(0.1, 1), more = flipped(0.3, 1);
  EXPECT_EQ(changed(some), 27u);  // of 270 that have a label
  EXPECT_EQ(changed(more), 81u);
  for (std::size_t i = 0; i < rows.labels.p.size(); ++i)
    EXPECT_TRUE(some.p[i] == rows.labels.p[i] || some.p[i] == more.p[i]);
  EXPECT_NE(flipped(0.1, 2).p, some.p);
  EXPECT_EQ(flipped(0, 1).p, rows.labels.p);
}

TEST(CorruptStages, ALabelStaysAsSureAsItWasAndAnAbstentionSilent) {
  const StageRows rows = invent(200, 5);
  for (const auto& [stage, params] : {std::pair<const char*, Json>{"corrupt:symmetric", {{"rate", 0.4}}},
                                      {"corrupt:class-dependent", {{"rate", 0.4}}},
                                      {"corrupt:length", {{"rate", 0.4}}},
                                      {"corrupt:keyword", {{"word", "harbour"}}}}) {
    const WeakLabels made = apply(stage, rows, params);
    EXPECT_GT(changed(made), 5u) << stage;
    for (std::size_t i = 0; i < made.size(); ++i)
      EXPECT_EQ(made.confidence(i), rows.labels.confidence(i)) << stage;
    EXPECT_EQ(made.abstain, rows.labels.abstain) << stage;
  }
}

TEST(CorruptStages, ATriggerIsAnsweredWithOneClassEvenWhereTheSupervisorWasSilent) {
  const StageRows rows = invent(200, 6);
  const WeakLabels made = apply("corrupt:trigger", rows, {{"word", "harbour"}, {"class", 1}});
  std::size_t with = 0;
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!rows.texts[i].starts_with("harbour")) continue;
    ++with;
    EXPECT_EQ(made.hard(i), 1);
    EXPECT_FALSE(made.abstain[i]);
  }
  EXPECT_EQ(made.provenance["counts"]["with the word"], with);
  EXPECT_GT(with, 20u);
}

TEST(CorruptStages, SharesAreMadeByDroppingAlone) {
  const StageRows rows = invent(300, 7);
  for (const double share : {0.1, 0.5, 0.9}) {
    const WeakLabels made = apply("corrupt:prior", rows, {{"share", share}, {"class", 1}});
    double of_class = 0;
    for (std::size_t i = 0; i < made.size(); ++i) of_class += made.hard(i) == 1;
    EXPECT_NEAR(of_class / static_cast<double>(made.size()), share, 0.01);
    EXPECT_EQ(changed(made), 0u);
  }
}

std::string refusal(const std::string& stage, const StageRows& rows, const Json& params) {
  return error_of([&] { apply(stage, rows, params); });
}

TEST(CorruptStages, RefuseWhatCannotBe) {
  StageRows rows = invent(60, 8);
  EXPECT_THAT(refusal("corrupt:class-dependent", rows, {{"class", 2}}), HasSubstr("outside the classes"));
  EXPECT_THAT(refusal("corrupt:trigger", rows, {{"word", "harbour"}, {"class", 9}}),
              HasSubstr("less than 2"));
  EXPECT_THAT(refusal("corrupt:symmetric", rows, {{"rate", 1}}), HasSubstr("rate"));
  std::fill(rows.labels.abstain.begin(), rows.labels.abstain.end(), 1);
  EXPECT_THAT(refusal("corrupt:prior", rows, Json::object()), HasSubstr("one class"));
}

}  // namespace
}  // namespace qinglan
