#include "supervise/label_file.h"

#include <gmock/gmock.h>

#include <set>

#include "data/test_files.h"
#include "supervise/relabel.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

const std::vector<std::string> kIds{"a", "b", "c"}, kClasses{"no", "yes"};

TEST(LabelFile, TakesLabelsProbabilitiesAndAbstentions) {
  const TestFolder folder;
  const auto path = folder.write("l.jsonl", R"({"id": "c", "label": "yes"}
{"id": "other", "label": "no"}
{"id": "a", "p": [0.2501, 0.75]}
{"id": "b", "abstain": true}
)");
  const auto labels = read_label_file(path, kIds, kClasses);
  EXPECT_EQ(labels.ids, kIds);
  EXPECT_THAT(labels.p,
              ElementsAre(FloatEq(0.2501 / 1.0001), FloatEq(0.75 / 1.0001), 0.5f, 0.5f, 0.0f, 1.0f));
  EXPECT_THAT(labels.abstain, ElementsAre(0, 1, 0));
  EXPECT_EQ(labels.provenance["unused"], 1);
}

TEST(LabelFile, TakesTablesAndRowNumbers) {
  const TestFolder folder;
  const auto path = folder.write("l.csv", "row,split,p_no,p_yes\n5,train,1,0\n5,test,0,1\n0,train,0.5,0.5\n");
  const auto labels = read_label_file(path, {"x", "y"}, kClasses, {.rows = {5, 0}});
  EXPECT_THAT(labels.p, ElementsAre(1, 0, 0.5f, 0.5f));
  EXPECT_THAT(read_label_file(path, {"t"}, kClasses, {.rows = {5}, .split = "test"}).p, ElementsAre(0, 1));
  EXPECT_THAT(error_of([&] {
                read_label_file(path, {"x", "y"}, kClasses);
              }),
              HasSubstr("\"id\" instead of \"row\""));
}

TEST(LabelFile, ProbabilitiesGoBeforeALabelInEveryFormat) {
  const TestFolder folder;
  const auto list = folder.write("l.jsonl", R"({"id": "a", "label": "yes", "p": [0.25, 0.75]})"),
             columns = folder.write("l.csv", "id,label,p_no,p_yes\na,yes,0.25,0.75\n"),
             some = folder.write("s.csv", "id,label,p_no\na,yes,0.25\n");
  for (const auto& path : {list, columns})
    EXPECT_THAT(read_label_file(path, {"a"}, kClasses).p, ElementsAre(0.25, 0.75));
  EXPECT_THAT(read_label_file(some, {"a"}, kClasses).p, ElementsAre(0, 1));
}

// Of labels for the rows of train.jsonl none is taken for the row of test.jsonl with the same number.
TEST(LabelFile, RowsWithoutASplitAreTheTrainFiles) {
  const TestFolder folder;
  const auto path = folder.write("l.csv", "row,label\n0,no\n1,yes\n");
  EXPECT_THAT(read_label_file(path, {"x"}, kClasses, {.rows = {1}, .files_apart = true}).p,
              ElementsAre(0, 1));
  EXPECT_THAT(error_of([&] {
                read_label_file(path, {"t"}, kClasses, {.rows = {1}, .split = "test", .files_apart = true});
              }),
              AllOf(HasSubstr("train file's"), HasSubstr("split")));
  const auto mixed = folder.write("m.jsonl", R"({"row": 1, "split": "test", "label": "no"}
{"row": 1, "label": "yes"}
{"row": 0, "split": "", "label": "yes"}
)");
  const RowPlaces test{.rows = {1}, .split = "test", .files_apart = true},
      train{.rows = {1, 0}, .files_apart = true};
  EXPECT_THAT(read_label_file(mixed, {"t"}, kClasses, test).p, ElementsAre(1, 0));
  EXPECT_THAT(read_label_file(mixed, {"x", "y"}, kClasses, train).p, ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(read_label_file(path, {"t"}, kClasses, {.rows = {1}, .split = "test"}).p, ElementsAre(0, 1));
}

TEST(LabelFile, NamesLineAndId) {
  const TestFolder folder;
  const auto with = [&](const std::string& line) {
    const auto path = folder.write("l.jsonl", R"({"id": "a", "label": "no"}
{"id": "b", "label": "no"}
)" + line + "\n");
    return error_of([&] { read_label_file(path, kIds, kClasses); });
  };
  EXPECT_EQ(with(R"({"id": "c", "label": "no"})"), "no error");
  EXPECT_THAT(with(R"({"id": "c", "label": "maybe"})"),
              AllOf(HasSubstr("l.jsonl:3"), HasSubstr("\"c\""), HasSubstr("\"no\", \"yes\"")));
  EXPECT_THAT(with(R"({"id": "c", "p": [0.5, 0.6]})"), AllOf(HasSubstr("l.jsonl:3"), HasSubstr("sum to 1")));
  EXPECT_THAT(with(R"({"id": "c", "p": [-1, 2]})"), HasSubstr("negative"));
  EXPECT_THAT(with(R"({"id": "c", "p": [1]})"), HasSubstr("does not fit"));
  EXPECT_EQ(with(R"({"id": "c", "label": "yes", "p": [0.5, 0.5]})"), "no error");
  EXPECT_THAT(with(R"({"id": "c", "label": "no", "p": [0.4, 0.6]})"),
              AllOf(HasSubstr("l.jsonl:3"), HasSubstr("disagree"), HasSubstr("\"yes\"")));
  EXPECT_THAT(with(R"({"id": "b", "label": "no"})"), AllOf(HasSubstr("second label"), HasSubstr("line 2")));
  EXPECT_THAT(with(R"({"id": "c"})"), HasSubstr("there is no label"));
  EXPECT_THAT(with(R"({"label": "no"})"), HasSubstr("there is no \"id\""));
  EXPECT_THAT(
      with(R"({"id": "z", "label": "no"})"),
      AllOf(HasSubstr("1 of 3 examples have no label, first the id \"c\""), HasSubstr("1 for others")));
}

TEST(Relabel, ShufflesRowsByTheSeed) {
  WeakLabels labels;
  labels.classes = 2;
  for (int i = 0; i < 50; ++i) {
    labels.ids.push_back(std::to_string(i));
    labels.p.insert(labels.p.end(), {static_cast<float>(i) / 64, 1 - static_cast<float>(i) / 64});
    labels.abstain.push_back(i == 7);
  }
  const auto shuffled = shuffle_labels(labels, 1);
  EXPECT_EQ(shuffled.ids, labels.ids);
  EXPECT_NE(shuffled.p, labels.p);
  EXPECT_EQ(shuffled.p, shuffle_labels(labels, 1).p);
  EXPECT_NE(shuffled.p, shuffle_labels(labels, 2).p);
  std::multiset<float> before, after;
  for (std::size_t i = 0; i < 50; ++i) {
    before.insert(labels.p[2 * i]), after.insert(shuffled.p[2 * i]);
    EXPECT_EQ(shuffled.p[2 * i] + shuffled.p[2 * i + 1], 1.0f);
    EXPECT_EQ(shuffled.abstain[i] != 0, shuffled.p[2 * i] == 7.0f / 64) << "abstentions move with their row";
  }
  EXPECT_EQ(before, after);
}

TEST(Relabel, PredictionsBecomeLabels) {
  const auto labels = labels_from({{"a"}, 2, {0.0f, 0.0f}}, {{"kind", "model"}});
  EXPECT_THAT(labels.p, ElementsAre(0.5f, 0.5f));
  EXPECT_THAT(labels.abstain, ElementsAre(0));
  EXPECT_EQ(labels.provenance["kind"], "model");
}

}  // namespace
}  // namespace qinglan
