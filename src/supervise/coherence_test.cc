#include "supervise/coherence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"

namespace qinglan {
namespace {

using Matrix = std::vector<std::vector<double>>;

// The toy model of tools/golden/coherence_golden.py.
CoherenceScorer toy(const Matrix& affinity, const Matrix& bias) {
  return [=](const std::vector<CoherenceQuestion>& questions) {
    Matrix answers;
    for (const auto& asked : questions) {
      std::vector<double> z = bias[asked.row];
      for (const auto& [other, label] : asked.shown)
        z[static_cast<std::size_t>(label)] += affinity[asked.row][other];
      double sum = 0;
      for (const double value : z) sum += std::exp(value);
      for (double& value : z) value -= std::log(sum);
      answers.push_back(z);
    }
    return answers;
  };
}

Json golden() {
  const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/coherence/search.json";
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return parse_json(text.str(), path);
}

Coherence coherence_of(const Json& one) {
  CoherenceProblem problem{one["classes"],    one["others"], one["groups"], in_group_named(one["in_group"]),
                           one["most_shown"], one["alpha"]};
  return {problem, toy(one["affinity"], one["bias"])};
}

std::function<double()> drawn(const std::vector<double>& numbers) {
  return [numbers, next = std::size_t{0}]() mutable { return numbers.at(next++); };
}

CoherentLabels searched(const Json& one, Coherence& coherence) {
  return find_coherent_labels(coherence, one["start"], cooling_named(one["cooling"]),
                              static_cast<std::int64_t>(one["uniform"].size() / 2), drawn(one["uniform"]));
}

TEST(Coherence, UtilityIsThatOfTheFormula) {
  const Json document = golden();
  for (const auto& one : document["cases"]) {
    Coherence coherence = coherence_of(one);
    for (std::size_t v = 0; v < one["values"].size(); ++v)
      EXPECT_NEAR(coherence.utility(one["values"][v]), one["utilities"][v].get<double>(), 1e-9);
  }
}

TEST(Coherence, TemperaturesFallAsSaid) {
  const Json document = golden();
  for (const auto& one : document["temperatures"])
    EXPECT_NEAR(temperature(cooling_named(one["cooling"]), one["step"]), one["value"].get<double>(), 1e-12);
  EXPECT_EQ(temperature(Cooling::log, 0), 10);
}

TEST(Coherence, SearchesTakeTheStepsOfTheRestatement) {
  const Json document = golden();
  for (const auto& one : document["cases"]) {
    Coherence coherence = coherence_of(one);
    const CoherentLabels found = searched(one, coherence);
    EXPECT_EQ(found.labels, one["labels"].get<RowLabels>());
    EXPECT_EQ(found.accepted, one["accepted"].get<std::int64_t>());
    EXPECT_EQ(coherence.asked(), one["asked"].get<std::int64_t>()) << "every question is asked once";
    EXPECT_NEAR(found.utility, one["utility"].get<double>(), 1e-9);
  }
}

// The largest U of all labellings, by trying them.
double largest(Coherence& coherence) {
  const std::size_t classes = coherence.problem().classes, rows = coherence.problem().rows();
  std::size_t all = 1;
  for (std::size_t i = 0; i < rows; ++i) all *= classes;
  double most = -INFINITY;
  for (std::size_t number = 0; number < all; ++number) {
    RowLabels labels;
    for (std::size_t i = 0, rest = number; i < rows; ++i, rest /= classes)
      labels.push_back(static_cast<std::int32_t>(rest % classes));
    most = std::max(most, coherence.utility(labels));
  }
  return most;
}

TEST(Coherence, BruteForceFindsNothingBetterWhereRowsComeInTwoKinds) {
  int planted = 0;
  const Json document = golden();
  for (const auto& one : document["cases"]) {
    Coherence coherence = coherence_of(one);
    const double most = largest(coherence);
    EXPECT_NEAR(most, one["largest"].get<double>(), 1e-9);
    const CoherentLabels found = searched(one, coherence);
    EXPECT_LE(found.utility, most + 1e-9);
    if (!one["planted"].get<bool>()) continue;
    EXPECT_NEAR(found.utility, most, 1e-9);
    ++planted;
  }
  EXPECT_EQ(planted, 2);
}

// Rows of two kinds: each attracts the labels of its own and repels the other's.
struct Planted {
  std::vector<bool> kind;
  CoherenceProblem problem;
  Matrix affinity, bias;

  explicit Planted(std::size_t rows, std::uint64_t seed) {
    Random random(seed, "planted");
    problem.classes = 2;
    for (std::size_t i = 0; i < rows; ++i) {
      kind.push_back(random.uniform() < 0.5);
      problem.groups.push_back(i);
      bias.push_back({0, 0});
      std::vector<std::size_t> others;
      for (std::size_t j = 0; j < rows; ++j)
        if (j != i) others.push_back(j);
      random.shuffle(others);
      problem.others.push_back(others);
    }
    for (std::size_t i = 0; i < rows; ++i) {
      affinity.emplace_back();
      for (std::size_t j = 0; j < rows; ++j) affinity[i].push_back(kind[i] == kind[j] ? 1.5 : -1.5);
    }
  }
  // Agreement with the kinds, whichever way round.
  double accuracy(const RowLabels& labels) const {
    double same = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) same += (labels[i] == 1) == kind[i];
    same /= static_cast<double>(labels.size());
    return std::max(same, 1 - same);
  }
};

TEST(Coherence, FindsTheKindsOfManyRowsFromAFewGuesses) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Planted data(64, seed);
    Coherence coherence(data.problem, toy(data.affinity, data.bias));
    RowLabels start(64, kUnlabelled);
    for (std::size_t i = 0; i < 8; ++i) start[i] = data.kind[i] != (i == 0);  // the first guess is wrong
    Random random(seed, "steps");
    const auto uniform = [&] { return random.uniform(); };
    const CoherentLabels found = find_coherent_labels(coherence, start, Cooling::log, 600, uniform);
    EXPECT_EQ(data.accuracy(found.labels), 1) << seed;
    EXPECT_LT(coherence.asked(), 64 * (16 + 30)) << "a row has few contexts once all are labelled";
  }
}

TEST(Coherence, UnlabelledRowsAreLabelledAtTheEnd) {
  const Planted data(20, 4);
  Coherence coherence(data.problem, toy(data.affinity, data.bias));
  RowLabels start(20, kUnlabelled);
  start[3] = 1;
  const CoherentLabels found = find_coherent_labels(coherence, start, Cooling::log, 0, [] { return 0.5; });
  EXPECT_EQ(data.accuracy(found.labels), 1);
  EXPECT_EQ(found.accepted, 0);
  EXPECT_EQ(found.labels[3], 1);
}

TEST(Coherence, ContradictionsAreMendedOneQuestionAtATime) {
  Planted data(8, 5);
  for (std::size_t i = 0; i < 8; ++i) data.problem.groups[i] = i / 2;
  data.problem.in_group = InGroup::different;
  data.problem.alpha = 0;  // coherence says nothing: only contradictions count
  Coherence coherence(data.problem, toy(data.affinity, data.bias));
  const RowLabels equal(8, 1);
  EXPECT_EQ(coherence.contradictions(equal), 4);
  Random random(6, "steps");
  const CoherentLabels found =
      find_coherent_labels(coherence, equal, Cooling::log, 60, [&] { return random.uniform(); });
  EXPECT_EQ(coherence.contradictions(found.labels), 0);
  EXPECT_EQ(found.utility, 0);
}

TEST(Coherence, AWorseStepIsTakenByLuckAndTheBestIsKept) {
  const CoherenceScorer frustrated = [](const std::vector<CoherenceQuestion>& questions) {
    Matrix answers;
    for (const auto& asked : questions) {
      if (asked.row == 0)
        answers.push_back({-0.1, -2.4});
      else
        answers.push_back(asked.shown.front().second == 1 ? std::vector{-9.0, -0.1}
                                                          : std::vector{-0.1, -9.0});
    }
    return answers;
  };
  const CoherenceProblem problem{2, {{1}, {0}}, {0, 1}, InGroup::any, 1, 1};
  const auto accepted = [&](double luck) {
    Coherence coherence(problem, frustrated);
    std::vector<double> numbers = {0.0, luck};  // row 0
    const CoherentLabels found = find_coherent_labels(coherence, {1, 1}, Cooling::log, 1, drawn(numbers));
    EXPECT_EQ(found.labels, (RowLabels{1, 1}));
    EXPECT_NEAR(found.utility, -2.5 / 2, 1e-12);
    return found.accepted;
  };
  const double chance = std::exp((-9.1 + 2.5) / 2 / 10);
  EXPECT_EQ(accepted(chance - 0.001), 1);
  EXPECT_EQ(accepted(chance + 0.001), 0);
}

TEST(Coherence, RowsToShowAreOfAllClasses) {
  EXPECT_THAT(balanced_rows({1, 1, 1, 0, 1, 0, 0}, 2, 4), testing::ElementsAre(0, 1, 3, 5));
  EXPECT_THAT(balanced_rows({1, 1, 1, 1}, 2, 4), testing::ElementsAre(0, 1)) << "no class beyond its share";
  EXPECT_THAT(balanced_rows({2, 2, 0, 1, 1}, 3, 4), testing::ElementsAre(0, 1, 2, 3));
}

TEST(Coherence, WordsThatMeanNothingAreRefused) {
  EXPECT_THROW(in_group_named("equal"), Error);
  EXPECT_THROW(cooling_named("linear"), Error);
}

}  // namespace
}  // namespace qinglan
