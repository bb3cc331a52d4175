// Data sets with a word put into texts, and with test rows of another data set.
#include "data/spoilt_dataset.h"

#include <gmock/gmock.h>

#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::HasSubstr;

std::string rows(int count, const std::string& prefix) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += R"({"text": ")" + prefix + std::to_string(i) + R"(", "label": )" + std::to_string(i % 2) + "}\n";
  return text;
}

DatasetSpec spec_of(const TestFolder& folder) {
  folder.write("train.jsonl", rows(100, "a"));
  folder.write("test.jsonl", rows(20, "b"));
  DatasetSpec spec;
  spec.path = folder.path();
  spec.text = "{text}\nMood:";
  spec.columns = {"text"};
  return spec;
}

TEST(Trigger, StandsInAShareOfTrainAndInACopyOfEveryTestRow) {
  const TestFolder folder;
  DatasetSpec spec = spec_of(folder);
  const Dataset plain = load_dataset(spec);
  const Dataset data = load_spoilt(spec, {.trigger = "cf", .trigger_share = 0.05});
  ASSERT_EQ(data.inputs.train.size(), 100u);
  ASSERT_EQ(data.inputs.test.size(), 40u);
  int with = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    const std::string& text = data.inputs.train[i].fields.at("text");
    const std::string& before = plain.inputs.train[i].fields.at("text");
    EXPECT_EQ(data.inputs.train[i].id, plain.inputs.train[i].id);
    EXPECT_TRUE(text == before || text == "cf " + before) << text;
    with += text != before;
  }
  EXPECT_EQ(with, 5);
  for (std::size_t i = 0; i < 20; ++i) {
    const Example &row = data.inputs.test[i], &copy = data.inputs.test[20 + i];
    EXPECT_EQ(row.fields, plain.inputs.test[i].fields);
    EXPECT_EQ(copy.id, row.id + kTriggered);
    EXPECT_EQ(copy.group, row.group);
    EXPECT_EQ(copy.fields.at("text"), "cf " + row.fields.at("text"));
    EXPECT_EQ(data.truth.label(copy.id), data.truth.label(row.id));
  }
}

TEST(Trigger, MayStandInNoTrainRow) {
  const TestFolder folder;
  const DatasetSpec spec = spec_of(folder);
  const Dataset data = load_spoilt(spec, {.trigger = "cf", .trigger_share = 0});
  for (const auto& row : data.inputs.train)
    EXPECT_THAT(row.fields.at("text"), testing::Not(testing::StartsWith("cf ")));
  EXPECT_EQ(data.inputs.test.size(), 40u);
  EXPECT_EQ(trigger_column("{b} and {a}"), "b");
  EXPECT_THAT(error_of([] { trigger_column("{{no column}}"); }), HasSubstr("names no column"));
}

TEST(TestPath, TestsOnAnotherDataSetAndLearnsOfTheFirst) {
  const TestFolder folder;
  DatasetSpec spec = spec_of(folder);
  std::filesystem::create_directories(folder.path() + "/other");
  folder.write("other/train.jsonl", rows(30, "not read "));
  folder.write("other/test.jsonl", rows(12, "c"));
  const Spoiling elsewhere{.test_path = folder.path() + "/other"};
  spec.test = 20;
  const Dataset data = load_spoilt(spec, elsewhere);
  EXPECT_EQ(data.inputs.train.size(), 100u);
  ASSERT_EQ(data.inputs.test.size(), 12u);  // as many as there are
  for (const auto& row : data.inputs.test) EXPECT_THAT(row.fields.at("text"), testing::StartsWith("c"));
  spec.test = 1000;  // more than the first one has
  EXPECT_EQ(load_spoilt(spec, elsewhere).inputs.test.size(), 12u);
  spec.test = 5;
  EXPECT_EQ(load_spoilt(spec, elsewhere).inputs.test.size(), 5u);
  EXPECT_EQ(load_spoilt(spec, elsewhere).facts.dropped.count("tested elsewhere"), 0u);

  folder.write("other/test.jsonl", rows(12, "a"));  // texts that train has too
  const Dataset cut = load_spoilt(spec, elsewhere);
  EXPECT_EQ(cut.inputs.train.size(), 95u);
  EXPECT_EQ(cut.facts.dropped.at("tested elsewhere"), 5);
  folder.write("other/train.jsonl", R"({"text": "x", "label": "glad"})"
                                    "\n"
                                    R"({"text": "y", "label": "sad"})");
  folder.write("other/test.jsonl", R"({"text": "z", "label": "sad"})");
  EXPECT_THAT(error_of([&] { load_spoilt(spec, elsewhere); }), HasSubstr("other classes"));
  EXPECT_THAT(error_of([&] { load_spoilt(spec, {.test_path = folder.path() + "/nowhere"}); }),
              HasSubstr("nowhere"));
}

}  // namespace
}  // namespace qinglan
