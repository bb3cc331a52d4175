#include "audit/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/power.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Estimate between(double low, double high) { return {(low + high) / 2, low, high, 5, 1000}; }

// D = +10 points of a gap of 20: partial.
Evidence partial() {
  Evidence e;
  e.seeds = 5;
  e.items = e.columns = 1000;
  e.gain = between(0.08, 0.12);
  e.gap = between(0.18, 0.22);
  e.pgr = between(0.4, 0.6);
  e.gain_parts = e.gap_parts = CrossedParts{5e-5, 5e-5, 5e-6};
  e.over_best_control = between(0.05, 0.07);
  e.best_control = "n-gram student";
  for (int s = 0; s < 5; ++s) e.ceilings.push_back({0.84 + 0.002 * s, 0.4, 0.69});
  return e;
}

struct Rule {
  const char* name;
  void (*set)(Evidence&);
  Verdict verdict;
  const char* words;
};

// In the order of the rules; each is the first to match once those before it are taken away.
const Rule kRules[] = {
    {"leak", [](Evidence& e) { e.leaks = {"undeclared ground truth: seed 0"}; }, Verdict::control_failed,
     "undeclared"},
    {"shuffled", [](Evidence& e) { e.shuffled = between(0.521, 0.6); }, Verdict::control_failed,
     "shuffled labels"},
    {"seeds", [](Evidence& e) { e.seeds = 2; }, Verdict::underpowered, "only 2 seeds"},
    {"items", [](Evidence& e) { e.items = e.columns = 199; }, Verdict::underpowered, "only 199 test rows"},
    {"harmful", [](Evidence& e) { e.gain = between(-0.1, -0.001); }, Verdict::harmful,
     "worse than its supervisor"},
    {"flat ceiling", [](Evidence& e) { e.gap = between(-0.01, 0.03); }, Verdict::ceiling_invalid,
     "gap from supervisor"},
    {"ceiling at chance", [](Evidence& e) { e.ceilings[3].score = 0.52; }, Verdict::ceiling_invalid,
     "at chance"},
    {"untrained", [](Evidence& e) { e.ceilings[0].final_train_loss = 0.6556; }, Verdict::ceiling_invalid,
     "training loss"},
    {"tuned", [](Evidence& e) { e.tuned_over_matched = between(0.0201, 0.04); }, Verdict::ceiling_invalid,
     "tuned ceiling"},
    {"bimodal", [](Evidence& e) { e.ceilings[0].score = 0.7; }, Verdict::ceiling_invalid, "two heaps"},
    {"small gap", [](Evidence& e) { e.gap = between(0.03, 0.2); }, Verdict::underpowered, "not surely above"},
    {"no gain", [](Evidence& e) { e.gain = between(-0.005, 0.005); }, Verdict::no_gain, "either way"},
};

TEST(Verdict, RulesMatchInOrder) {
  for (std::size_t first = 0; first < std::size(kRules); ++first) {
    Evidence e = partial();
    for (std::size_t k = std::size(kRules); k-- > first;)
      kRules[k].set(e);  // earlier rules have the last word
    const Decision decision = decide(e);
    EXPECT_EQ(name_of(decision.verdict), std::string(name_of(kRules[first].verdict))) << kRules[first].name;
    EXPECT_THAT(decision.reason, HasSubstr(kRules[first].words));
  }
}

TEST(Verdict, EachRuleAloneMatches) {
  for (const Rule& rule : kRules) {
    Evidence e = partial();
    rule.set(e);
    EXPECT_EQ(name_of(decide(e).verdict), std::string(name_of(rule.verdict))) << rule.name;
  }
}

TEST(Verdict, PartialSaysAtLeastHowMuch) {
  const Decision decision = decide(partial());
  EXPECT_EQ(decision.verdict, Verdict::partial);
  EXPECT_EQ(decision.reason,
            "the gain is +10.0 points [+8.0, +12.0]; 50% of the gap recovered [40, 60], at least 40%");
  EXPECT_EQ(decision.seeds_needed, 0);
}

TEST(Verdict, RecoveredNeedsFourFifthsAndAGainAboveDelta) {
  Evidence e = partial();
  e.pgr = between(0.8, 1);
  EXPECT_EQ(decide(e).verdict, Verdict::recovered);
  e.pgr = between(0.7999, 1);
  EXPECT_EQ(decide(e).verdict, Verdict::partial);
  e.pgr = between(0.8, 1);
  e.gain = between(0.02, 0.05);  // delta is a tenth of the gap
  EXPECT_EQ(decide(e).verdict, Verdict::partial);
  e.gain = between(0.0201, 0.05);
  EXPECT_EQ(decide(e).verdict, Verdict::recovered);
}

TEST(Verdict, NotAttributableNeedsAGain) {
  Evidence e = partial();
  e.over_best_control = between(0, 0.2);
  EXPECT_EQ(decide(e).verdict, Verdict::control_failed);
  EXPECT_THAT(decide(e).reason, StartsWith("not-attributable"));
  EXPECT_THAT(decide(e).reason, HasSubstr("n-gram student"));
  e.gain = between(0, 0.1);
  EXPECT_EQ(decide(e).verdict, Verdict::underpowered);
  e = partial();
  e.over_best_control = Estimate::no("no control");
  EXPECT_EQ(decide(e).verdict, Verdict::partial);
}

TEST(Verdict, WithoutACeilingOnlyTheGainIsJudged) {
  const auto with_gain = [](double low, double high) {
    Evidence e = partial();
    e.gap = std::nullopt;
    e.gap_parts = std::nullopt;
    e.ceilings.clear();
    e.pgr = Estimate::no("no ceiling");
    e.gain = between(low, high);
    return decide(e).verdict;
  };
  EXPECT_EQ(with_gain(0.0101, 0.1), Verdict::gain);
  EXPECT_EQ(with_gain(0.01, 0.1), Verdict::underpowered);
  EXPECT_EQ(with_gain(-0.0099, 0.0099), Verdict::no_gain);
  EXPECT_EQ(with_gain(-0.01, 0.005), Verdict::underpowered);
  EXPECT_EQ(with_gain(-0.1, -0.01), Verdict::harmful);
}

TEST(Verdict, UndefinedGainIsUnderpoweredWithItsReason) {
  Evidence e = partial();
  e.gain = Estimate::no("no test item of class 1");
  e.gain_parts = std::nullopt;
  EXPECT_EQ(decide(e).verdict, Verdict::underpowered);
  EXPECT_THAT(decide(e).reason, HasSubstr("no test item of class 1"));
}

TEST(Verdict, GroupsNotRowsAreCounted) {
  Evidence e = partial();
  e.columns = 150;
  EXPECT_EQ(decide(e).verdict, Verdict::underpowered);
  EXPECT_THAT(decide(e).reason, HasSubstr("only 150 groups of related test rows"));
}

TEST(Verdict, RefusesAsTheExitCodeSays) {
  for (const Verdict verdict : {Verdict::control_failed, Verdict::underpowered, Verdict::ceiling_invalid})
    EXPECT_TRUE(refuses(verdict));
  for (const Verdict verdict : {Verdict::harmful, Verdict::gain, Verdict::no_gain, Verdict::recovered,
                                Verdict::partial, Verdict::failed})
    EXPECT_FALSE(refuses(verdict));
}

TEST(Bimodal, NeedsFiveSeedsAndAGapOutOfLine) {
  EXPECT_TRUE(is_bimodal({0.84, 0.85, 0.845, 0.7, 0.855}));
  EXPECT_FALSE(is_bimodal({0.84, 0.85, 0.845, 0.7}));
  EXPECT_FALSE(is_bimodal({0.84, 0.85, 0.845, 0.795, 0.855}));  // .045 is not above .05
  EXPECT_FALSE(is_bimodal({0.60, 0.65, 0.70, 0.76, 0.81}));     // spread evenly
}

TEST(Power, FindsTheLeastNumberThatDecides) {
  Evidence e = partial();
  e.gain = between(-0.01, 0.09);
  e.gain_parts = CrossedParts{4e-4, 1e-4, 1e-5};
  const Need needed = need(e);
  ASSERT_GT(needed.seeds, 5);
  const auto low_at = [&](std::int64_t seeds) {
    const double ratio = static_cast<double>(seeds) / 5;
    return e.gain.value - half_width(e.gain_parts->scaled(ratio, 1).spread(static_cast<double>(seeds), 1000));
  };
  EXPECT_GT(low_at(needed.seeds), 0);
  EXPECT_LE(low_at(needed.seeds - 1), 0);
  EXPECT_EQ(needed.items, 0);  // the seeds alone leave it open
  EXPECT_EQ(decide(e).verdict, Verdict::underpowered);
  EXPECT_THAT(decide(e).reason, HasSubstr("about " + std::to_string(needed.seeds) + " seeds would decide"));
}

TEST(Power, OfAGainAtTheBoundaryIsNotAMatterOfNumbers) {
  Evidence e = partial();
  e.gap = std::nullopt;
  e.gain = between(-0.03, 0.05);  // at delta exactly
  e.gain_parts = CrossedParts{1e-4, 1e-4, 1e-5};
  EXPECT_EQ(need(e).seeds, 0);
  EXPECT_EQ(need(e).items, 0);
}

TEST(Power, OfTooFewSeedsIsAtLeastThree) {
  Evidence e = partial();
  e.seeds = 2;
  EXPECT_EQ(need(e).seeds, 3);
  EXPECT_EQ(need(e).items, 0);
  e.items = e.columns = 100;
  EXPECT_EQ(need(e).items, 200);
  EXPECT_TRUE(need(e).both);
}

}  // namespace
}  // namespace qinglan
