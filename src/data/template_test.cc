#include "data/template.h"

#include <gmock/gmock.h>

#include "data/test_files.h"

namespace qinglan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Template, RendersColumnsAndKeepsTheRest) {
  const auto pair = Template::parse("{passage}\nQ: {question}?");
  EXPECT_THAT(pair.columns(), ElementsAre("passage", "question"));
  EXPECT_EQ(pair.render({{"passage", "p {x}"}, {"question", "q"}, {"other", "o"}}), "p {x}\nQ: q?");
  EXPECT_EQ(Template::parse("{{{a}}}{a}").render({{"a", "1"}}), "{1}1");
}

TEST(Template, ABareNameIsAColumn) {
  EXPECT_EQ(Template::parse("text").render({{"text", "hello"}}), "hello");
  EXPECT_EQ(Template::parse("{{text}}").render({}), "{text}");
}

TEST(Template, SaysWhatIsWrong) {
  for (const char* text : {"", "{a", "a}", "{}", "{a{b}", "{a}}"})
    EXPECT_THAT(error_of([&] { Template::parse(text); }), HasSubstr("usage")) << text;
  EXPECT_THAT(error_of([] {
                Template::parse("{txt}").render({{"text", ""}, {"label", ""}});
              }),
              testing::AllOf(HasSubstr("\"txt\""), HasSubstr("label, text")));
}

}  // namespace
}  // namespace qinglan
