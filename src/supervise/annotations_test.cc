#include "supervise/annotations.h"

#include <gmock/gmock.h>

#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kIds{"a", "b", "c"}, kClasses{"no", "yes"};

// "x:0 y:1" for each row.
std::vector<std::string> said(const Annotations& all) {
  std::vector<std::string> rows;
  for (const auto& answers : all.answers) {
    std::string row;
    for (const auto& answer : answers)
      row += (row.empty() ? "" : " ") + all.annotators[answer.annotator] + ":" + std::to_string(answer.label);
    rows.push_back(row);
  }
  return rows;
}

TEST(Annotations, LongAndWideFilesSayTheSame) {
  const TestFolder folder;
  const auto tall =
      folder.write("l.csv",
                   "id,annotator,label\na,annotator_x,no\nc,annotator_y,yes\nother,annotator_x,no\n"
                   "a,annotator_y,yes\nc,annotator_x,\n");
  const auto wide =
      folder.write("w.csv", "id,annotator_y,note,annotator_x\na,yes,hm,no\nc,yes,,\nother,,,no\n");
  const auto json = folder.write("w.jsonl", R"({"id": "c", "annotator_y": "yes", "annotator_x": null}
{"id": "other", "annotator_x": "no"}
{"id": "a", "annotator_x": "no", "annotator_y": "yes"}
)");
  for (const auto& path : {tall, wide, json}) {
    const auto all = read_annotations(path, kIds, kClasses);
    EXPECT_THAT(all.annotators, ElementsAre("annotator_x", "annotator_y")) << path;
    EXPECT_THAT(said(all), ElementsAre("annotator_x:0 annotator_y:1", "", "annotator_y:1")) << path;
    EXPECT_EQ(all.unused, 1u) << path;
  }
}

TEST(Annotations, OnlyTheNamedOnesCount) {
  const TestFolder folder;
  const auto wide = folder.write("w.csv", "id,x,y,text\na,no,yes,maybe\n");
  EXPECT_THAT(said(read_annotations(wide, kIds, kClasses, {}, {"y", "x"})), ElementsAre("x:0 y:1", "", ""));
  EXPECT_THAT(said(read_annotations(wide, kIds, kClasses, {}, {"y"})), ElementsAre("y:1", "", ""));
  EXPECT_THAT(error_of([&] { read_annotations(wide, kIds, kClasses); }),
              AllOf(HasSubstr("names no annotator"), HasSubstr("id, text, x, y"),
                    HasSubstr("supervisor.annotators")));
  const auto tall = folder.write("l.csv", "id,annotator,label\na,xavier,no\na,yvonne,never\n");
  EXPECT_THAT(said(read_annotations(tall, kIds, kClasses, {}, {"xavier"})), ElementsAre("xavier:0", "", ""));
  EXPECT_THAT(error_of([&] { read_annotations(tall, kIds, kClasses, {}, {"xaver"}); }),
              AllOf(HasSubstr("no annotator \"xaver\""), HasSubstr("did you mean \"xavier\"?")));
}

TEST(Annotations, RowsAreCountedBySplit) {
  const TestFolder folder;
  const auto path =
      folder.write("l.csv", "row,split,annotator,label\n0,train,x,no\n0,test,x,yes\n1,,y,yes\n");
  const RowPlaces train{.rows = {0, 1}, .files_apart = true},
      test{.rows = {0, 1}, .split = "test", .files_apart = true};
  EXPECT_THAT(said(read_annotations(path, {"a", "b"}, kClasses, train)), ElementsAre("x:0", "y:1"));
  const auto all = read_annotations(path, {"t", "u"}, kClasses, test);
  EXPECT_THAT(said(all), ElementsAre("x:1", ""));
  EXPECT_THAT(all.annotators, ElementsAre("x", "y")) << "of the whole file, so that both splits count alike";
}

TEST(Annotations, NamesLineAndId) {
  const TestFolder folder;
  const auto with = [&](const std::string& line) {
    const auto path = folder.write("l.jsonl", R"({"id": "a", "annotator": "x", "label": "no"}
)" + line + "\n");
    return error_of([&] { read_annotations(path, kIds, kClasses); });
  };
  EXPECT_EQ(with(R"({"id": "a", "annotator": "y", "label": "no"})"), "no error");
  EXPECT_THAT(with(R"({"id": "a", "annotator": "x", "label": "yes"})"),
              AllOf(HasSubstr("l.jsonl:2"), HasSubstr("second answer of \"x\""), HasSubstr("\"a\""),
                    HasSubstr("line 1")));
  EXPECT_THAT(with(R"({"id": "b", "annotator": "x", "label": "maybe"})"),
              AllOf(HasSubstr("l.jsonl:2"), HasSubstr("outside the classes"), HasSubstr("\"maybe\"")));
  EXPECT_THAT(with(R"({"id": "b", "annotator": "x"})"), HasSubstr("there is no \"label\" for the id \"b\""));
  EXPECT_THAT(with(R"({"id": "b", "annotator": "", "label": "no"})"), HasSubstr("there is no \"annotator\""));
  EXPECT_THAT(with(R"({"annotator": "x", "label": "no"})"), HasSubstr("there is no \"id\""));
  const auto strangers = folder.write("s.csv", "id,annotator,label\nz,x,no\n");
  EXPECT_THAT(error_of([&] { read_annotations(strangers, kIds, kClasses); }),
              AllOf(HasSubstr("no annotator says anything of any of the 3 train rows"),
                    HasSubstr("1 answers about other examples")));
  EXPECT_THAT(error_of([&] { read_annotations(folder.write("e.jsonl", ""), kIds, kClasses); }),
              HasSubstr("annotator file is empty"));
}

}  // namespace
}  // namespace qinglan
