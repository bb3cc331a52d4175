#include "data/choices.h"

#include <gmock/gmock.h>

#include <functional>
#include <set>

#include "data/dataset.h"
#include "data/known_dataset.h"
#include "data/normalise.h"
#include "data/split.h"
#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

SourceTable table_of(const std::string& jsonl) { return {"f.jsonl", parse_jsonl(jsonl, "f.jsonl")}; }

std::array<DrawnChoice, 2> draw(const std::string& row, const std::vector<std::string>& columns,
                                const std::string& label, std::uint64_t seed = 0) {
  const SourceTable table = table_of(row + "\n");
  return ChoiceReader(columns, label).draw(table, table.rows.front(), Random(seed));
}

const DrawnChoice& right_of(const std::array<DrawnChoice, 2>& two) {
  EXPECT_NE(two[0].right, two[1].right);
  return two[0].right ? two[0] : two[1];
}

TEST(Choices, EveryWayToSayTheRightOne) {
  const std::string list = R"("c": ["red", "green", "blue"])";
  for (const char* label : {"2", "\"2\"", "\"C\"", "\"c\"", "\"blue\""})
    EXPECT_EQ(right_of(draw("{" + list + R"(, "y": )" + label + "}", {"c"}, "y")).text, "blue") << label;
  const std::string names = R"("c": {"text": ["red", "green", "blue"], "label": ["1", "2", "3"]})";
  EXPECT_EQ(right_of(draw("{" + names + R"(, "y": "3"})", {"c"}, "y")).text, "blue");
  EXPECT_EQ(right_of(draw("{" + names + R"(, "y": 1})", {"c"}, "y")).text, "red")
      << "names count before places";
  const std::string apart = R"({"a": "red", "b": "green", "d": 3, "y": "b"})";
  EXPECT_EQ(right_of(draw(apart, {"a", "b", "d"}, "y")).text, "green");
  EXPECT_EQ(right_of(draw(R"({"r": "yes", "w": "no", "v": null})", {"r", "w", "v"}, "r")).text, "yes");
  EXPECT_EQ(right_of(draw(R"({"c": "[\"x\", \"y\"]", "l": "0"})", {"c"}, "l")).text, "x") << "as csv has it";
  EXPECT_EQ(right_of(draw(R"({"c": ["2", "4"], "l": 0})", {"c"}, "l")).text, "2");
  EXPECT_EQ(right_of(draw(R"({"c": ["7", "9"], "l": "9"})", {"c"}, "l")).text, "9");
}

TEST(Choices, WrongOnesAreDrawnEvenlyInAnOrderThatSaysNothing) {
  std::map<std::string, int> drawn;
  int right_first = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const auto two = draw(R"({"c": ["x", " X", "", "p", "q", "r"], "y": 0})", {"c"}, "y", seed);
    right_first += two[0].right;
    ++drawn[two[0].right ? two[1].text : two[0].text];
  }
  ASSERT_EQ(drawn.size(), 3u) << "neither an empty answer nor the right one in other capitals";
  for (const auto& [text, count] : drawn) EXPECT_NEAR(count, 1000, 110) << text;  // four standard deviations
  EXPECT_NEAR(right_first, 1500, 110);
}

TEST(Choices, NamesWhatIsWrong) {
  const auto refused = [](const std::string& row) { return error_of([&] { draw(row, {"c"}, "y"); }); };
  const auto says = [](const char* a, const char* b) {
    return AllOf(HasSubstr("f.jsonl:1"), HasSubstr(a), HasSubstr(b));
  };
  EXPECT_THAT(refused(R"({"c": ["a", "b"], "y": 2})"), says("names none of the answers", "counted from 0"));
  EXPECT_THAT(refused(R"({"c": ["a", "b"], "y": "z"})"), says("names none of the answers", "\"a\", \"b\""));
  EXPECT_THAT(refused(R"({"c": ["1", "0"], "y": "1"})"),
              says("text of one answer and the place of another", ""));
  EXPECT_THAT(refused(R"({"c": ["a", "A"], "y": 0})"), says("no wrong answer", "remove"));
  EXPECT_THAT(refused(R"({"c": ["", "a"], "y": 0})"), says("the right answer is empty", ""));
  EXPECT_THAT(refused(R"({"c": "a or b", "y": 0})"), says("holds no answers", "a or b"));
  EXPECT_THAT(refused(R"({"c": [["a"], "b"], "y": 0})"), says("is no text", "array"));
  EXPECT_THAT(refused(R"({"c": {"text": ["a", "b"], "label": ["A"]}, "y": "A"})"),
              says("number of names", "1"));
  EXPECT_THAT(refused(R"({"d": ["a", "b"], "y": 0})"), says("no column \"c\"", ""));
  EXPECT_THAT(refused(R"({"c": ["a", "b"], "y": ""})"), says("label is empty", ""));
}

// 4 answers a question; the text of an answer says whether it is right.
std::string questions(int count, const std::string& prefix) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string q = prefix + std::to_string(i);
    text += R"({"key": ")" + q + R"(", "question": ")" + q + R"( what?", "answers": [")";
    for (int k = 0; k < 4; ++k)
      text +=
          (k ? "\", \"" : "") + std::string(k == i % 4 ? "right " : "wrong ") + std::to_string(k) + " " + q;
    text += R"("], "label": )" + std::to_string(i % 4) + "}\n";
  }
  return text;
}

struct QuestionFolder {
  explicit QuestionFolder(int train = 60, int test = 20) {
    folder.write("train.jsonl", questions(train, "a"));
    folder.write("test.jsonl", questions(test, "b"));
    spec.path = folder.path();
    spec.text = "{question} {choice}";
    spec.choices = {"answers"};
  }
  TestFolder folder;
  DatasetSpec spec;
};

TEST(Choices, AQuestionIsTwoRowsOfOneGroup) {
  const QuestionFolder questions;
  const Dataset data = load_dataset(questions.spec);
  EXPECT_THAT(data.truth.classes(), ElementsAre("false", "true"));
  EXPECT_THAT(data.facts.train_share, ElementsAre(0.5, 0.5));
  EXPECT_FALSE(data.facts.balanced);
  ASSERT_EQ(data.inputs.train.size(), 120u);
  ASSERT_EQ(data.inputs.test.size(), 40u);
  std::map<std::string, std::vector<const Example*>> groups;
  for (const auto& example : data.inputs.train) {
    groups[example.group].push_back(&example);
    const bool right = example.fields.at("choice").starts_with("right");
    EXPECT_EQ(data.truth.label(example.id), right) << example.fields.at("choice");
  }
  ASSERT_EQ(groups.size(), 60u);
  for (const auto& [group, rows] : groups) {
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0]->row, rows[1]->row);
    EXPECT_EQ(rows[0]->fields.at("question"), rows[1]->fields.at("question"));
  }
  const auto halves = split_halves(data.inputs.train, 3);
  std::set<std::string> supervised;
  for (const auto i : halves.supervision) supervised.insert(data.inputs.train[i].group);
  for (const auto i : halves.transfer) EXPECT_FALSE(supervised.contains(data.inputs.train[i].group));
}

TEST(Choices, QuestionsAreDrawnWhole) {
  QuestionFolder questions;
  questions.spec.train = 30;
  questions.spec.test = 10;
  const Dataset data = load_dataset(questions.spec);
  std::map<std::string, int> groups;
  for (const auto& example : data.inputs.train) ++groups[example.group];
  EXPECT_EQ(groups.size(), 15u);
  for (const auto& [group, rows] : groups) EXPECT_EQ(rows, 2);
  questions.spec.train = 31;
  EXPECT_THAT(error_of([&] { load_dataset(questions.spec); }), HasSubstr("even"));
}

TEST(Choices, TheDrawIsByTheDataSeedAndThePlace) {
  QuestionFolder questions;
  const auto texts = [&] {
    std::set<std::string> all;
    for (const auto& example : load_dataset(questions.spec).inputs.train)
      all.insert(example.fields.at("choice"));
    return all;
  };
  const auto first = texts();
  EXPECT_EQ(first, texts());
  questions.folder.write("train.jsonl", qinglan::questions(70, "a"));
  const auto longer = texts();
  EXPECT_TRUE(std::includes(longer.begin(), longer.end(), first.begin(), first.end()))
      << "rows that follow change no draw";
  questions.folder.write("train.jsonl", qinglan::questions(60, "a"));
  questions.spec.seed = 1;
  EXPECT_NE(first, texts());
}

TEST(Choices, OneFileIsCutByQuestion) {
  QuestionFolder questions;
  questions.spec.path = questions.folder.write("all.jsonl", qinglan::questions(200, "a"));
  questions.spec.id = "key";
  const Dataset data = load_dataset(questions.spec);
  EXPECT_EQ(data.inputs.train.size() + data.inputs.test.size(), 400u);
  std::set<std::string> tested;
  for (const auto& example : data.inputs.test) tested.insert(example.group);
  EXPECT_EQ(tested.size() * 2, data.inputs.test.size());
  for (const auto& example : data.inputs.train) {
    EXPECT_FALSE(tested.contains(example.group));
    EXPECT_EQ(example.id.substr(0, example.id.find('#')),
              example.fields.at("question").substr(0, example.fields.at("question").find(' ')));
  }
}

TEST(Choices, AQuestionThatTestHasTooLeavesTrainWhole) {
  QuestionFolder questions;
  questions.folder.write("test.jsonl", qinglan::questions(20, "b") + qinglan::questions(3, "a"));
  questions.spec.allow_overlap = true;
  const Dataset data = load_dataset(questions.spec);
  EXPECT_EQ(data.inputs.train.size(), 114u);
  EXPECT_THAT(data.facts.train_share, ElementsAre(0.5, 0.5));
}

TEST(Choices, PairsWithoutAQuestionAreGroupedByTheirAnswers) {
  const TestFolder folder;
  std::string pairs;
  for (int i = 0; i < 10; ++i)
    pairs +=
        R"({"chosen": "good )" + std::to_string(i) + R"(", "rejected": "bad )" + std::to_string(i) + "\"}\n";
  folder.write("train.jsonl", pairs);
  folder.write("test.jsonl", R"({"chosen": "one", "rejected": "two"})"
                             "\n");
  DatasetSpec spec;
  spec.path = folder.path();
  spec.text = "{choice}";
  spec.label = "chosen";
  spec.choices = {"chosen", "rejected"};
  const Dataset data = load_dataset(spec);
  std::set<std::string> groups;
  for (const auto& example : data.inputs.train) {
    groups.insert(example.group);
    EXPECT_EQ(data.truth.label(example.id), example.fields.at("choice").starts_with("good"));
  }
  EXPECT_EQ(groups.size(), 10u);
}

TEST(Choices, RefusesWhatGivesTheAnswerAway) {
  const QuestionFolder questions;
  const auto with = [&](const std::function<void(DatasetSpec&)>& change) {
    DatasetSpec spec = questions.spec;
    change(spec);
    return error_of([&] { load_dataset(spec); });
  };
  EXPECT_THAT(with([](auto& s) { s.text = "{question}"; }), HasSubstr("{choice}"));
  EXPECT_THAT(with([](auto& s) { s.text = "{choice} {label}"; }), HasSubstr("gives the answer away"));
  EXPECT_THAT(with([](auto& s) { s.group = "{choice}"; }), HasSubstr("differs within a question"));
  EXPECT_THAT(with([](auto& s) {
                s.choices = {"key", "question"}, s.label = "key";
                s.text = "{question} {choice}";
              }),
              HasSubstr("gives the right one away"));
  EXPECT_THAT(with([](auto& s) { s.text = "{question} {choice} {answers}"; }), HasSubstr("array"));
  EXPECT_THAT(with([](auto& s) { s.choices = {}, s.text = "{question} {answers}"; }),
              HasSubstr("[data] choices"));
  questions.folder.write("train.jsonl",
                         R"({"question": "q", "choice": "x", "answers": ["a", "b"], "label": 0})"
                         "\n");
  EXPECT_THAT(with([](auto&) {}), AllOf(HasSubstr("train.jsonl:1"), HasSubstr("rename")));
}

TEST(GroupWords, VariantsOfOneSentenceStayTogether) {
  const TestFolder folder;
  folder.write("train.jsonl",
               "{\"text\": \"I do  this because A\", \"label\": 1}\n{\"text\": \"i DO this because b\", "
               "\"label\": 0}\n"
               "{\"text\": \"I do\", \"label\": 0}\n{\"text\": \"You saw it too\", \"label\": 1}\n");
  folder.write("test.jsonl", "{\"text\": \"you saw it once\", \"label\": 1}\n");
  DatasetSpec spec;
  spec.path = folder.path();
  spec.group = "text";
  spec.group_words = 3;
  spec.balance = false;
  const Dataset data = load_dataset(spec);
  std::set<std::string> groups;
  for (const auto& example : data.inputs.train) groups.insert(example.group);
  EXPECT_THAT(groups, ElementsAre("i do", "i do this"));
  EXPECT_EQ(data.facts.dropped.at("group in test"), 1);
  spec.group = "";
  EXPECT_THAT(error_of([&] { load_dataset(spec); }), HasSubstr("group_words"));
}

TEST(KnownDatasets, AreFoundByNameAndDeriveColumns) {
  EXPECT_THAT(error_of([] { find_known_dataset("siq"); }), HasSubstr("did you mean \"sciq\"?"));
  const auto& pairs = find_known_dataset("hh_harmless");
  Row row{{{"chosen", "x"}, {"rejected", "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: d"}}, 1};
  pairs.derive(row);
  EXPECT_EQ(row.fields["prompt"], "\n\nHuman: a\n\nAssistant: b\n\nHuman: c");
}

}  // namespace
}  // namespace qinglan
