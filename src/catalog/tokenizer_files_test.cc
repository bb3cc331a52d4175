#include "catalog/tokenizer_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/test_support.h"

namespace qinglan {
namespace {

TEST(TokenizerFiles, AreLookedForInTheirOrder) {
  const TemporaryFolder folder;
  const auto add = [&](const char* name) { std::ofstream(folder / name) << "x"; };
  const auto kind = [&] { return find_tokenizer_files(folder / "")->kind; };
  EXPECT_FALSE(find_tokenizer_files(folder / ""));
  EXPECT_FALSE(find_tokenizer_files("/nowhere"));
  add("merges.txt");
  EXPECT_FALSE(find_tokenizer_files(folder / ""));
  add("sentencepiece.bpe.model");
  EXPECT_EQ(kind(), TokenizerKind::sentencepiece);
  add("vocab.json");
  EXPECT_EQ(kind(), TokenizerKind::vocab_json);
  add("vocab.txt");
  EXPECT_EQ(kind(), TokenizerKind::vocab_txt);
  add("tokenizer.json");
  EXPECT_EQ(kind(), TokenizerKind::tokenizer_json);
}

TEST(TokenizerFiles, HoldAllThatIdsDependOn) {
  const TemporaryFolder folder;
  for (const char* name :
       {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "other.json"})
    std::ofstream(folder / name) << "x";
  std::vector<std::string> names;
  const auto found = find_tokenizer_files(folder / "");
  ASSERT_TRUE(found);
  for (const auto& file : found->files) names.push_back(std::filesystem::path(file).filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"vocab.json", "merges.txt", "tokenizer_config.json",
                                             "special_tokens_map.json"}));
}

}  // namespace
}  // namespace qinglan
