#include "supervise/stage.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "catalog/stage.h"
#include "data/test_files.h"
#include "io/file_system.h"
#include "supervise/neighbours.h"
#include "supervise/stage_fixture.h"
#include "supervise/strong_components.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

// Those that spoil labels do what no others may: corrupt_stage_test.cc.
bool corrupts(const StageEntry& entry) { return std::string(entry.name).starts_with("corrupt:"); }

TEST(Stages, EveryStageOfTheCatalogHasAFunctionAndNoOther) {
  std::vector<std::string> described, registered;
  for (const auto& stage : stages())
    if (stage.changes_labels()) described.push_back(stage.about.name);
  for (const auto& entry : stage_functions()) registered.push_back(entry.name);
  EXPECT_THAT(registered, testing::UnorderedElementsAreArray(described));
}

StageRows golden_rows(const Json& one) {
  StageRows rows;
  rows.width = one["width"];
  rows.values = one["features"].get<std::vector<float>>();
  rows.labels = {one["ids"], one["classes"], one["p"], one["abstain"]};
  return rows;
}

TEST(Stages, AgreeWithNumpyAndScipy) {
  const std::string path = QL_SOURCE_DIR "/tests/golden/stages/stages.json";
  const Json golden = parse_json(real_file_system().read(path), path);
  ASSERT_EQ(golden["cases"].size(), 3u);
  for (const auto& one : golden["cases"]) {
    const StageRows rows = golden_rows(one);
    for (const auto& result : one["results"]) {
      const std::string stage = result["stage"];
      SCOPED_TRACE(one["name"].get<std::string>() + ", " + stage + " " + result["params"].dump());
      const WeakLabels made = apply_stage(stage, result["params"], rows.labels, {rows.features()});
      ASSERT_EQ(made.ids, result["ids"].get<std::vector<std::string>>());
      for (std::size_t i = 0; i < made.size(); ++i)
        for (std::size_t c = 0; c < made.classes; ++c)
          ASSERT_NEAR(made.p[i * made.classes + c], result["p"][i][c].get<double>(),
                      stage.ends_with("logreg") ? 2e-4 : 1e-6)
              << made.ids[i];
    }
  }
}

TEST(Stages, PermutingTheRowsPermutesTheResult) {
  const StageRows rows = invent(120, 3);
  std::vector<std::size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(4).shuffle(order);
  StageRows shuffled = rows;
  shuffled.labels.ids.clear(), shuffled.labels.p.clear(), shuffled.labels.abstain.clear();
  shuffled.values.clear(), shuffled.answers.clear(), shuffled.texts.clear();
  for (const std::size_t row : order) {
    shuffled.labels.ids.push_back(rows.labels.ids[row]);
    shuffled.labels.abstain.push_back(rows.labels.abstain[row]);
    shuffled.texts.push_back(rows.texts[row]);
    for (const std::size_t c : {0, 1}) {
      shuffled.labels.p.push_back(rows.labels.p[2 * row + c]);
      shuffled.answers.push_back(rows.answers[2 * row + c]);
    }
    const auto values = rows.features().row(row);
    shuffled.values.insert(shuffled.values.end(), values.begin(), values.end());
  }
  std::reverse(shuffled.gold.ids.begin(), shuffled.gold.ids.end());
  std::reverse(shuffled.gold.labels.begin(), shuffled.gold.labels.end());
  for (const auto& entry : stage_functions()) {
    const WeakLabels one = apply(entry.name, rows), other = apply(entry.name, shuffled);
    std::map<std::string, float> p;
    for (std::size_t i = 0; i < one.size(); ++i) p[one.ids[i]] = one.p[2 * i + 1];
    ASSERT_EQ(other.size(), one.size()) << entry.name;
    std::size_t place = 0;  // rows stay in the order in which they were given
    for (std::size_t i = 0; i < other.size(); ++i) {
      EXPECT_EQ(other.p[2 * i + 1], p.at(other.ids[i])) << entry.name;  // the same bits
      const auto found = std::find(shuffled.labels.ids.begin(), shuffled.labels.ids.end(), other.ids[i]) -
                         shuffled.labels.ids.begin();
      EXPECT_GE(found, static_cast<std::ptrdiff_t>(place)) << entry.name;
      place = static_cast<std::size_t>(found);
    }
  }
}

TEST(Stages, NoRowIsAmongItsOwnNeighboursOrFoldMates) {
  const StageRows rows = invent(60, 5);
  StageRows other = rows;
  std::swap(other.labels.p[0], other.labels.p[1]);
  for (const char* stage : {"relabel:knn", "relabel:logreg"}) {
    const WeakLabels before = apply(stage, rows), after = apply(stage, other);
    EXPECT_EQ(before.p[1], after.p[1]) << stage;
    EXPECT_NE(before.p, after.p) << stage << ": the row's label does teach others";
  }
}

TEST(Stages, FiltersDropWrongLabelsAndRelabellingMendsThem) {
  const StageRows rows = invent(400, 7);
  for (const auto& entry : stage_functions()) {
    if (std::string(entry.name) == "filter:confidence" || std::string(entry.name) == "filter:overlap" ||
        corrupts(entry))
      continue;
    EXPECT_GT(rows.right(apply(entry.name, rows)), rows.right(rows.labels) + 0.05) << entry.name;
  }
}

TEST(Stages, AnAbstentionIsNoLabel) {
  const StageRows rows = invent(100, 9);
  for (const auto& entry : stage_functions()) {
    if (corrupts(entry)) continue;
    const WeakLabels made =
        apply(entry.name, rows,
              std::string(entry.name) == "filter:confidence" ? Json{{"threshold", 0.0}} : Json::object());
    EXPECT_EQ(std::accumulate(made.abstain.begin(), made.abstain.end(), 0), 0) << entry.name;
    if (std::string(entry.name).starts_with("filter"))
      EXPECT_LE(made.size(), 90u) << entry.name;
    else
      EXPECT_EQ(made.size(), entry.name == std::string("retrain:confident") ? 50u : 100u) << entry.name;
  }
}

TEST(Stages, ProvenanceCounts) {
  StageRows rows = invent(100, 9);
  rows.labels.provenance = {{"kind", "test"}};
  const WeakLabels kept = apply("filter:knn", rows), mended = apply("relabel:knn", rows);
  EXPECT_EQ(
      kept.provenance,
      (Json{
          {"kind", "filter:knn"}, {"rows", 100}, {"kept", 81}, {"changed", 0}, {"of", {{"kind", "test"}}}}));
  std::size_t changed = 0;
  for (std::size_t i = 0; i < mended.size(); ++i)
    changed += rows.labels.abstain[i] || rows.labels.hard(i) != mended.hard(i);
  EXPECT_EQ(mended.provenance["changed"], changed);
  EXPECT_GT(changed, 10u);
}

std::string error_of(const std::string& stage, const StageRows& rows, Json given = Json::object()) {
  try {
    apply(stage, rows, std::move(given));
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid_input);
    return e.what();
  }
  return "no error";
}

TEST(Stages, RefuseWhatCannotBeLearnedFrom) {
  StageRows rows = invent(40, 11);
  EXPECT_THAT(error_of("filter:confidence", rows, {{"threshold", 0.9}}), HasSubstr("no label is left"));
  EXPECT_THAT(error_of("filter:knn", rows, {{"k", 36}}), HasSubstr("more than 36, found 36"));
  EXPECT_THAT(error_of("filter:topo", rows, {{"k", 36}}), HasSubstr("lower k"));
  EXPECT_THAT(error_of("relabel:topo", rows, {{"k", 3}, {"k_zeta", 36}}), HasSubstr("k_zeta"));
  rows.labels.p[0] = 0.01f, rows.labels.p[1] = 0.99f;
  EXPECT_THAT(error_of("filter:confidence", rows, {{"threshold", 0.9}}), HasSubstr("1 of 40 labels"));
  StageRows silent = invent(40, 11);
  std::fill(silent.labels.p.begin(), silent.labels.p.end(), 0.5f);
  std::fill(silent.labels.abstain.begin(), silent.labels.abstain.end(), 1);
  for (const auto& entry : stage_functions()) {
    if (find_stage(entry.name)->answers == StageAnswers::first_student || corrupts(entry)) continue;
    EXPECT_THAT(error_of(entry.name, silent), HasSubstr("found 0")) << entry.name;
  }
  rows.values[5] = std::nanf("");
  EXPECT_THAT(error_of("relabel:knn", rows), HasSubstr("NaN"));
}

TEST(Neighbours, AreTheNearestInAnyBlock) {
  const StageRows rows = invent(150, 13);  // more than two blocks
  std::vector<std::uint32_t> all(150), some;
  std::iota(all.begin(), all.end(), 0);
  for (std::uint32_t i = 0; i < 150; i += 3) some.push_back(i);
  const auto near = nearest_rows(rows.features(), all, some, 4);
  for (const std::uint32_t query : all) {
    std::vector<std::pair<double, std::uint32_t>> by_distance;
    for (const std::uint32_t other : some) {
      double sum = 0;
      for (std::size_t d = 0; d < rows.width; ++d)
        sum +=
            std::pow(static_cast<double>(rows.features().row(query)[d]) - rows.features().row(other)[d], 2);
      if (other != query) by_distance.emplace_back(sum, other);
    }
    std::sort(by_distance.begin(), by_distance.end());
    for (std::size_t j = 0; j < 4; ++j) EXPECT_EQ(near[query * 4 + j], by_distance[j].second);
  }
}

TEST(SquaredDistance, TakesEveryElementOfAnyWidth) {
  for (std::size_t width = 1; width < 40; ++width) {
    std::vector<float> zeros(width), ones(width, 2);
    EXPECT_EQ(squared_distance(zeros, ones), 4.0f * static_cast<float>(width));
  }
}

TEST(StrongComponents, AgreeWithReachability) {
  Random random(17);
  for (int round = 0; round < 50; ++round) {
    const std::size_t n = 1 + random.below(12);
    std::vector<std::vector<std::uint32_t>> edges(n);
    std::vector<std::vector<char>> reach(n, std::vector<char>(n, 0));
    for (std::uint32_t a = 0; a < n; ++a) {
      reach[a][a] = 1;
      for (std::uint32_t b = 0; b < n; ++b)
        if (random.uniform() < 0.15) edges[a].push_back(b), reach[a][b] = 1;
    }
    for (std::size_t via = 0; via < n; ++via)
      for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b < n; ++b) reach[a][b] |= reach[a][via] && reach[via][b];
    const auto component = strong_components(edges);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) EXPECT_EQ(component[a] == component[b], reach[a][b] && reach[b][a]);
  }
}

TEST(StrongComponents, ALongChainTakesNoStack) {
  constexpr std::uint32_t kLong = 1000000;
  std::vector<std::vector<std::uint32_t>> edges(kLong);
  for (std::uint32_t i = 0; i + 1 < kLong; ++i) edges[i].push_back(i + 1);
  EXPECT_EQ(strong_components(edges).back(), kLong - 1);
  edges.back().push_back(0);  // now a ring
  EXPECT_EQ(strong_components(edges).back(), 0u);
}

}  // namespace
}  // namespace qinglan
