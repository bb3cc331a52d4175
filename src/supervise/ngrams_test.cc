#include "supervise/ngrams.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/random.h"
#include "data/test_files.h"
#include "io/deps_folder.h"
#include "io/file_system.h"
#include "supervise/lbfgs.h"
#include "supervise/lexicon.h"
#include "supervise/softmax_regression.h"

namespace qinglan {
namespace {

WeakLabels labels_of(const std::vector<std::vector<float>>& p) {
  WeakLabels labels;
  labels.classes = p.front().size();
  for (const auto& row : p) {
    labels.ids.push_back(std::to_string(labels.ids.size()));
    labels.p.insert(labels.p.end(), row.begin(), row.end());
    labels.abstain.push_back(0);
  }
  return labels;
}

TEST(SoftmaxRegression, GradientAgreesWithDifferences) {
  Random random(5);
  SparseRows rows;
  std::vector<float> p;
  for (int i = 0; i < 12; ++i) {
    for (std::uint32_t column = 0; column < 6; ++column)
      if (random.uniform() < 0.5) rows.columns.push_back(column), rows.values.push_back(random.normal());
    rows.starts.push_back(rows.columns.size());
    const float a = static_cast<float>(random.uniform()), b = (1 - a) / 4;
    p.insert(p.end(), {a, b, 1 - a - b});
  }
  const SoftmaxRegression objective{rows, p, 6, 3, 0.7};
  std::vector<double> weights(objective.size()), gradient, ignored;
  for (double& w : weights) w = random.normal();
  objective(weights, gradient);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    auto up = weights, down = weights;
    up[i] += 1e-5, down[i] -= 1e-5;
    EXPECT_NEAR(gradient[i], (objective(up, ignored) - objective(down, ignored)) / 2e-5, 1e-8) << i;
  }
}

TEST(Lbfgs, FindsTheMinimumOfRosenbrock) {
  const auto found = minimize_lbfgs(
      [](const std::vector<double>& x, std::vector<double>& g) {
        double value = 0;
        g.assign(x.size(), 0);
        for (std::size_t i = 0; i + 1 < x.size(); ++i) {
          const double a = 1 - x[i], b = x[i + 1] - x[i] * x[i];
          value += a * a + 100 * b * b;
          g[i] += -2 * a - 400 * x[i] * b;
          g[i + 1] += 200 * b;
        }
        return value;
      },
      std::vector<double>(10, -1.0));
  EXPECT_TRUE(found.converged);
  EXPECT_LT(found.iterations, 150);
  EXPECT_LT(found.value, 4.0);  // 0, or the other minimum of this function near 3.99
}

TEST(Lbfgs, EndsWhereNothingIsToBeDone) {
  const auto flat = minimize_lbfgs([](const auto& x, auto& g) { return g.assign(x.size(), 0), 1.0; }, {3.0});
  EXPECT_TRUE(flat.converged);
  EXPECT_EQ(flat.x[0], 3.0);
  EXPECT_THAT(error_of([] { minimize_lbfgs([](const auto&, auto&) { return NAN; }, {0.0}); }),
              testing::HasSubstr("finite"));
}

TEST(Ngrams, AgreeWithNewtonsMethodElsewhere) {
  const std::string path = QL_SOURCE_DIR "/tests/golden/ngrams/ngrams.json";
  const Json golden = parse_json(real_file_system().read(path), path);
  ASSERT_EQ(golden["cases"].size(), 5u);
  for (const auto& one : golden["cases"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    NgramConfig config;
    config.max_n = one["config"]["max_n"];
    config.min_count = one["config"]["min_count"];
    config.l2 = one["config"]["l2"];
    config.max_iterations = 2000;
    config.length_only = one["config"].value("length_only", false);
    const auto labels = TrainingLabels::from(labels_of(one["p"].get<std::vector<std::vector<float>>>()));
    const auto shares = one.value("weights", std::vector<float>());
    const auto texts = one["texts"].get<std::vector<std::string>>();
    const auto model = NgramModel::fit(texts, labels, config, shares);
    EXPECT_EQ(model.features(), one["features"].get<std::size_t>());
    EXPECT_NEAR(model.final_loss(), one["loss"].get<double>(), 1e-6);
    for (const auto& [of, expected] : {std::pair{"texts", "logits"}, std::pair{"others", "other_logits"}}) {
      const auto logits = model.logits(one[of].get<std::vector<std::string>>());
      const auto rows = one[expected].get<std::vector<std::vector<double>>>();
      for (std::size_t i = 0; i < logits.size(); ++i)
        ASSERT_NEAR(logits[i], rows[i / labels.classes()][i % labels.classes()], 1e-4) << of << i;
    }
  }
}

TEST(Ngrams, UnknownWordsLeaveTheBias) {
  const auto labels = TrainingLabels::from(labels_of({{0, 1}, {0, 1}, {0, 1}, {1, 0}}));
  const auto model = NgramModel::fit({"a", "b", "c", "d"}, labels, {});
  EXPECT_EQ(model.features(), 0u);
  const auto logits = model.logits({"z"});
  EXPECT_NEAR(logits[1] - logits[0], std::log(3.0), 1e-5);
  EXPECT_NEAR(model.final_loss(), labels.prior_entropy(), 1e-9);
}

TEST(Ngrams, ARowThatCountsTwiceIsTwoRowsAndEqualWeightsAreNone) {
  const std::vector<std::string> texts = {"a b", "b c", "c a", "a c b"};
  const std::vector<std::vector<float>> p = {{0, 1}, {1, 0}, {.25f, .75f}, {.5f, .5f}};
  const NgramConfig config{.max_n = 1, .min_count = 1};
  const auto labels = TrainingLabels::from(labels_of(p));
  const auto counted = NgramModel::fit(texts, labels, config, {2, 1, 1, 0});
  const auto twice = NgramModel::fit({texts[0], texts[0], texts[1], texts[2]},
                                     TrainingLabels::from(labels_of({p[0], p[0], p[1], p[2]})), config);
  const auto ours = counted.logits(texts), theirs = twice.logits(texts);
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-5) << i;
  EXPECT_EQ(NgramModel::fit(texts, labels, config, {3, 3, 3, 3}).logits(texts),
            NgramModel::fit(texts, labels, config).logits(texts));
}

TEST(Ngrams, RefuseNoRows) {
  WeakLabels none;
  none.classes = 2;
  EXPECT_THAT(error_of([&] { NgramModel::fit({}, TrainingLabels::from(none), {}); }),
              testing::HasSubstr("no labelled rows"));
}

// A fact about our data: a student of this kind on the lexicon's labels scores about .58.
TEST(Ngrams, LearnFilmsFromTheLexicon) {
  const std::string path = deps_folder() + "/data/vaderSentiment-3.3.2/vaderSentiment/vader_lexicon.txt";
  QL_NEED_FILE(path);
  DatasetSpec spec;
  spec.path = "vader-films";
  spec.train = 3000;
  const auto data = load_dataset(spec);
  const auto take = [](const std::vector<Example>& rows, bool ids) {
    std::vector<std::string> result;
    for (const auto& row : rows) result.push_back(ids ? row.id : row.fields.at("text"));
    return result;
  };
  const auto train_ids = take(data.inputs.train, true), train = take(data.inputs.train, false);
  const auto test = take(data.inputs.test, false);
  const auto score = [&](const NgramModel& model) {
    const auto logits = model.logits(test);
    double right = 0;
    for (std::size_t i = 0; i < test.size(); ++i)
      right += (logits[2 * i + 1] > logits[2 * i]) == data.truth.label(data.inputs.test[i].id);
    return right / static_cast<double>(test.size());
  };
  const auto weak = Lexicon::load(path).label(train_ids, train, 1.0);
  const auto student = NgramModel::fit(train, TrainingLabels::from(weak), {});
  const auto taught = NgramModel::fit(train, TrainingLabels::from(data.truth, train_ids, {"test", 3000}), {});
  EXPECT_TRUE(student.converged());
  EXPECT_NEAR(score(student), 0.59, 0.04);
  EXPECT_NEAR(score(taught), 0.73, 0.03);
}

}  // namespace
}  // namespace qinglan
