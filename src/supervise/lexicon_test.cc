#include "supervise/lexicon.h"

#include <gmock/gmock.h>

#include <cmath>

#include "data/test_files.h"
#include "io/deps_folder.h"
#include "supervise/words.h"

namespace qinglan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Lexicon invented() {
  return Lexicon::parse(
      "good\t1.5\t0.3\t[1, 2]\nbad\t-1.5\nfed up\t-2\nup\t0.5\n:D\t2\nx:\t-1\ncan't\t-0.25\nÉté\t1\n",
      "list");
}

TEST(Words, AreRunsWithoutOuterApostrophes) {
  EXPECT_THAT(split_words("Isn't 'THIS' it--42x \xc3\x89t\xc3\xa9?"),
              ElementsAre("isn't", "this", "it", "42x", "\xc3\x89t\xc3\xa9"));
  EXPECT_THAT(split_words(" ' '' "), ElementsAre());
}

TEST(Lexicon, SumsValences) {
  const auto list = invented();
  EXPECT_EQ(list.size(), 8u);
  EXPECT_DOUBLE_EQ(list.valence("GOOD, good-bad"), 1.5);
  EXPECT_DOUBLE_EQ(list.valence("nothing here"), 0);
  EXPECT_DOUBLE_EQ(list.valence("Fed\nup, up"), -1.5) << "the longest entry comes first";
  EXPECT_DOUBLE_EQ(list.valence("fed"), 0);
  EXPECT_DOUBLE_EQ(list.valence("I can't :D"), 1.75);
  EXPECT_DOUBLE_EQ(list.valence("can't:D"), -0.25) << "an emoticon stands alone";
  EXPECT_DOUBLE_EQ(list.valence(":d x:"), -1);
}

TEST(Lexicon, LabelsWithSigmoidAndAbstains) {
  const auto list = Lexicon::parse("a\t0.1\nb\t0.2\nc\t-0.3\n", "list");
  const auto labels = list.label({"1", "2", "3"}, {"a b", "a b c", "c c"}, 0.3);
  EXPECT_NEAR(labels.p[1], 1 / (1 + std::exp(-1.0)), 1e-7);
  EXPECT_EQ(labels.p[2], 0.5f);
  EXPECT_THAT(labels.abstain, ElementsAre(0, 1, 0)) << "0.1 + 0.2 - 0.3 is nothing but rounding";
  EXPECT_NEAR(labels.p[5], 1 / (1 + std::exp(2.0)), 1e-7);
  EXPECT_THAT(error_of([&] { list.label({}, {}, 0); }), HasSubstr("above 0"));
}

TEST(Lexicon, NamesBadLines) {
  EXPECT_THAT(error_of([] { Lexicon::parse("good\t1\nbad 2\n", "list"); }), HasSubstr("list:2"));
  EXPECT_THAT(error_of([] { Lexicon::parse("good\tone\n", "list"); }), HasSubstr("\"one\""));
  EXPECT_THAT(error_of([] { Lexicon::parse("good\tinf\n", "list"); }), HasSubstr("list:1"));
  EXPECT_THAT(error_of([] { Lexicon::parse("\n", "list"); }), HasSubstr("empty"));
  EXPECT_THAT(error_of([] { Lexicon::parse("\xff\t1\n", "list"); }), HasSubstr("UTF-8"));
  EXPECT_THAT(error_of([] { Lexicon::load("/no/list"); }), HasSubstr("/no/list"));
}

// What was counted by an independent program: positive 59.3%, negative 27.4%, ties 13.2%, right 61.8% (ties
// half).
TEST(Lexicon, FilmsAsCountedElsewhere) {
  const std::string path = deps_folder() + "/data/vaderSentiment-3.3.2/vaderSentiment/vader_lexicon.txt";
  QL_NEED_FILE(path);
  DatasetSpec spec;
  spec.path = "vader-films";
  const auto data = load_dataset(spec);
  std::vector<std::string> ids, texts;
  for (const auto* split : {&data.inputs.train, &data.inputs.test})
    for (const auto& example : *split) ids.push_back(example.id), texts.push_back(example.fields.at("text"));
  const auto labels = Lexicon::load(path).label(ids, texts, 1.0);
  double positive = 0, ties = 0, right = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ties += labels.abstain[i];
    positive += !labels.abstain[i] && labels.hard(i) == 1;
    right += labels.abstain[i] ? 0.5 : labels.hard(i) == data.truth.label(ids[i]);
  }
  const auto n = static_cast<double>(ids.size());
  EXPECT_NEAR(positive / n, 0.593, 0.002);
  EXPECT_NEAR(ties / n, 0.132, 0.002);
  EXPECT_NEAR(right / n, 0.618, 0.001);
}

}  // namespace
}  // namespace qinglan
