#include "supervise/ensemble.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "io/file_system.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

Json golden() {
  const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/ensemble/ensemble.json";
  return parse_json(real_file_system().read(path), path);
}

using Answers = std::vector<std::int32_t>;

// Logits whose largest is the class answered.
std::vector<float> logits_of(const Answers& answers, std::size_t classes) {
  std::vector<float> logits(answers.size() * classes, -1);
  for (std::size_t i = 0; i < answers.size(); ++i)
    logits[i * classes + static_cast<std::size_t>(answers[i])] = 2;
  return logits;
}

void expect_p(const std::vector<float>& logits, const Json& p) {
  const auto rows = p.get<std::vector<std::vector<double>>>();
  const std::size_t classes = rows.front().size();
  ASSERT_EQ(logits.size(), rows.size() * classes);
  for (std::size_t i = 0; i < logits.size(); ++i)
    EXPECT_NEAR(std::exp(logits[i]), rows[i / classes][i % classes], 1e-6) << i;
}

TEST(AdaBoost, ErrorsWeightsAndAlphasAreNumpys) {
  for (const auto& one : golden()["adaboost"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    AdaBoost boosting(one["labels"].get<Answers>(), one["classes"]);
    const auto members = one["trained"].get<std::vector<Answers>>();
    for (std::size_t t = 0; t < one["rounds"].size(); ++t) {
      ASSERT_EQ(boosting.add(members[t]), std::nullopt) << t;
      const Json& expected = one["rounds"][t];
      EXPECT_NEAR(boosting.rounds()[t].error, expected["error"].get<double>(), 1e-12);
      EXPECT_NEAR(boosting.rounds()[t].alpha, expected["alpha"].get<double>(), 1e-12);
      const auto weights = expected["weights"].get<std::vector<double>>();
      for (std::size_t i = 0; i < weights.size(); ++i)
        ASSERT_NEAR(boosting.weights()[i], weights[i], 1e-12) << i;
    }
    if (one["rounds"].size() == members.size()) continue;
    const auto before = boosting.weights();
    EXPECT_NE(boosting.add(members.back()), std::nullopt);
    EXPECT_EQ(boosting.weights(), before);
  }
}

TEST(AdaBoost, TheVotesAreNumpys) {
  for (const auto& one : golden()["adaboost"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    const std::size_t classes = one["classes"];
    const auto trained = one["trained"].get<std::vector<Answers>>(),
               asked = one["asked"].get<std::vector<Answers>>();
    std::size_t next = 0;
    const auto answers =
        boost(one["labels"].get<Answers>(), classes, trained.size(), [&](const std::vector<float>& shares) {
          EXPECT_EQ(shares.size(), trained[next].size());
          EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), static_cast<double>(shares.size()),
                      1e-3);
          const MemberAnswers member{logits_of(trained[next], classes), logits_of(asked[next], classes)};
          ++next;
          return member;
        });
    EXPECT_EQ(next, trained.size());
    EXPECT_EQ(answers.facts["members"].size(), one["rounds"].size());
    EXPECT_EQ(answers.facts.contains("stopped"), one["rounds"].size() < trained.size());
    expect_p(answers.logits, one["p"]);
  }
}

// What was hard for a member is, weighted, as hard as guessing: the next one has to learn something else.
TEST(AdaBoost, AMemberGuessesOnTheWeightsItLeaves) {
  Random random(3);
  for (const std::size_t classes : {2u, 3u, 5u}) {
    Answers labels, answers;
    for (int i = 0; i < 200; ++i) {
      labels.push_back(static_cast<std::int32_t>(random.below(classes)));
      answers.push_back(random.uniform() < 0.6 ? labels.back()
                                               : static_cast<std::int32_t>(random.below(classes)));
    }
    AdaBoost boosting(labels, classes);
    ASSERT_EQ(boosting.add(answers), std::nullopt);
    double error = 0, sum = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      sum += boosting.weights()[i];
      if (answers[i] != labels[i]) error += boosting.weights()[i];
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    EXPECT_NEAR(error, 1 - 1 / static_cast<double>(classes), 1e-12);
  }
}

TEST(AdaBoost, AFirstMemberWithoutAPlaceAnswersAlone) {
  const Answers labels = {0, 1, 1, 0};
  const auto alone = [&](const Answers& trained) {
    return boost(labels, 2, 10, [&](const std::vector<float>& shares) {
      EXPECT_EQ(shares, std::vector<float>(4, 1.0f));
      return MemberAnswers{logits_of(trained, 2), {0.5f, 0.25f}};
    });
  };
  const auto perfect = alone(labels), guess = alone({0, 0, 1, 1});
  EXPECT_EQ(perfect.logits, (std::vector<float>{0.5f, 0.25f}));
  EXPECT_EQ(guess.logits, perfect.logits);
  EXPECT_THAT(perfect.facts["stopped"].get<std::string>(), HasSubstr("makes no error"));
  EXPECT_THAT(guess.facts["stopped"].get<std::string>(), HasSubstr("errs on 50.0%"));
  EXPECT_THAT(guess.facts["stopped"].get<std::string>(), HasSubstr("0 of 10 members"));
}

TEST(Bagging, TheAnswerIsTheMeanOfTheMembersProbabilities) {
  for (const auto& one : golden()["bagging"]) {
    const auto members = one["logits"].get<std::vector<std::vector<float>>>();
    std::size_t next = 0;
    const auto answers = bag(20, one["classes"], members.size(), 7, [&](const std::vector<float>& shares) {
      EXPECT_EQ(shares, bootstrap_counts(20, 7, next));
      return MemberAnswers{{}, members[next++]};
    });
    expect_p(answers.logits, one["p"]);
    EXPECT_EQ(answers.facts["members"], members.size());
  }
}

TEST(Bagging, ASampleIsAsLargeAsItsRowsAndEachMembersOwn) {
  const auto counts = bootstrap_counts(1000, 4, 0);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0.0f), 1000);
  const auto absent = std::count(counts.begin(), counts.end(), 0.0f);
  EXPECT_NEAR(static_cast<double>(absent), 1000 / std::exp(1.0), 50);
  EXPECT_EQ(counts, bootstrap_counts(1000, 4, 0));
  EXPECT_NE(counts, bootstrap_counts(1000, 4, 1));
  EXPECT_NE(counts, bootstrap_counts(1000, 5, 0));
}

}  // namespace
}  // namespace qinglan
