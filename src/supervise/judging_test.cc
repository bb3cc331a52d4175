// Stages that find overlap, ask a student, or learn which labels to believe.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "data/gold_rows.h"
#include "data/test_files.h"
#include "io/file_system.h"
#include "supervise/answered_rows.h"
#include "supervise/change_point.h"
#include "supervise/residual_network.h"
#include "supervise/stage_fixture.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

Json golden() {
  const std::string path = QL_SOURCE_DIR "/tests/golden/stages/judging.json";
  return parse_json(real_file_system().read(path), path);
}

StageRows golden_rows(const Json& one) {
  StageRows rows;
  rows.width = one["width"];
  rows.values = one["features"].get<std::vector<float>>();
  rows.labels = {one["ids"], one["classes"], one["p"], one["abstain"]};
  rows.answers = one["answers"].get<std::vector<float>>();
  rows.gold = {one["gold_ids"], one["classes"], one["gold_labels"]};
  return rows;
}

TEST(JudgingStages, AgreeWithNumpyAndScipy) {
  for (const auto& one : golden()["cases"]) {
    const StageRows rows = golden_rows(one);
    for (const auto& result : one["results"]) {
      const std::string stage = result["stage"];
      SCOPED_TRACE(one["name"].get<std::string>() + ", " + stage + " " + result["params"].dump());
      const WeakLabels made = apply_stage(stage, result["params"], rows.labels, rows.view());
      ASSERT_EQ(made.ids, result["ids"].get<std::vector<std::string>>());
      for (std::size_t i = 0; i < made.p.size(); ++i)
        ASSERT_NEAR(made.p[i], result["p"][i / made.classes][i % made.classes].get<double>(), 1e-6);
      EXPECT_EQ(made.provenance.value("counts", Json()), result["counts"]);
    }
  }
}

TEST(ResidualNetwork, HasTheLossAndTheGradientOfTorch) {
  const Json one = golden()["residual"];
  const StageRows rows = golden_rows(one);
  const AnsweredRows answered(rows.features(), {rows.answers, rows.labels.classes});
  const ResidualNetwork network(answered, {one["hidden"], one["blocks"]});
  const std::vector<double> parameters = one["parameters"];
  ASSERT_EQ(parameters.size(), network.size());
  std::vector<double> gradient;
  const KnownAnswers known{one["known"], one["right"], one["shares"]};
  EXPECT_NEAR(network.loss(known, one["l2"], parameters, gradient), one["loss"].get<double>(), 1e-6);
  for (std::size_t i = 0; i < gradient.size(); ++i)
    ASSERT_NEAR(gradient[i], one["gradient"][i].get<double>(), 1e-6) << i;
  for (std::uint32_t row = 0; row < rows.labels.size(); ++row)
    EXPECT_NEAR(network.score(row, parameters), one["scores"][row].get<double>(), 1e-5) << row;
}

TEST(ChangePoint, IsWhereTwoMeansExplainMost) {
  EXPECT_EQ(change_point({0, 0, 1, 9, 9, 10}), 3u);
  EXPECT_EQ(change_point({1, 2}), 1u);
  EXPECT_EQ(change_point({1, 1, 1, 1, 2}), 4u) << "never between equal values";
  EXPECT_EQ(change_point({3, 3, 3}), std::nullopt);
  EXPECT_EQ(change_point({3}), std::nullopt);
  EXPECT_EQ(change_point({}), std::nullopt);
}

// A third each: x shows the easy pattern, the hard one, or both, by the sign of the class; where the hard one
// stands alone the supervisor is unsure.
StageRows patterns() {
  Random random(21);
  StageRows rows;
  for (std::size_t i = 0; i < 300; ++i) {
    const bool easy = i % 3 != 1, hard = i % 3 != 0;
    const int truth = static_cast<int>(random.below(2));
    const double sign = truth ? 1 : -1;
    std::vector<float> x;
    for (std::size_t d = 0; d < 8; ++d)
      x.push_back(static_cast<float>(0.05 * random.normal() + (d == 0 && easy ? sign : 0) +
                                     (d == 1 && hard ? sign : 0)));
    const auto sure =
        static_cast<float>(easy ? 0.9 + 0.05 * random.uniform() : 0.51 + 0.05 * random.uniform());
    rows.add(x, truth ? sure : 1 - sure, 0.5, truth);
  }
  return rows;
}

TEST(FilterOverlap, FindsThePlantedRows) {
  const StageRows rows = patterns();
  const WeakLabels made = apply("filter:overlap", rows);
  std::vector<std::string> planted;
  for (std::size_t i = 2; i < 300; i += 3) planted.push_back("id" + std::to_string(i));
  EXPECT_EQ(made.ids, planted);
  EXPECT_EQ(made.provenance["counts"], (Json{{"easy", 100}, {"hard", 100}, {"overlap", 100}}));
}

std::string refusal(const std::string& stage, const StageRows& rows, Json given = Json::object()) {
  return error_of([&] { apply(stage, rows, given); });
}

TEST(FilterOverlap, NeedsConfidencesThatDiffer) {
  StageRows rows = patterns();
  for (float& p : rows.labels.p) p = p > 0.5f ? 1 : 0;
  EXPECT_THAT(refusal("filter:overlap", rows), HasSubstr("equally sure of all labels"));
}

TEST(RelabelStudent, GivesTheStudentsAnswers) {
  const StageRows rows = invent(50, 23);
  EXPECT_EQ(apply("relabel:student", rows).p, rows.answers);
  const WeakLabels hard = apply("relabel:student", rows, {{"hard", true}});
  for (std::size_t i = 0; i < rows.answers.size(); ++i) EXPECT_EQ(hard.p[i], rows.answers[i] > 0.5f);
}

TEST(RetrainConfident, KeepsWhatTheStudentIsSureOf) {
  const StageRows rows = invent(100, 25);
  const auto sureness = [&](std::size_t row) {
    return std::max(rows.answers[2 * row], rows.answers[2 * row + 1]);
  };
  const WeakLabels made = apply("retrain:confident", rows, {{"keep", 0.3}, {"labels", "student"}});
  ASSERT_EQ(made.size(), 30u);
  std::vector<float> all;
  for (std::size_t row = 0; row < 100; ++row) all.push_back(sureness(row));
  std::sort(all.rbegin(), all.rend());
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto row = static_cast<std::size_t>(std::stoi(made.ids[i].substr(2)));
    EXPECT_GE(sureness(row), all[29]);
    EXPECT_EQ(made.p[2 * i], rows.answers[2 * row]);
  }
  const WeakLabels same = apply("retrain:confident", rows, {{"keep", 1.0}, {"labels", "weak"}});
  EXPECT_EQ(same.size(), 90u) << "all but the abstentions, with the labels they had";
  EXPECT_EQ(same.provenance["changed"], 0);
}

TEST(RetrainConfident, OneClassAloneIsRefused) {
  StageRows rows = invent(40, 27);
  for (std::size_t i = 0; i < rows.answers.size(); ++i) rows.answers[i] = i % 2 ? 0.9f : 0.1f;
  EXPECT_THAT(refusal("retrain:confident", rows), HasSubstr("all of one class"));
}

// The supervisor errs where `errs` says so of the first two features, and nowhere else.
StageRows erring(bool (*errs)(float, float)) {
  Random random(29);
  StageRows rows;
  for (std::size_t i = 0; i < 600; ++i) {
    const int truth = static_cast<int>(random.below(2));
    std::vector<float> x;
    for (std::size_t d = 0; d < 6; ++d) x.push_back(static_cast<float>(random.normal()));
    const float p = (truth == 1) != errs(x[0], x[1]) ? 0.8f : 0.2f;
    rows.add(x, p, 0.5, truth);
  }
  rows.give_truth(150);
  return rows;
}

TEST(FilterTrust, LearnsWhereTheSupervisorErrs) {
  const StageRows rows = erring([](float x, float) { return x > 0.5f; });
  EXPECT_NEAR(rows.right(rows.labels), 0.69, 0.05);
  for (const char* stage : {"filter:trust", "filter:trust-linear"}) {
    const WeakLabels made = apply(stage, rows);
    EXPECT_EQ(made.size(), 300u);
    EXPECT_GT(rows.right(made), 0.95) << stage << ": random ones would be right as often as all";
    EXPECT_EQ(made.provenance["ground_truth"], Json::parse(R"([{"rows": 150, "purpose": "gold budget"}])"))
        << "it enters the certificate";
  }
}

TEST(FilterTrust, TheNetworkSeesWhatNoLinearFormCan) {
  const StageRows rows = erring([](float x, float y) { return x * y > 0; });
  EXPECT_LT(rows.right(apply("filter:trust-linear", rows)), 0.65);
  EXPECT_GT(rows.right(apply("filter:trust", rows)), 0.8);
}

TEST(FilterTrust, NeedsRightAndWrongLabelsAmongTheBudget) {
  StageRows rows = erring([](float, float) { return false; });
  EXPECT_THAT(refusal("filter:trust", rows),
              AllOf(HasSubstr("right weak labels from wrong"), HasSubstr("150 right, 0 wrong")));
  rows.gold.ids.assign(rows.gold.size(), "elsewhere");
  EXPECT_THAT(refusal("filter:trust-linear", rows), HasSubstr("0 right, 0 wrong"));
}

// The student knows the answer where x_0 > 0 and guesses elsewhere; the supervisor is right two times in
// three.
TEST(RelabelSelect, TakesTheStudentsAnswersWhereItKnows) {
  Random random(31);
  StageRows rows;
  for (std::size_t i = 0; i < 800; ++i) {
    const int truth = static_cast<int>(random.below(2));
    std::vector<float> x;
    for (std::size_t d = 0; d < 6; ++d) x.push_back(static_cast<float>(random.normal()));
    const bool guess = random.below(2), right = random.uniform() < 2 / 3.0;
    rows.add(x, (truth == 1) == right ? 0.8f : 0.2f,
             x[0] > 0 ? (truth ? 0.9f : 0.1f)
             : guess  ? 0.9f
                      : 0.1f,
             truth);
  }
  rows.give_truth(200);
  // Of weak labels that are right by two thirds, two thirds agree with what is known and half with a guess.
  for (const auto& [stage, threshold] :
       {std::pair{"relabel:select", 7 / 12.0}, {"relabel:select-gold", 0.75}}) {
    const WeakLabels made = apply(stage, rows, {{"smoothing", 0.0}, {"threshold", threshold}});
    EXPECT_EQ(made.size(), 800u);
    EXPECT_GT(rows.right(made), rows.right(rows.labels) + 0.1) << stage;
    EXPECT_NEAR(made.provenance["counts"]["own answer"].get<double>(), 400, 100) << stage;
    const WeakLabels never = apply(stage, rows, {{"smoothing", 0.0}, {"threshold", 1.0}});
    EXPECT_EQ(never.p, rows.labels.p) << stage;
  }
}

TEST(RelabelSelect, NeedsARowOfTheBudget) {
  StageRows rows = invent(60, 33);
  rows.gold.ids.assign(rows.gold.size(), "elsewhere");
  EXPECT_THAT(refusal("relabel:select-gold", rows), HasSubstr("no row of the gold budget"));
}

TEST(Stages, Compose) {
  const StageRows rows = invent(200, 35);
  StageRows next = rows;
  next.labels = apply("relabel:student", rows);
  next.labels = apply("filter:trust-linear", next);
  next.labels = apply("filter:confidence", next, {{"threshold", 0.6}});
  const TrainingLabels taught = TrainingLabels::from(next.labels);
  EXPECT_EQ(taught.certificate(), Json::parse(R"([{"rows": 100, "purpose": "gold budget"}])"));
  EXPECT_EQ(TrainingLabels::from(rows.labels).certificate(), Json::array());
  const TrainingLabels mixed = TrainingLabels::with_gold(next.labels, {{"id1"}, 2, {1}}, {});
  EXPECT_EQ(mixed.certificate().size(), 2u) << "both uses";
  EXPECT_EQ(next.labels.provenance["of"]["of"]["kind"], "relabel:student");
}

}  // namespace
}  // namespace qinglan
