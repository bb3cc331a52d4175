#include "supervise/corruptor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "data/test_files.h"
#include "io/file_system.h"
#include "supervise/linear_probe.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

struct Rows {
  std::vector<std::string> ids, texts;
  std::vector<int> truth;
  std::vector<float> values;
  std::size_t width = 0, classes = 2;

  GroundTruth ground_truth() const {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < classes; ++k) names.push_back(std::to_string(k));
    std::map<std::string, std::int32_t> labels;
    for (std::size_t i = 0; i < ids.size(); ++i) labels[ids[i]] = truth[i];
    return GroundTruth(names, labels);
  }
};

// Labels of the rows, of which those from `cut` on are the second part.
std::vector<int> corrupted(const Rows& rows, const std::string& name, const Json& params, std::uint64_t seed,
                           std::size_t cut, Json* provenance = nullptr) {
  const auto part = [&](std::size_t from, std::size_t to) {
    const auto slice = [&](const auto& all) {
      return std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(from),
                                      all.begin() + static_cast<std::ptrdiff_t>(to));
    };
    return CorruptPart{slice(rows.ids), slice(rows.texts)};
  };
  const auto made =
      corrupt(find_corruptor(name), params, rows.ground_truth(), {kCorruptPurpose, rows.ids.size()},
              {part(0, cut), part(cut, rows.ids.size())}, {rows.values, rows.width}, seed);
  std::vector<int> labels;
  for (const auto& one : made)
    for (std::size_t i = 0; i < one.size(); ++i) labels.push_back(one.hard(i));
  if (provenance) *provenance = made.front().provenance;
  return labels;
}

// The first feature says the class, with noise; the others say nothing.
Rows invent(std::size_t count, std::size_t classes, std::uint64_t seed) {
  Random random(seed, "invented rows");
  Rows rows{.width = 6, .classes = classes};
  for (std::size_t i = 0; i < count; ++i) {
    rows.ids.push_back("id" + std::to_string(i));
    rows.texts.push_back(std::string(1 + random.below(40), 'x'));
    rows.truth.push_back(static_cast<int>(random.below(classes)));
    for (std::size_t d = 0; d < rows.width; ++d)
      rows.values.push_back(static_cast<float>(random.normal() + (d == 0 ? 3 * rows.truth.back() : 0)));
  }
  return rows;
}

std::size_t wrong(const Rows& rows, const std::vector<int>& labels, std::size_t from, std::size_t to) {
  std::size_t count = 0;
  for (std::size_t i = from; i < to; ++i) count += labels[i] != rows.truth[i];
  return count;
}

TEST(Corruptors, AgreeWithNumpy) {
  const std::string path = QL_SOURCE_DIR "/tests/golden/corruptors/corruptors.json";
  const Json golden = parse_json(real_file_system().read(path), path);
  std::set<std::string> met;
  for (const auto& one : golden["cases"]) {
    Rows rows{.ids = one["ids"], .texts = one["texts"], .truth = one["truth"], .classes = one["classes"]};
    rows.width = one["features"][0].size();
    for (const auto& row : one["features"])
      for (const auto& value : row) rows.values.push_back(value);
    const auto parts = one["parts"].get<std::vector<int>>();
    const auto cut = static_cast<std::size_t>(std::find(parts.begin(), parts.end(), 1) - parts.begin());
    for (const auto& result : one["results"]) {
      SCOPED_TRACE(one["name"].get<std::string>() + " " + result["corruptor"].get<std::string>());
      met.insert(result["corruptor"]);
      EXPECT_EQ(corrupted(rows, result["corruptor"], result["params"], result["seed"], cut),
                result["labels"].get<std::vector<int>>());
    }
  }
  EXPECT_EQ(met.size(), corruptors().size()) << "every corruptor has a golden case";
}

TEST(Corruptors, MakeJustSoManyErrorsInEachPart) {
  for (const std::size_t classes : {2, 3}) {
    const Rows rows = invent(300, classes, classes);
    for (const char* name : {"symmetric", "length", "learnable"})
      for (const double rate : {0.2, 0.335}) {
        const auto labels = corrupted(rows, name, {{"rate", rate}}, 1, 200);
        EXPECT_EQ(wrong(rows, labels, 0, 200), rate == 0.2 ? 40u : 67u) << name;
        EXPECT_EQ(wrong(rows, labels, 200, 300), rate == 0.2 ? 20u : 34u) << name;
      }
    const auto none = corrupted(rows, "symmetric", {{"rate", 0.0}}, 1, 200);
    EXPECT_EQ(none, rows.truth);
  }
}

TEST(Corruptors, ClassesHaveTheirOwnRates) {
  const Rows rows = invent(400, 2, 3);
  const auto labels = corrupted(rows, "class-dependent", {{"rates", {0.0, 0.5}}}, 1, 400);
  std::size_t ones = 0, flipped = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (rows.truth[i] == 0) {
      EXPECT_EQ(labels[i], 0);
    } else {
      ++ones, flipped += labels[i] == 0;
    }
  }
  EXPECT_EQ(flipped, (ones + 1) / 2);
}

TEST(Corruptors, TheLongestTextsAreWrong) {
  const Rows rows = invent(100, 2, 4);
  const auto labels = corrupted(rows, "length", {{"rate", 0.2}}, 1, 100);
  std::size_t shortest_wrong = 1000, longest_right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != rows.truth[i])
      shortest_wrong = std::min(shortest_wrong, rows.texts[i].size());
    else
      longest_right = std::max(longest_right, rows.texts[i].size());
  }
  EXPECT_GE(shortest_wrong, longest_right);
}

TEST(Corruptors, PermutingRowsPermutesLabelsAndSeedsMoveThem) {
  const Rows rows = invent(120, 2, 5);
  std::vector<std::size_t> order(rows.ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(6).shuffle(order);
  Rows other{.width = rows.width, .classes = 2};
  for (const std::size_t row : order) {
    other.ids.push_back(rows.ids[row]);
    other.texts.push_back(rows.texts[row]);
    other.truth.push_back(rows.truth[row]);
    for (std::size_t d = 0; d < rows.width; ++d) other.values.push_back(rows.values[row * rows.width + d]);
  }
  const std::map<std::string, Json> params = {{"symmetric", {{"rate", 0.3}}},
                                              {"class-dependent", {{"rates", {0.1, 0.4}}}},
                                              {"length", {{"rate", 0.3}}},
                                              {"learnable", {{"rate", 0.3}}}};
  for (const auto& corruptor : corruptors()) {
    const Json& given = params.at(corruptor.name);
    const auto one = corrupted(rows, corruptor.name, given, 1, 120);
    const auto same = corrupted(other, corruptor.name, given, 1, 120);
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(same[i], one[order[i]]) << corruptor.name;
    const bool moves = corrupted(rows, corruptor.name, given, 2, 120) != one;
    EXPECT_EQ(moves, corruptor.name != "length") << corruptor.name;
  }
}

// What the names promise: a probe of the same features reproduces learnable errors and cannot reproduce
// random ones.
TEST(Corruptors, AProbeImitatesLearnableErrorsAlone) {
  const Rows rows = invent(600, 2, 7);
  std::vector<std::size_t> all(rows.ids.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto imitated = [&](const char* name) {
    const auto labels = corrupted(rows, name, {{"rate", 0.3}}, 1, 600);
    std::vector<float> targets;
    for (const int label : labels) targets.insert(targets.end(), {1.f - label, static_cast<float>(label)});
    const FeatureRows features{rows.values, rows.width};
    const LinearProbe probe = LinearProbe::fit(features, all, targets, 2, 1e-6);
    double errors = 0, copied = 0;
    for (const std::size_t i : all) {
      if (labels[i] == rows.truth[i]) continue;
      const auto logits = probe.logits(features, i);
      ++errors, copied += (logits[1] > logits[0]) == (labels[i] == 1);
    }
    return copied / errors;
  };
  EXPECT_GT(imitated("learnable"), 0.99);
  EXPECT_LT(imitated("symmetric"), 0.2);
}

TEST(Corruptors, SayWhatTheyCannotDoAndWhatTheyWereGiven) {
  Rows rows = invent(100, 2, 8);
  Json provenance;
  corrupted(rows, "symmetric", {{"rate", 0.25}}, 1, 80, &provenance);
  EXPECT_EQ(provenance, Json::parse(R"({"kind": "corrupted", "corrupt": "symmetric", "wrong": 20,
                                        "ground_truth": [{"rows": 80, "purpose": "labels to corrupt"}]})"));
  EXPECT_THAT(error_of([&] {
                corrupted(rows, "learnable", {{"rate", 0.9}}, 1, 80);
              }),
              testing::AllOf(HasSubstr("cannot be made"), HasSubstr("72 of 80")));
  EXPECT_THAT(error_of([&] { find_corruptor("symetric"); }), HasSubstr("learnable"));
  EXPECT_THAT(error_of([&] {
                corrupt(find_corruptor("symmetric"), {{"rate", 0.1}}, rows.ground_truth(), {"x", 99},
                        {{rows.ids, rows.texts}}, {}, 0);
              }),
              HasSubstr("more true labels than were declared"));
}

}  // namespace
}  // namespace qinglan
