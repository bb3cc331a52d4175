#include "catalog/pipeline.h"

#include <gmock/gmock.h>

#include <set>

#include "base/error.h"
#include "catalog/stage.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    parse_pipeline(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

TEST(Stage, EveryEntryIsCompleteAndNoneIsAMethod) {
  std::set<std::string> names;
  for (const auto& method : methods()) names.insert(method.name);
  for (const auto& stage : stages()) {
    const MethodInfo& about = stage.about;
    EXPECT_TRUE(names.insert(about.name).second) << about.name;
    for (const auto& text : {about.formula, about.source, about.when})
      EXPECT_FALSE(text.empty()) << about.name;
    const Json defaults = resolve_parameters(about, Json::object());
    EXPECT_NO_THROW(resolve_parameters(about, defaults)) << about.name;
    EXPECT_EQ(defaults.contains("depth"), stage.reads_features) << about.name;
    EXPECT_EQ(defaults.contains("rows"), stage.spends_gold || stage.judges_by_gold) << about.name;
    EXPECT_EQ(&find_part(about.name), &about);
  }
}

TEST(Pipeline, SpacesAreFreeAndTheLossIsNaiveWhereThereIsNone) {
  EXPECT_EQ(parse_pipeline("naive").text(), "naive");
  EXPECT_TRUE(parse_pipeline("logconf").stages.empty());
  EXPECT_EQ(parse_pipeline(" filter:topo|logconf ").text(), "filter:topo | logconf");
  EXPECT_EQ(parse_pipeline("relabel:knn |  filter:confidence").text(),
            "relabel:knn | filter:confidence | naive");
  EXPECT_EQ(parse_pipeline("filter:trust | retrain:confident | gold:replace").text(),
            "filter:trust | retrain:confident | gold:replace | naive");
}

TEST(Pipeline, RefusesWhatCannotBeMeantAndSaysWhere) {
  EXPECT_THAT(error_of("filter:topo || naive"), AllOf(HasSubstr("part 2"), HasSubstr("empty")));
  EXPECT_THAT(error_of("filter:topo |"), HasSubstr("part 2"));
  EXPECT_THAT(error_of("  "), HasSubstr("no name"));
  EXPECT_THAT(error_of("naive | logconf"), AllOf(HasSubstr("part 1"), HasSubstr("naive, is a loss")));
  EXPECT_THAT(error_of("logconf | filter:topo"), AllOf(HasSubstr("part 1"), HasSubstr("filter:confidence")));
  EXPECT_THAT(error_of("filter:tpoo | naive"), HasSubstr("did you mean filter:topo"));
  EXPECT_THAT(error_of("filter:topo | lgoconf"), HasSubstr("did you mean logconf"));
  EXPECT_THAT(error_of("filter:topo | start:locked | naive"),
              AllOf(HasSubstr("part 2"), HasSubstr("starts from"), HasSubstr("first part")));
  EXPECT_THROW(find_part("filter:topo | naive"), Error);
}

}  // namespace
}  // namespace qinglan
