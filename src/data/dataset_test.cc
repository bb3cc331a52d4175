#include "data/dataset.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <set>

#include "data/normalise.h"
#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string row(const std::string& text, const std::string& label, const std::string& more = "") {
  return R"({"text": ")" + text + R"(", "label": )" + label + more + "}\n";
}

// Train rows "a0", "b0", ... of labels 1 and 0, as many of each as said.
std::string rows(int positive, int negative, const std::string& prefix = "") {
  std::string text;
  for (int i = 0; i < positive; ++i) text += row(prefix + "a" + std::to_string(i), "1");
  for (int i = 0; i < negative; ++i) text += row(prefix + "b" + std::to_string(i), "0");
  return text;
}

DatasetSpec folder_spec(const TestFolder& folder, const std::string& train, const std::string& test) {
  folder.write("train.jsonl", train);
  folder.write("test.jsonl", test);
  DatasetSpec spec;
  spec.path = folder.path();
  spec.text = "{text}";
  return spec;
}

std::string load_error(const DatasetSpec& spec) {
  return error_of([&] { load_dataset(spec); });
}

std::vector<std::string> ids_of(const std::vector<Example>& examples) {
  std::vector<std::string> ids;
  for (const auto& example : examples) ids.push_back(example.id);
  return ids;
}

TEST(Normalise, FoldsCaseAndWhiteSpaceOfAscii) {
  EXPECT_EQ(normalise_text("  A\t b\r\n\n C. \xc3\x89 "), "a b c. \xc3\x89");
  EXPECT_EQ(normalise_text(" \n"), "");
  EXPECT_EQ(text_id("a", 0).size(), 16u);
  EXPECT_NE(text_id("a", 0), text_id("a", 1));
  int test = 0;
  for (int i = 0; i < 10000; ++i) test += hashed_to_test(std::to_string(i));
  EXPECT_NEAR(test, 2000, 120);  // three standard deviations
}

TEST(Dataset, ReadsAFolder) {
  const TestFolder folder;
  auto spec = folder_spec(folder, row("Good one", "true") + row("bad", "false") + row("good  ONE", "true"),
                          row("other", "false"));
  const auto balanced = load_dataset(spec);
  EXPECT_TRUE(balanced.facts.balanced);  // two thirds are one class
  EXPECT_EQ(balanced.inputs.train.size(), 2u);
  spec.balance = false;
  const auto data = load_dataset(spec);
  EXPECT_THAT(data.truth.classes(), ElementsAre("false", "true"));
  ASSERT_EQ(data.inputs.train.size(), 3u);
  ASSERT_EQ(data.inputs.test.size(), 1u);
  std::map<std::int64_t, Example> by_row;
  for (const auto& example : data.inputs.train) by_row[example.row] = example;
  EXPECT_EQ(by_row[0].id, text_id("good one", 0));
  EXPECT_EQ(by_row[2].id, text_id("good one", 1));
  EXPECT_EQ(by_row[2].group, by_row[0].id) << "equal texts are related";
  EXPECT_EQ(by_row[1].group, by_row[1].id);
  EXPECT_EQ(data.truth.label(by_row[2].id), 1);
  EXPECT_EQ(data.truth.label(data.inputs.test[0].id), 0);
  EXPECT_EQ(by_row[0].fields, (std::map<std::string, std::string>{{"text", "Good one"}}));
  EXPECT_THAT(error_of([&] { data.truth.label("nobody"); }), HasSubstr("nobody"));
}

TEST(Dataset, ReadsDelimitedFilesAndIdColumns) {
  const TestFolder folder;
  folder.write("train.csv", "key,text,label\nx1,\"one, two\",no\nx2,three,yes\n");
  folder.write("test.tsv", "text\tkey\tlabel\nfour\tx3\tyes\n");
  DatasetSpec spec;
  spec.path = folder.path();
  spec.id = "key";
  const auto data = load_dataset(spec);
  auto ids = ids_of(data.inputs.train);
  std::sort(ids.begin(), ids.end());
  EXPECT_THAT(ids, ElementsAre("x1", "x2"));
  EXPECT_EQ(data.truth.label("x2"), 1);
  EXPECT_THAT(dataset_files(spec), ElementsAre(folder.path() + "/train.csv", folder.path() + "/test.tsv"));
}

TEST(Dataset, CutsOneFileByNormalisedText) {
  const TestFolder folder;
  DatasetSpec spec;
  spec.path = folder.write("all.jsonl", rows(300, 300) + row("A7", "1") + row(" a7 ", "1"));
  const auto data = load_dataset(spec);
  EXPECT_EQ(data.name, "all");
  EXPECT_EQ(data.inputs.train.size() + data.inputs.test.size(), 602u);
  EXPECT_NEAR(static_cast<double>(data.inputs.test.size()), 120, 30);
  EXPECT_EQ(data.facts.overlap, 0);
  std::set<std::string> tested;
  for (const auto& example : data.inputs.test) tested.insert(normalise_text(example.fields.at("text")));
  for (const auto& example : data.inputs.train)
    EXPECT_FALSE(tested.contains(normalise_text(example.fields.at("text"))));
}

TEST(Dataset, WholeNumbersAreClassesBySize) {
  const TestFolder folder;
  const auto classes_of = [&](const std::vector<std::string>& labels) {
    std::string rows = "text,label\n";
    for (std::size_t i = 0; i < 40 * labels.size(); ++i)
      rows += "t" + std::to_string(i) + "," + labels[i % labels.size()] + "\n";
    DatasetSpec spec;
    spec.path = folder.write("all.csv", rows);
    const auto data = load_dataset(spec);
    for (const auto& row : data.inputs.train)
      EXPECT_EQ(data.truth.classes()[static_cast<std::size_t>(data.truth.label(row.id))],
                labels[std::stoul(row.fields.at("text").substr(1)) % labels.size()]);
    return data.truth.classes();
  };
  EXPECT_THAT(classes_of({"10", "9", "-1"}), testing::ElementsAre("-1", "9", "10"));
  EXPECT_THAT(classes_of({"10", "9", "a"}), testing::ElementsAre("10", "9", "a"));
}

TEST(Dataset, DrawsByItsSeedAlone) {
  const TestFolder folder;
  auto spec = folder_spec(folder, rows(200, 200), rows(50, 50, "t"));
  spec.train = 100;
  spec.test = 20;
  const auto first = load_dataset(spec), again = load_dataset(spec);
  EXPECT_EQ(first.inputs.train.size(), 100u);
  EXPECT_EQ(first.inputs.test.size(), 20u);
  EXPECT_EQ(ids_of(first.inputs.train), ids_of(again.inputs.train));
  spec.seed = 1;
  EXPECT_NE(ids_of(first.inputs.train), ids_of(load_dataset(spec).inputs.train));
  spec.seed = 0;
  spec.train = 120;  // a larger draw holds the smaller one
  auto larger = ids_of(load_dataset(spec).inputs.train);
  larger.resize(100);
  EXPECT_EQ(larger, ids_of(first.inputs.train));
}

TEST(Dataset, BalancesTrainWhenOneClassPrevails) {
  const TestFolder folder;
  auto spec = folder_spec(folder, rows(70, 30), rows(14, 6, "t"));
  auto data = load_dataset(spec);
  EXPECT_TRUE(data.facts.balanced);
  EXPECT_EQ(data.inputs.train.size(), 60u);
  EXPECT_EQ(data.facts.dropped.at("balance"), 40);
  EXPECT_THAT(data.facts.train_share, ElementsAre(0.3, 0.7));
  EXPECT_THAT(data.facts.test_share, ElementsAre(0.3, 0.7));
  int positive = 0;
  for (const auto& example : data.inputs.train) positive += data.truth.label(example.id);
  EXPECT_EQ(positive, 30);
  spec.balance = false;
  data = load_dataset(spec);
  EXPECT_EQ(data.inputs.train.size(), 100u);
  EXPECT_FALSE(data.facts.balanced);
  folder.write("train.jsonl", rows(55, 45));
  spec.balance.reset();
  EXPECT_FALSE(load_dataset(spec).facts.balanced) << "55% is no majority yet";
}

TEST(Dataset, RefusesOverlapAboveOnePercent) {
  const TestFolder folder;
  auto spec =
      folder_spec(folder, rows(99, 99) + row("A test  ROW", "1") + row("x", "0"), row("a test row", "1"));
  auto data = load_dataset(spec);
  EXPECT_EQ(data.facts.overlap, 1);
  EXPECT_EQ(data.facts.dropped.at("overlap"), 1);
  EXPECT_EQ(data.inputs.train.size(), 199u);
  folder.write("train.jsonl", rows(10, 10) + row("A test  ROW", "1"));
  EXPECT_THAT(load_error(spec), AllOf(HasSubstr("1 of 21 train rows"), HasSubstr("train.jsonl:21"),
                                      HasSubstr("test.jsonl:1"), HasSubstr("allow_overlap")));
  spec.allow_overlap = true;
  data = load_dataset(spec);
  EXPECT_EQ(data.facts.overlap, 1);
  EXPECT_EQ(data.inputs.train.size(), 20u);
}

TEST(Dataset, KeepsGroupsWhole) {
  const TestFolder folder;
  const auto grouped = [](const std::string& text, const std::string& label, const std::string& group) {
    return row(text, label, R"(, "doc": )" + group);
  };
  auto spec = folder_spec(
      folder,
      grouped("a", "1", "1") + grouped("b", "0", "2") + grouped("c", "1", "3") + grouped("d", "0", "1"),
      grouped("e", "1", "3"));
  spec.group = "doc {doc}";
  spec.balance = false;
  const auto data = load_dataset(spec);
  EXPECT_EQ(data.facts.dropped.at("group in test"), 1);
  ASSERT_EQ(data.inputs.train.size(), 3u);
  for (const auto& example : data.inputs.train)
    EXPECT_EQ(example.group, example.fields.at("text") == "b" ? "doc 2" : "doc 1");
  // One file is cut by group.
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += grouped("t" + std::to_string(i), i % 2 ? "1" : "0", std::to_string(i / 4));
  spec.path = folder.write("all.jsonl", text);
  const auto one = load_dataset(spec);
  std::set<std::string> tested;
  for (const auto& example : one.inputs.test) tested.insert(example.group);
  for (const auto& example : one.inputs.train) EXPECT_FALSE(tested.contains(example.group));
  EXPECT_FALSE(one.facts.dropped.contains("group in test"));
}

struct BadInput {
  std::string name, train, test;
  std::vector<std::string> words;
};

TEST(Dataset, NamesWhatIsWrong) {
  const std::string good = rows(3, 3), tests = rows(1, 1, "t");
  const std::vector<BadInput> cases{
      {"empty text", good + row(" ", "1"), tests, {"train.jsonl:7", "text is empty", "remove"}},
      {"label of test only",
       good,
       tests + row("z", "2"),
       {"test.jsonl:3", "\"2\" is outside the classes", "\"0\", \"1\""}},
      {"one class", rows(4, 0), rows(1, 0, "t"), {"train.jsonl", "same label", "[data] label"}},
      {"no label",
       good + R"({"text": "z"})"
              "\n",
       tests,
       {"train.jsonl:7", "this row has no \"label\"", "columns text"}},
      {"null label", good + row("z", "null"), tests, {"train.jsonl:7", "\"label\" cannot be used", "null"}},
      {"fractional label", good + row("z", "0.5"), tests, {"train.jsonl:7", "0.5", "classes first"}},
      {"empty label", good + row("z", "\"\""), tests, {"train.jsonl:7", "label is empty"}},
      {"list as text",
       good + R"({"text": ["z"], "label": 1})"
              "\n",
       tests,
       {"train.jsonl:7", "\"text\"", "array"}},
      {"no rows", "", tests, {"train.jsonl", "no train rows"}},
      {"invalid UTF-8", good + row("\xff", "1"), tests, {"train.jsonl:7", "UTF-8"}},
  };
  for (const auto& bad : cases) {
    const TestFolder folder;
    const auto found = load_error(folder_spec(folder, bad.train, bad.test));
    for (const auto& word : bad.words) EXPECT_THAT(found, HasSubstr(word)) << bad.name;
  }
}

TEST(Dataset, NamesWrongSettings) {
  const TestFolder folder;
  const auto good = folder_spec(folder, rows(5, 5), rows(2, 2, "t"));
  const auto with = [&](const std::function<void(DatasetSpec&)>& change) {
    auto spec = good;
    change(spec);
    return load_error(spec);
  };
  EXPECT_THAT(with([](auto& s) { s.text = "{txet}"; }),
              AllOf(HasSubstr("\"txet\""), HasSubstr("did you mean \"text\"")));
  EXPECT_THAT(with([](auto& s) { s.text = "{text} {label}"; }), HasSubstr("gives the answer away"));
  EXPECT_THAT(with([](auto& s) { s.columns = {"label"}; }), HasSubstr("gives the answer away"));
  EXPECT_THAT(with([](auto& s) { s.group = "{label}"; }), HasSubstr("gives the answer away"));
  EXPECT_THAT(with([](auto& s) { s.train = 11; }), AllOf(HasSubstr("expected 11"), HasSubstr("found 10")));
  EXPECT_THAT(with([](auto& s) { s.test = 5; }), AllOf(HasSubstr("test rows"), HasSubstr("found 4")));
  EXPECT_THAT(with([](auto& s) { s.train = -1; }), HasSubstr("negative"));
  EXPECT_THAT(with([](auto& s) { s.id = "label"; }), HasSubstr("gives the answer away"));
  EXPECT_THAT(with([](auto& s) { s.path += "/no"; }),
              AllOf(HasSubstr("no such file"), HasSubstr("vader-films")));
  EXPECT_THAT(with([](auto& s) { s.path = "vader-film"; }), HasSubstr("did you mean vader-films?"));
  folder.write("train.csv", "text,label\n");
  EXPECT_THAT(load_error(good), AllOf(HasSubstr("more than one train"), HasSubstr("train.csv, train.jsonl")));
  std::filesystem::remove(folder.path() + "/train.csv");
  std::filesystem::remove(folder.path() + "/test.jsonl");
  EXPECT_THAT(load_error(good), AllOf(HasSubstr("no test rows"), HasSubstr("train.jsonl")));
}

TEST(Dataset, RefusesRepeatedIds) {
  const TestFolder folder;
  auto spec = folder_spec(folder, row("a", "1", R"(, "n": 1)") + row("b", "0", R"(, "n": 2)"),
                          row("c", "1", R"(, "n": 2)"));
  spec.id = "n";
  EXPECT_THAT(load_error(spec), AllOf(HasSubstr("id \"2\" is there twice"), HasSubstr("test.jsonl:1"),
                                      HasSubstr("train.jsonl:2")));
  folder.write("test.jsonl", row("c", "1", R"(, "n": "")"));
  EXPECT_THAT(load_error(spec), AllOf(HasSubstr("test.jsonl:1"), HasSubstr("id is empty")));
}

TEST(Dataset, AClassMustSurviveTheDraw) {
  const TestFolder folder;
  auto spec = folder_spec(folder, rows(200, 1), rows(2, 0, "t"));
  spec.balance = false;
  spec.train = 3;
  EXPECT_THAT(load_error(spec), AllOf(HasSubstr("class \"0\" is absent"), HasSubstr("3 rows drawn")));
}

TEST(Dataset, ArtifactsComeBackAsTheyWere) {
  const TestFolder folder;
  const auto spec = folder_spec(folder, rows(5, 5), rows(2, 2, "t"));
  const auto data = load_dataset(spec);
  auto& fs = real_file_system();
  write_inputs(fs, folder.path(), data.inputs);
  write_truth(fs, folder.path(), data.truth);
  const auto inputs = read_inputs(folder.path());
  const auto truth = read_truth(folder.path());
  EXPECT_EQ(ids_of(inputs.train), ids_of(data.inputs.train));
  EXPECT_EQ(ids_of(inputs.test), ids_of(data.inputs.test));
  EXPECT_EQ(inputs.train[3].fields, data.inputs.train[3].fields);
  EXPECT_EQ(inputs.train[3].group, data.inputs.train[3].group);
  EXPECT_EQ(inputs.train[3].row, data.inputs.train[3].row);
  EXPECT_EQ(truth.classes(), data.truth.classes());
  EXPECT_EQ(truth.by_id(), data.truth.by_id());
  EXPECT_EQ(fs.read(folder.path() + "/inputs.jsonl").find("label"), std::string::npos);
  EXPECT_EQ(to_json(dataset_facts_from_json(to_json(data.facts), "facts")), to_json(data.facts));
  folder.write("truth.json", R"({"classes": ["a", "b"], "labels": {"x": 2}})");
  EXPECT_THAT(error_of([&] { read_truth(folder.path()); }),
              AllOf(HasSubstr("truth.json"), HasSubstr("outside")));
}

}  // namespace
}  // namespace qinglan
