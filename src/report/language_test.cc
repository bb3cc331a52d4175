#include "report/language.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace qinglan {
namespace {

std::string chinese(const std::string& english) { return in_language(words(english), Language::chinese); }

TEST(Language, SaysPatternsWithTheirHoles) {
  EXPECT_EQ(chinese("The answer"), "答案");
  EXPECT_EQ(chinese("12 cells"), "12 个单元格");
  EXPECT_EQ(chinese("About 9 seeds and 1,600 test rows would decide."),
            "大约 9 个种子和 1,600 条测试行即可判断。");
  EXPECT_EQ(chinese("undefined: no ceiling"), "没有定义：没有上限");
}

TEST(Language, KeepsNamesWhateverTheyAre) {
  EXPECT_EQ(chinese("labels of Gain"), " Gain 的标签");
  EXPECT_EQ(chinese("accuracy misleads here: always answering 'Verdict' scores 71.0%; AUROC is judged"),
            "准确率在此会误导：总是回答“Verdict”就得 71.0%；以 AUROC 裁定");
  EXPECT_EQ(in_language(text("The answer"), Language::chinese), "The answer");
}

TEST(Language, OfPartsSaysWhatItKnows) {
  EXPECT_EQ(chinese("Nobody wrote this down. Corpus: films."), "Nobody wrote this down. 语料：films。");
  EXPECT_EQ(chinese("Nobody wrote this down"), "Nobody wrote this down");
}

TEST(Language, StaysEscaped) {
  EXPECT_EQ(chinese("labels of <b>&"), " &lt;b&gt;&amp; 的标签");
  EXPECT_EQ(in_language(words("a\x01 < b\x02"), Language::english), "a\xef\xbf\xbd &lt; b\xef\xbf\xbd");
}

TEST(Language, IsEnglishOrChinese) {
  EXPECT_EQ(html_code(language_named("zh")), "zh-Hans");
  EXPECT_THROW(language_named("fr"), Error);
}

}  // namespace
}  // namespace qinglan
