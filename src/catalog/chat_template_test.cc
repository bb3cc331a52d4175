#include "catalog/chat_template.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/test_support.h"

namespace qinglan {
namespace {

class ChatTemplateFiles : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::optional<ChatTemplateSource> find() { return find_chat_template(folder_ / ""); }
  TemporaryFolder folder_;
};

TEST_F(ChatTemplateFiles, AFolderWithoutOneHasNone) {
  EXPECT_FALSE(find());
  write("tokenizer_config.json", R"({"bos_token":"<s>"})");
  EXPECT_FALSE(find());
  write("tokenizer_config.json", R"({"chat_template":null})");
  EXPECT_FALSE(find());
}

TEST_F(ChatTemplateFiles, AConfigKeepsATextAndItsTokens) {
  write(
      "tokenizer_config.json",
      R"({"chat_template":"{{ x }}","bos_token":"<s>","eos_token":{"content":"</s>"},"pad_token":null,"sep_token":3})");
  const auto found = find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "{{ x }}");
  EXPECT_EQ(found->tokens, (std::map<std::string, std::string>{{"bos_token", "<s>"}, {"eos_token", "</s>"}}));
  EXPECT_EQ(std::filesystem::path(found->file).filename(), "tokenizer_config.json");
  // The path may be that of a tokenizer.json beside it.
  EXPECT_EQ(digest_of(*find_chat_template(folder_ / "tokenizer.json")), digest_of(*found));
}

TEST_F(ChatTemplateFiles, OfNamedOnesTheDefaultIsTaken) {
  write("tokenizer_config.json",
        R"({"chat_template":[{"name":"tool_use","template":"t"},{"name":"default","template":"d"}]})");
  EXPECT_EQ(find()->text, "d");
  write("tokenizer_config.json", R"({"chat_template":[{"name":"tool_use","template":"t"}]})");
  expect_error(ErrorKind::unsupported, {"default", "tool_use", "tokenizer_config.json"}, [&] { find(); });
}

TEST_F(ChatTemplateFiles, AFileOfItsOwnComesFirst) {
  write("tokenizer_config.json", R"({"chat_template":"config","bos_token":"<s>"})");
  const std::string before = digest_of(*find());
  write("chat_template.jinja", "own file\n");
  EXPECT_EQ(find()->text, "own file\n");
  EXPECT_EQ(find()->tokens.at("bos_token"), "<s>");
  EXPECT_NE(digest_of(*find()), before);
}

TEST_F(ChatTemplateFiles, OddFormsAreErrors) {
  for (const char* value :
       {"3", "{}", "[]", "[3]", R"([{"name":"default"}])", R"([{"name":3,"template":"x"}])"}) {
    write("tokenizer_config.json", std::string(R"({"chat_template":)") + value + "}");
    expect_error(ErrorKind::corrupt_data, {"chat_template", "tokenizer_config.json"}, [&] { find(); });
  }
  write("tokenizer_config.json", "[]");
  expect_error(ErrorKind::corrupt_data, {"tokenizer_config.json"}, [&] { find(); });
}

}  // namespace
}  // namespace qinglan
