#include "supervise/combiner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "base/random.h"
#include "data/test_files.h"
#include "io/file_system.h"
#include "supervise/dawid_skene.h"
#include "supervise/label_model.h"

namespace qinglan {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

// From [n][A] classes, -1 where an annotator is silent.
Annotations annotations_of(const std::vector<std::vector<int>>& table, std::size_t classes) {
  Annotations all{.classes = classes};
  for (std::size_t a = 0; a < table.front().size(); ++a) all.annotators.push_back("a" + std::to_string(a));
  for (const auto& row : table) {
    all.ids.push_back(std::to_string(all.ids.size()));
    all.answers.emplace_back();
    for (std::size_t a = 0; a < row.size(); ++a)
      if (row[a] >= 0) all.answers.back().push_back({a, static_cast<std::size_t>(row[a])});
  }
  return all;
}

struct Simulated {
  std::vector<std::vector<int>> table;
  std::vector<int> truth;
};

// Annotators that are right with these probabilities and silent with `silence`.
Simulated simulate(const std::vector<double>& accuracies, std::size_t rows, std::size_t classes,
                   double silence, std::uint64_t seed) {
  Random random(seed, "simulated annotators");
  Simulated made;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto truth = static_cast<int>(random.below(classes));
    made.truth.push_back(truth);
    made.table.emplace_back();
    for (const double accuracy : accuracies) {
      const auto wrong =
          (truth + 1 + static_cast<int>(random.below(classes - 1))) % static_cast<int>(classes);
      const int said = random.uniform() < accuracy ? truth : wrong;
      made.table.back().push_back(random.uniform() < silence ? -1 : said);
    }
  }
  return made;
}

WeakLabels labels_by(const std::string& name, const Annotations& annotations) {
  return combine(find_combiner(name).fit(annotations), annotations);
}

double accuracy_of(const std::string& name, const Simulated& made, std::size_t classes) {
  const auto labels = labels_by(name, annotations_of(made.table, classes));
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += labels.hard(i) == made.truth[i];
  return right / static_cast<double>(labels.size());
}

std::vector<double> flat(const Json& rows) {
  if (rows.is_number()) return {rows.get<double>()};
  std::vector<double> values;
  for (const auto& row : rows)
    for (const double value : flat(row)) values.push_back(value);
  return values;
}

Json golden_cases() {
  const std::string path = QL_SOURCE_DIR "/tests/golden/combiners/combiners.json";
  return parse_json(real_file_system().read(path), path).at("cases");
}

void expect_labels(const WeakLabels& labels, const Json& expected, const std::string& what) {
  const std::vector<double> p(labels.p.begin(), labels.p.end());
  EXPECT_THAT(p, Pointwise(DoubleNear(2e-6), flat(expected))) << what;
}

TEST(Combiner, AgreesWithNumPy) {
  for (const auto& golden : golden_cases()) {
    const auto all = annotations_of(golden["answers"], golden["classes"]);
    for (const char* name : {"vote", "evidential"}) expect_labels(labels_by(name, all), golden[name], name);

    const DawidSkene ds = fit_dawid_skene(all);
    EXPECT_THAT(ds.model.prior(), Pointwise(DoubleNear(1e-9), flat(golden["dawid_skene"]["prior"])));
    EXPECT_THAT(ds.model.confusion(), Pointwise(DoubleNear(1e-9), flat(golden["dawid_skene"]["confusion"])));
    EXPECT_NEAR(ds.objective.back(), golden["dawid_skene"]["objective"].get<double>(), 1e-8);
    EXPECT_EQ(ds.objective.size(), golden["dawid_skene"]["iterations"]);
    expect_labels(labels_by("dawid-skene", all), golden["dawid_skene"]["p"], "dawid-skene");

    const LabelModel model = fit_label_model(all);
    EXPECT_TRUE(model.converged) << model.sweeps;
    EXPECT_THAT(model.accuracy, Pointwise(DoubleNear(1e-6), flat(golden["label_model"]["accuracy"])));
    EXPECT_THAT(model.model.prior(), Pointwise(DoubleNear(1e-6), flat(golden["label_model"]["prior"])));
    const auto labels = labels_by("label-model", all);
    const std::vector<double> p(labels.p.begin(), labels.p.end());
    EXPECT_THAT(p, Pointwise(DoubleNear(1e-5), flat(golden["label_model"]["p"])));
  }
}

TEST(Combiner, NamesAreDifferentAndEveryOneIsDescribed) {
  std::set<std::string> names;
  for (const auto& combiner : combiners()) {
    EXPECT_TRUE(names.insert(combiner.name).second);
    EXPECT_FALSE(combiner.formula.empty() || combiner.source.empty() || combiner.when.empty())
        << combiner.name;
  }
  EXPECT_THAT(error_of([] { find_combiner("median"); }), HasSubstr("dawid-skene"));
}

TEST(Combiner, RowsWithoutAnswersAbstainAndTiesGoToTheLowestClass) {
  const auto all = annotations_of({{0, 1, -1}, {-1, -1, -1}, {2, 2, 0}, {2, 1, -1}}, 3);
  const auto labels = labels_by("vote", all);
  EXPECT_THAT(labels.abstain, ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(std::vector<float>(labels.p.begin(), labels.p.begin() + 6),
              ElementsAre(0.5f, 0.5f, 0, 1.f / 3, 1.f / 3, 1.f / 3));
  EXPECT_EQ(labels.hard(0), 0);
  EXPECT_EQ(labels.hard(2), 2);
  EXPECT_EQ(labels.hard(3), 1);
  for (const auto& combiner : combiners()) {
    const auto made = simulate({0.9, 0.8, 0.8}, 100, 3, 0.5, 3);
    const auto some = annotations_of(made.table, 3);
    const auto combined = combine(combiner.fit(some), some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      EXPECT_EQ(combined.abstain[i] != 0, some.answers[i].empty()) << combiner.name;
      EXPECT_NEAR(combined.p[3 * i] + combined.p[3 * i + 1] + combined.p[3 * i + 2], 1, 1e-6);
    }
  }
}

TEST(Combiner, TheOrderOfAnnotatorsAndRowsDoesNotMatter) {
  const auto made = simulate({0.9, 0.6, 0.7, 0.8, 0.55}, 300, 3, 0.3, 1);
  std::vector<std::size_t> rows(made.table.size()), columns(5);
  std::iota(rows.begin(), rows.end(), 0u);
  std::iota(columns.begin(), columns.end(), 0u);
  Random random(2, "order");
  random.shuffle(rows);
  random.shuffle(columns);
  std::vector<std::vector<int>> moved;
  for (const auto row : rows) {
    moved.emplace_back();
    for (const auto column : columns) moved.back().push_back(made.table[row][column]);
  }
  for (const auto& combiner : combiners()) {
    const auto labels = labels_by(combiner.name, annotations_of(made.table, 3));
    const auto again = labels_by(combiner.name, annotations_of(moved, 3));
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_NEAR(again.p[3 * i + k], labels.p[3 * rows[i] + k], 1e-5) << combiner.name << " row " << i;
  }
}

TEST(Combiner, AnnotatorsThatAllAgreeAreTakenAtTheirWord) {
  const auto made = simulate({1.0}, 200, 2, 0, 4);
  std::vector<std::vector<int>> same;
  for (const auto& row : made.table) same.push_back({row[0], row[0], row[0]});
  for (const auto& combiner : combiners()) {
    const auto labels = labels_by(combiner.name, annotations_of(same, 2));
    for (std::size_t i = 0; i < labels.size(); ++i)
      ASSERT_EQ(labels.hard(i), made.truth[i]) << combiner.name << " row " << i;
  }
}

TEST(Combiner, OneGoodAnnotatorAmongPoorOnesBeatsTheVote) {
  const auto made = simulate({0.9, 0.6, 0.6, 0.6, 0.6}, 4000, 2, 0, 5);
  const double vote = accuracy_of("vote", made, 2);
  EXPECT_NEAR(vote, 0.80, 0.03);
  for (const char* name : {"dawid-skene", "label-model"}) {
    EXPECT_GT(accuracy_of(name, made, 2), vote + 0.05) << name;
    const auto all = annotations_of(made.table, 2);
    const auto described = describe_annotators(all, labels_by(name, all));
    EXPECT_NEAR(described[0]["accuracy"].get<double>(), 0.9, 0.05) << name;
    for (std::size_t a = 1; a < 5; ++a)
      EXPECT_NEAR(described[a]["accuracy"].get<double>(), 0.6, 0.05) << name;
  }
}

TEST(Combiner, AmongEqualsNothingBeatsTheVote) {
  const auto made = simulate({0.7, 0.7, 0.7, 0.7, 0.7}, 4000, 2, 0, 6);
  const double vote = accuracy_of("vote", made, 2);
  EXPECT_NEAR(vote, 0.837, 0.02);
  for (const auto& combiner : combiners()) EXPECT_NEAR(accuracy_of(combiner.name, made, 2), vote, 0.01);
}

TEST(Combiner, APerfectAnnotatorOutweighsNoise) {
  const auto made = simulate({0.6, 1.0, 0.65, 0.7}, 4000, 2, 0, 7);
  for (const char* name : {"dawid-skene", "label-model"}) {
    const auto all = annotations_of(made.table, 2);
    const auto described = describe_annotators(all, labels_by(name, all));
    for (const std::size_t other : {0u, 2u, 3u})
      EXPECT_GT(described[1]["accuracy"].get<double>(), described[other]["accuracy"].get<double>()) << name;
    EXPECT_GT(accuracy_of(name, made, 2), 0.95) << name;
  }
}

TEST(Combiner, DescribesWhatEachAnnotatorDid) {
  const auto all = annotations_of({{0, 0, -1}, {1, 0, -1}, {1, 1, -1}}, 2);
  const auto described = describe_annotators(all, labels_by("vote", all));
  EXPECT_EQ(described[0], Json::parse(R"({"name": "a0", "answers": 3, "accuracy": 0.8333333333333334,
                                          "agreement": 0.6666666666666666})"));
  EXPECT_EQ(described[1]["agreement"], 1);
  EXPECT_EQ(described[2], Json::parse(R"({"name": "a2", "answers": 0})"));
}

TEST(DawidSkene, NoIterationLowersTheObjective) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto fit =
        fit_dawid_skene(annotations_of(simulate({0.6, 0.5, 0.7, 0.4}, 200, 3, 0.4, seed).table, 3));
    EXPECT_TRUE(fit.converged);
    ASSERT_GT(fit.objective.size(), 3u);
    for (std::size_t i = 1; i < fit.objective.size(); ++i)
      EXPECT_GE(fit.objective[i], fit.objective[i - 1] - 1e-9) << "iteration " << i;
  }
}

TEST(DawidSkene, LearnsWhichClassesAreConfused) {
  // Annotator 2 never says class 1: it says 2 instead. The others are good.
  auto made = simulate({0.85, 0.85, 1.0}, 1500, 3, 0, 8);
  for (auto& row : made.table)
    if (row[2] == 1) row[2] = 2;
  const auto fit = fit_dawid_skene(annotations_of(made.table, 3));
  EXPECT_GT(fit.model.confused(2, 1, 2), 0.95);
  EXPECT_GT(fit.model.confused(2, 0, 0), 0.95);
  EXPECT_GT(accuracy_of("dawid-skene", made, 3), accuracy_of("vote", made, 3) + 0.02);
}

TEST(DawidSkene, NeedsRowsThatTwoAnswered) {
  const auto apart = annotations_of({{0, -1}, {-1, 1}, {1, -1}}, 2);
  EXPECT_THAT(error_of([&] { fit_dawid_skene(apart); }),
              HasSubstr("invalid_input: no row was answered by two"));
  EXPECT_EQ(labels_by("vote", apart).hard(1), 1) << "the vote needs no overlap";
}

TEST(LabelModel, FindsAccuraciesWithSilentAnnotatorsOfThreeClasses) {
  const std::vector<double> accuracies{0.9, 0.5, 0.7, 0.35};
  const auto fit = fit_label_model(annotations_of(simulate(accuracies, 20000, 3, 0.3, 9).table, 3));
  EXPECT_TRUE(fit.converged);
  EXPECT_THAT(fit.accuracy, Pointwise(DoubleNear(0.02), accuracies));
  EXPECT_THAT(fit.model.prior(), Each(DoubleNear(1.0 / 3, 0.03)));
}

TEST(LabelModel, FindsAnAnnotatorThatIsWorseThanChance) {
  const std::vector<double> accuracies{0.8, 0.2, 0.75, 0.7};
  const auto made = simulate(accuracies, 10000, 2, 0, 10);
  EXPECT_THAT(fit_label_model(annotations_of(made.table, 2)).accuracy,
              Pointwise(DoubleNear(0.03), accuracies));
  EXPECT_GT(accuracy_of("label-model", made, 2), accuracy_of("vote", made, 2) + 0.05);
}

TEST(LabelModel, RefusesAnnotatorsWhoseAgreementsFixNoAccuracy) {
  const auto refused = [](const std::vector<std::vector<int>>& table) {
    return error_of([&] { fit_label_model(annotations_of(table, 2)); });
  };
  EXPECT_THAT(refused({{0, 0}, {1, 1}}), HasSubstr("2 annotators, no three of them on common rows"));
  EXPECT_THAT(refused({{0, 0, -1}, {-1, 1, 1}}), HasSubstr("\"a0\""));
  EXPECT_THAT(refused({{0, 0, 0, -1}, {1, 1, 0, -1}, {-1, -1, -1, 1}}),
              testing::AllOf(HasSubstr("\"a3\""), HasSubstr("no other annotator on its rows")));
  EXPECT_EQ(refused({{0, 0, 0, -1}, {1, 1, 0, -1}}), "no error") << "one without answers is no obstacle";
}

}  // namespace
}  // namespace qinglan
