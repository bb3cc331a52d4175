// Definitions made to hang, to fill the memory or to lie: each is refused by name, or harmless.

#include <gmock/gmock.h>

#include <functional>

#include "base/base64.h"
#include "base/json.h"
#include "io/rows.h"
#include "io/test_support.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"

namespace qinglan {
namespace {

Json small_bpe() {
  return {{"added_tokens", Json::array({to_json(AddedToken{.id = 3, .content = "<s>", .special = true})})},
          {"normalizer", nullptr},
          {"pre_tokenizer", nullptr},
          {"post_processor", nullptr},
          {"decoder", nullptr},
          {"model", bpe_model({{"a", 0}, {"b", 1}, {"ab", 2}}, Json::array({Json::array({"a", "b"})}))}};
}

void load(const Json& definition) { Tokenizer::from_json(definition.dump(), "bad.json"); }

void refuse(ErrorKind kind, const std::vector<std::string>& words, const std::function<void(Json&)>& spoil) {
  Json definition = small_bpe();
  spoil(definition);
  expect_error(kind, words, [&] { load(definition); });
}

TEST(HostileTokenizer, TheSmallOneIsGood) { EXPECT_NO_THROW(load(small_bpe())); }

TEST(HostileTokenizer, PatternsThatTryOverAndOverAreNamed) {
  const std::string bomb = "^(a+)+$";
  const std::string text = std::string(64, 'a') + "b";
  Json split = small_bpe(), replace = small_bpe();
  split["pre_tokenizer"] = split_isolated(bomb);
  replace["normalizer"] = {{"type", "Replace"}, {"pattern", {{"Regex", bomb}}}, {"content", ""}};
  for (const Json& definition : {split, replace}) {
    const auto tokenizer = Tokenizer::from_json(definition.dump(), "bomb.json");
    expect_error(ErrorKind::unsupported, {"bomb.json", bomb, "retry-limit"},
                 [&] { tokenizer.encode(text, true); });
    const std::vector<std::string> batch{"ab", text, "b"};
    expect_error(ErrorKind::unsupported, {bomb}, [&] { tokenizer.encode_batch(batch, true); });
    EXPECT_FALSE(tokenizer.encode("ab", false).empty());  // and it works on
  }
}

TEST(HostileTokenizer, LongRunsAreNoBombs) {
  for (const char* pattern :
       {R"(\s+(?!\S)|\s+)", R"([^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|\s*[\r\n]+|\s+(?!\S)|\s+)"}) {
    Json definition = small_bpe();
    definition["pre_tokenizer"] = split_isolated(pattern);
    const auto tokenizer = Tokenizer::from_json(definition.dump(), "good.json");
    for (const char letter : {' ', 'a', '1', '\n', '-'})
      EXPECT_NO_THROW(tokenizer.encode(std::string(1 << 20, letter) + "b", false)) << pattern << letter;
  }
}

TEST(HostileTokenizer, PatternsThatAreNone) {
  for (const char* pattern : {"(", "[", "*", "(?<", "\\p{Nothing}", "a{100001}"})
    refuse(ErrorKind::corrupt_data, {"bad.json"},
           [&](Json& d) { d["pre_tokenizer"] = split_isolated(pattern); });
}

TEST(HostileTokenizer, IdsThatLie) {
  const auto corrupt = ErrorKind::corrupt_data;
  refuse(corrupt, {"id of token \"b\"", "4294967295"},
         [](Json& d) { d["model"]["vocab"]["b"] = 4294967295u; });
  refuse(corrupt, {"id of token \"b\"", "-1"}, [](Json& d) { d["model"]["vocab"]["b"] = -1; });
  refuse(corrupt, {"id of token \"b\"", "1.5"}, [](Json& d) { d["model"]["vocab"]["b"] = 1.5; });
  refuse(corrupt, {"one id", "0 twice"}, [](Json& d) { d["model"]["vocab"]["b"] = 0; });
  refuse(corrupt, {"<s>", "expected 3", "found 9"}, [](Json& d) { d["added_tokens"][0]["id"] = 9; });
  refuse(corrupt, {"outside the vocabulary", "77"}, [](Json& d) {
    d["post_processor"] = template_processing(SpecialToken{"<s>", 77}, std::nullopt);
  });
}

TEST(HostileTokenizer, MergesThatLie) {
  const auto merge = [](std::vector<std::string> parts) {
    return [parts](Json& d) { d["model"]["merges"] = Json::array({Json(parts)}); };
  };
  const auto corrupt = ErrorKind::corrupt_data;
  refuse(corrupt, {"bad.json", "xyz"}, merge({"a", "xyz"}));
  refuse(corrupt, {"bad.json", "ba"}, merge({"b", "a"}));
  refuse(corrupt, {"bad.json"}, merge({"ab", "ab"}));
  refuse(corrupt, {"bad.json"}, merge({std::string(1 << 20, 'a'), "b"}));
  refuse(corrupt, {"bad.json"}, merge({"a", "b", "a"}));
}

TEST(HostileTokenizer, AMillionMergesOfOnePairAreOne) {
  Json definition = small_bpe();
  Json merges = Json::array();
  for (int i = 0; i < 1000000; ++i) merges.push_back("a b");
  definition["model"]["merges"] = merges;
  const auto tokenizer = Tokenizer::from_json(definition.dump(), "many.json");
  EXPECT_EQ(tokenizer.encode("abab", false), (std::vector<std::int32_t>{2, 2}));
}

TEST(HostileTokenizer, NestingIsBounded) {
  std::string deep = "{\"normalizer\":";
  for (int i = 0; i < 1000000; ++i) deep += "{\"type\":\"Sequence\",\"normalizers\":[";
  expect_error(ErrorKind::corrupt_data, {"nested deeper"}, [&] { Tokenizer::from_json(deep, "deep.json"); });
}

TEST(HostileTokenizer, GrowthIsBounded) {
  const Json doubling = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  for (const char* part : {"normalizer", "decoder"})
    refuse(ErrorKind::unsupported, {"grow", part}, [&](Json& d) {
      Json steps = Json::array();
      for (int i = 0; i < 64; ++i) steps.push_back(doubling);
      d[part] = sequence(part == std::string("normalizer") ? "normalizers" : "decoders", steps);
    });
  std::string charsmap(4, '\0');
  charsmap += std::string(5000, 'x');
  refuse(ErrorKind::unsupported, {"precompiled_charsmap"}, [&](Json& d) {
    d["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", base64_encode(charsmap)}};
  });
  refuse(ErrorKind::corrupt_data, {"precompiled_charsmap"}, [](Json& d) {
    d["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", base64_encode("\xff\xff\xff\x7f")}};
  });
}

TEST(HostileTokenizer, WhatWouldBeRandomOrCubicIsRefused) {
  refuse(ErrorKind::unsupported, {"dropout", "0.5"}, [](Json& d) { d["model"]["dropout"] = 0.5; });
  refuse(ErrorKind::unsupported, {"max_input_chars_per_word", "1000"}, [](Json& d) {
    d["model"] = {{"type", "WordPiece"},
                  {"unk_token", "a"},
                  {"continuing_subword_prefix", "##"},
                  {"max_input_chars_per_word", 1000000},
                  {"vocab", {{"a", 0}}}};
  });
}

TEST(HostileTokenizer, CutAtEveryByte) {
  const std::string good = small_bpe().dump();
  for (std::size_t length = 0; length < good.size(); ++length)
    expect_error(ErrorKind::corrupt_data, {"cut.json"},
                 [&] { Tokenizer::from_json(good.substr(0, length), "cut.json"); });
}

TEST(HostileTokenizer, DamagedInManyWays) {
  const std::string good = small_bpe().dump();
  const auto read = [](const std::string& bad) {
    Tokenizer::from_json(bad, "mutant.json").encode("ab <s>", true);
  };
  EXPECT_GT(count_refused_mutants(good, 3000, read), 2000);
}

std::string model_bytes(const char* family) {
  return read_text(golden_path(std::string("tokenizer/families/") + family));
}

TEST(HostileSentencePiece, CutAtEveryByteIsReadOrRefused) {
  const std::string good = model_bytes("llama_files/tokenizer.model");
  std::size_t refused = 0;
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto error = error_of([&] { parse_sentencepiece_model(good.substr(0, length), "cut.model"); });
    if (!error) continue;
    EXPECT_EQ(error->kind(), ErrorKind::corrupt_data);
    EXPECT_EQ(error->path(), "cut.model");
    ++refused;
  }
  EXPECT_GT(refused, good.size() / 2);  // a cut between two pieces leaves a shorter model
}

TEST(HostileSentencePiece, DamagedInManyWays) {
  const std::string good = model_bytes("xlm_roberta_files/sentencepiece.bpe.model");
  const auto read = [](const std::string& bad) { parse_sentencepiece_model(bad, "mutant.model"); };
  EXPECT_GT(count_refused_mutants(good, 3000, read), 500);
}

TEST(HostileSentencePiece, PiecesThatCostTheirSquareAreRefused) {
  std::vector<Piece> pieces = {{"<unk>", 0, PieceType::unknown}, {std::string(1 << 20, 'a'), 0}};
  expect_error(ErrorKind::unsupported, {"piece 1 is too long", "512"},
               [&] { sentencepiece_bpe(pieces, {}, "f"); });
  pieces[1].type = PieceType::user_defined;  // matched whole
  EXPECT_NO_THROW(sentencepiece_bpe(pieces, {}, "f"));
  pieces[1] = {"a", std::numeric_limits<float>::quiet_NaN()};
  expect_error(ErrorKind::corrupt_data, {"score of piece 1"}, [&] { sentencepiece_bpe(pieces, {}, "f"); });
  pieces[1] = {"<unk>", 0};
  expect_error(ErrorKind::corrupt_data, {"token 1 is there twice"},
               [&] { sentencepiece_bpe(pieces, {}, "f"); });
}

}  // namespace
}  // namespace qinglan
