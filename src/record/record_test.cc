#include "record/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <functional>
#include <limits>
#include <set>

#include "base/base64.h"
#include "base/error.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

Series done_series(const std::string& node, const std::string& kind) {
  Series series{.node = node, .kind = kind, .status = "done"};
  series.logits = {0.1f, -0.1f, 1e-45f, std::numeric_limits<float>::max(), -0.0f, 1.0f / 3.0f};
  series.matched_bias = {0.25f, -0.25f};
  series.certificate = {
      {"inputs", {{"weak_labels", "k1"}}}, {"ground_truth", Json::array()}, {"enforced", true}};
  return series;
}

Record sample() {
  Record record{.name = "films", .run = "ab12", .engine_version = "0.1.0"};
  record.profile = {{"threads", 2}, {"isa", "avx512"}};
  record.spec = {{"seeds", 2}, {"data", {{"name", "films"}}}};
  record.claim = {.metric = "accuracy", .delta = 0.1, .gamma = 0.03, .digest = "c0ffee"};
  record.data = {.name = "films", .key = "d1", .classes = {"negative", "positive"}, .train = 100, .test = 3};
  record.data.dropped = {{"dead band", 7}};
  record.data.train_share = {0.504, 0.496};
  record.data.test_share = {1.0 / 3, 2.0 / 3};
  record.data.corpus = "rotten";
  record.items = {"a", "b", "ü"};
  record.truth = {0, 1, 1};
  record.groups = {0, 1, 1};
  record.series["w"] = done_series("w", "weak_floor");
  record.series["w"].abstained = {0, 1, 0};
  record.series["w"].transfer_correct = 31.5;
  record.series["w"].transfer_items = 50;
  record.series["w"].remark = "stopped early";
  record.series["s"] = done_series("s", "weak_to_strong");
  record.series["s"].curve = {
      {.step = 1, .epoch = 0.5, .train_loss = 0.693},
      {.step = 2, .epoch = 1, .train_loss = 0.1 + 0.2, .test_accuracy = 0.7, .agreement = 0.8}};
  record.series["s"].label_stages = {{"filter:topo", 50, 44, 0, 38.5, 36},
                                     {"relabel:knn", 44, 44, 5, 36, 37, {{"hard", 9}}}};
  record.series["s"].final_train_loss = 0.5;
  record.series["s"].label_entropy = 0.69;
  record.series["x"] = {
      .node = "x", .kind = "strong_ceiling", .status = "failed", .why = "diverged at step 3"};
  Cell cell{.id = "c1",
            .supervisor = "lexicon",
            .student = "smollm2",
            .method = "naive",
            .supervisor_kind = "lexicon"};
  cell.student_tune = "probe";
  cell.params = {{"hard", false}};
  cell.seeds = {{.seed = 0, .weak_floor = "w", .weak_to_strong = "s", .strong_ceiling = "x"},
                {.seed = UINT64_MAX, .weak_floor = "w", .weak_to_strong = "s"}};
  cell.controls["majority class"] = {.series = {"w"}};
  cell.controls["zero-shot"] = {.undefined = "the spec names no label words"};
  cell.declared["gold budget"] = 20;
  cell.chain = {{"minilm", "probe", "logconf", 22565376, {"s", "s"}},
                {"smollm2", "lora", "naive", 134515008, {"s", "x"}}};
  cell.controls["weak-twice"] = {.series = {"s", "s"}, .teaches = true};
  record.cells = {cell};
  record.warnings = {"7 rows dropped"};
  record.ledger = {.seconds = 12.5, .flops = 3e15, .peak_memory = 1 << 30, .computed = 3, .reused = 1};
  record.ledger.nodes = {{.key = "s",
                          .kind = "weak_to_strong",
                          .state = "computed",
                          .seconds = 2,
                          .flops = 1e12,
                          .peak_memory = 5}};
  return record;
}

std::string error_of(const Json& json) {
  try {
    record_from_json(json, "r.json");
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("r.json"));
    return std::string(name_of(error.kind())) + ": " + error.what();
  }
  return "accepted";
}

std::string error_after(const std::function<void(Json&)>& change) {
  Json json = to_json(sample());
  change(json);
  return error_of(json);
}

TEST(Record, RoundTripIsExact) {
  const std::string text = canonical_json(to_json(sample()));
  const Record back = record_from_json(parse_json(text, "r.json"), "r.json");
  EXPECT_EQ(canonical_json(to_json(back)), text);
  const auto before = sample().series.at("s").logits, after = back.series.at("s").logits;
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint32_t>(after[i]), std::bit_cast<std::uint32_t>(before[i])) << i;
  EXPECT_EQ(back.series.at("w").abstained, (std::vector<std::uint8_t>{0, 1, 0}));
  EXPECT_EQ(back.cells[0].seeds[1].seed, UINT64_MAX);
  EXPECT_EQ(back.cells[0].seeds[1].strong_ceiling, "");
  EXPECT_EQ(back.series.at("s").curve[1].train_loss, 0.1 + 0.2);
  EXPECT_EQ(back.series.at("s").curve[0].test_accuracy, std::nullopt);
  EXPECT_EQ(back.cells[0].controls.at("zero-shot").undefined, "the spec names no label words");
  EXPECT_TRUE(back.cells[0].controls.at("weak-twice").teaches);
  EXPECT_EQ(back.cells[0].declared.at("gold budget"), 20);
  EXPECT_EQ(back.ledger.nodes.size(), 1u);
  EXPECT_EQ(back.series.at("s").label_stages[0].given_right, 38.5);
  EXPECT_TRUE(back.series.at("s").label_stages[0].counts.empty());
  EXPECT_EQ(back.series.at("s").label_stages[1].counts.at("hard"), 9);
}

TEST(Record, StagesAreThereOnlyWhereThereAreSome) {
  const Json json = to_json(sample());
  EXPECT_FALSE(json["series"]["w"].contains("label_stages"));
  EXPECT_FALSE(json["series"]["s"]["label_stages"][0].contains("counts"));
  EXPECT_THAT(error_after([](Json& record) { record["series"]["s"]["label_stages"][0]["kept"] = 51; }),
              HasSubstr("label_stages[0]"));
}

TEST(Record, ChainsAreThereOnlyWhereThereAreSomeAndFitTheSeeds) {
  EXPECT_EQ(record_from_json(to_json(sample()), "r.json").cells[0].chain[1].parameters, 134515008);
  Record plain = sample();
  plain.cells[0].chain.clear();
  plain.series["w"].remark.clear();
  EXPECT_FALSE(to_json(plain)["cells"][0].contains("chain"));
  EXPECT_FALSE(to_json(plain)["series"]["w"].contains("remark"));
  EXPECT_THAT(error_after([](Json& record) { record["cells"][0]["chain"][0]["series"].push_back("s"); }),
              HasSubstr("cells[0].chain[0]"));
  EXPECT_THAT(error_after([](Json& record) { record["cells"][0]["chain"][1]["series"][0] = "nowhere"; }),
              HasSubstr("'nowhere'"));
  EXPECT_THAT(error_after([](Json& record) { record["cells"][0]["chain"][0]["parameters"] = -1; }),
              HasSubstr("parameters"));
}

TEST(Record, WhatCameLaterIsKeptAndOptional) {
  const Json plain = to_json(sample());
  for (const char* key : {"slices", "forecast"}) EXPECT_FALSE(plain.contains(key));
  EXPECT_FALSE(plain["claim"].contains("gold"));
  Record record = sample();
  record.claim.gold = 50;
  record.claim.risk = 0.2;
  record.claim.primary = "c1";
  record.slices["genre"] = {{"drama", "war"}, std::vector<std::int32_t>(record.items.size(), 1)};
  record.forecast.cells["c1"] = {{0, 0.25, 0.5}, {UINT64_MAX, 0.1, 0.2}};
  record.forecast.digest = digest_of(record.forecast);
  record.ledger.claims = 3;
  const std::string text = canonical_json(to_json(record));
  const Record back = record_from_json(parse_json(text, "r.json"), "r.json");
  EXPECT_EQ(canonical_json(to_json(back)), text);
  EXPECT_EQ(back.slices.at("genre").values[1], "war");
  EXPECT_EQ(digest_of(back.forecast), back.forecast.digest);
  const auto error_of_newer = [&](const std::function<void(Json&)>& change) {
    Json json = to_json(record);
    change(json);
    return error_of(json);
  };
  EXPECT_THAT(error_of_newer([](Json& j) { j["slices"]["genre"]["of"][0] = 2; }),
              HasSubstr("slices['genre'].of"));
  EXPECT_THAT(error_of_newer([](Json& j) { j["slices"]["genre"]["of"].erase(0); }), HasSubstr("of"));
  EXPECT_THAT(error_of_newer([](Json& j) { j["slices"]["genre"]["values"][1] = "drama"; }),
              HasSubstr("twice"));
  EXPECT_THAT(error_of_newer([](Json& j) { j["claim"]["risk"] = 1.5; }), HasSubstr("claim.risk"));
  EXPECT_THAT(error_of_newer([](Json& j) { j["claim"]["gold"] = -1; }), HasSubstr("claim.gold"));
  EXPECT_THAT(error_of_newer([](Json& j) { j["forecast"]["cells"]["c1"][0]["more"] = 1; }),
              HasSubstr("more"));
  EXPECT_THAT(error_of_newer([](Json& j) { j["forecast"]["cells"]["c1"] = 1; }), HasSubstr("forecast"));
}

TEST(Record, LedgerCanBeLeftOut) {
  const Json json = to_json(sample(), false);
  EXPECT_FALSE(json.contains("ledger"));
  EXPECT_EQ(record_from_json(json, "r.json").ledger.computed, 0);
}

TEST(Record, EveryTopFieldIsNeededAndNamed) {
  const Json whole = to_json(sample(), false);
  for (const auto& [key, value] : whole.items()) {
    const std::string error = error_after([&](Json& json) { json.erase(key); });
    EXPECT_THAT(error, HasSubstr("corrupt")) << key;
    EXPECT_THAT(error, HasSubstr("'" + key + "'"));
    EXPECT_THAT(error_after([&](Json& json) { json[key] = nullptr; }), HasSubstr(key));
  }
}

TEST(Record, EveryInnerFieldIsNeededAndNamed) {
  const Json whole = to_json(sample());
  const std::set<std::string> optional = {"final_train_loss", "label_entropy", "declared", "chain", "remark"};
  for (const char* path :
       {"/claim", "/data", "/series/w", "/cells/0", "/cells/0/seeds/0", "/cells/0/chain/0",
        "/cells/0/controls/zero-shot", "/series/s/curve/0", "/ledger", "/ledger/nodes/0"}) {
    const Json::json_pointer pointer(path);
    for (const auto& [key, value] : whole.at(pointer).items()) {
      if (optional.contains(key)) continue;
      EXPECT_THAT(error_after([&](Json& json) { json.at(pointer).erase(key); }), HasSubstr(key)) << path;
    }
    EXPECT_THAT(error_after([&](Json& json) { json.at(pointer)["surprise"] = 1; }), HasSubstr("surprise"))
        << path;
  }
}

TEST(Record, RefusesANewerSchema) {
  const std::string error = error_after([](Json& json) { json["schema"] = kRecordSchema + 1; });
  EXPECT_THAT(error, HasSubstr(name_of(ErrorKind::unsupported)));
  EXPECT_THAT(error, HasSubstr("newer"));
  EXPECT_THAT(error_after([](Json& json) { json["schema"] = 0; }), HasSubstr("schema"));
}

TEST(Record, ChecksEveryLength) {
  const auto floats = [](std::size_t n) { return base64_encode(std::string(4 * n, '\0')); };
  EXPECT_THAT(error_after([&](Json& j) { j["series"]["s"]["logits"] = floats(5); }),
              HasSubstr("series['s'].logits"));
  EXPECT_THAT(error_after([&](Json& j) { j["series"]["x"]["logits"] = floats(6); }),
              HasSubstr("series['x'].logits"));
  EXPECT_THAT(error_after([&](Json& j) { j["series"]["s"]["matched_bias"] = floats(3); }),
              HasSubstr("matched_bias"));
  EXPECT_THAT(
      error_after([&](Json& j) { j["series"]["w"]["abstained"] = base64_encode(std::string(2, '\1')); }),
      HasSubstr("abstained"));
  EXPECT_THAT(error_after([](Json& j) { j["truth"].push_back(0); }), HasSubstr("truth"));
  EXPECT_THAT(error_after([](Json& j) { j["groups"].erase(0); }), HasSubstr("groups"));
  EXPECT_THAT(error_after([](Json& j) { j["items"].push_back("c"); }), HasSubstr("truth"));
  EXPECT_THAT(error_after([](Json& j) { j["data"]["test_share"].push_back(0.1); }),
              HasSubstr("data.test_share"));
  EXPECT_THAT(error_after([](Json& j) { j["cells"][0]["controls"]["weak-twice"]["series"].push_back("s"); }),
              HasSubstr("cells[0].controls['weak-twice'].series"));
}

TEST(Record, RefusesGarbledFloats) {
  const auto logits = [](const std::string& text) {
    return error_after([&](Json& j) { j["series"]["s"]["logits"] = text; });
  };
  std::string good = to_json(sample())["series"]["s"]["logits"];
  EXPECT_THAT(logits(good.substr(0, good.size() - 1)), HasSubstr("base64"));
  good[3] = '\n';
  EXPECT_THAT(logits(good), HasSubstr("base64"));
  EXPECT_THAT(logits(base64_encode(std::string(23, '\0'))), HasSubstr("whole fp32"));
  std::string nan(24, '\0');
  nan[2] = '\xc0', nan[3] = '\x7f';
  EXPECT_THAT(logits(base64_encode(nan)), HasSubstr("NaN"));
  EXPECT_THAT(
      error_after([](Json& j) { j["series"]["w"]["abstained"] = base64_encode(std::string(3, '\2')); }),
      HasSubstr("bytes 0 or 1"));
}

TEST(Record, RefusesWhatDoesNotHangTogether) {
  EXPECT_THAT(error_after([](Json& j) { j["truth"][0] = 2; }), HasSubstr("truth"));
  EXPECT_THAT(error_after([](Json& j) { j["truth"][0] = -1; }), HasSubstr("truth"));
  EXPECT_THAT(error_after([](Json& j) { j["items"][0] = "b"; }), HasSubstr("'b' twice"));
  EXPECT_THAT(error_after([](Json& j) { j["cells"][0]["seeds"][0]["weak_floor"] = "zz"; }),
              HasSubstr("cells[0].seeds[0].weak_floor"));
  EXPECT_THAT(error_after([](Json& j) { j["cells"][0]["seeds"][1]["seed"] = 0; }),
              HasSubstr("cells[0].seeds[1].seed"));
  EXPECT_THAT(error_after([](Json& j) { j["cells"][0]["controls"]["majority class"]["series"][0] = "zz"; }),
              HasSubstr("'zz'"));
  EXPECT_THAT(error_after([](Json& j) { j["cells"][0]["controls"]["zero-shot"]["undefined"] = ""; }),
              HasSubstr("undefined"));
  EXPECT_THAT(error_after([](Json& j) { j["cells"].push_back(j["cells"][0]); }), HasSubstr("cells[1].id"));
  EXPECT_THAT(error_after([](Json& j) { j["series"]["x"]["why"] = ""; }), HasSubstr("series['x'].why"));
  EXPECT_THAT(error_after([](Json& j) { j["series"]["x"]["status"] = "maybe"; }), HasSubstr("'maybe'"));
  EXPECT_THAT(error_after([](Json& j) { j["series"]["w"]["transfer_correct"] = 51; }),
              HasSubstr("transfer_correct"));
  EXPECT_THAT(error_after([](Json& j) { j["claim"]["metric"] = "f1"; }), HasSubstr("claim.metric"));
  EXPECT_THAT(error_after([](Json& j) { j["data"]["classes"] = Json::array({"a"}); }),
              HasSubstr("data.classes"));
  EXPECT_THAT(error_after([](Json& j) { j["data"]["dropped"]["dead band"] = -1; }), HasSubstr("dead band"));
  EXPECT_THAT(error_after([](Json& j) { j["ledger"]["nodes"][0]["state"] = "lost"; }),
              HasSubstr("ledger.nodes[0].state"));
}

TEST(Record, EveryCutOfTheTextIsRefused) {
  const std::string text = canonical_json(to_json(sample()));
  for (std::size_t size = 0; size < text.size(); size += 7)
    EXPECT_THROW(record_from_json(parse_json(text.substr(0, size), "r.json"), "r.json"), Error) << size;
}

TEST(Record, ReadsAFileAndNamesItInErrors) {
  const std::string path = ::testing::TempDir() + "record_test.json";
  std::ofstream(path) << pretty_json(to_json(sample()));
  EXPECT_EQ(canonical_json(to_json(read_record(path))), canonical_json(to_json(sample())));
  std::ofstream(path) << "{";
  try {
    read_record(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(path));
  }
  EXPECT_THROW(read_record(path + ".absent"), Error);
}

}  // namespace
}  // namespace qinglan
