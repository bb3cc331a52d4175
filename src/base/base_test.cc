#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/processor.h"
#include "base/random.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;

TEST(Error, LongTextsLoseTheirMiddleBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "青";
  const Error error = Error(ErrorKind::corrupt_data, "x" + text).found(text).expected(std::string(750, 'e'));
  const std::string what = error.what();
  EXPECT_LT(what.size(), 2400u);
  EXPECT_NE(what.find("青 [...] 青"), std::string::npos);
  EXPECT_NE(what.find("expected " + std::string(750, 'e') + ", found"), std::string::npos);
  EXPECT_NO_THROW(Json(what).dump());  // which refuses halves of characters
}

TEST(Error, SaysWhatWhereAndWhatNext) {
  const Error error = Error(ErrorKind::corrupt_data, "header is cut")
                          .in("a.safetensors")
                          .offset(8)
                          .expected("120 bytes")
                          .found("64")
                          .hint("download it again");
  EXPECT_STREQ(error.what(),
               "a.safetensors: header is cut (at byte 8): expected 120 bytes, found 64; download it again");
}

TEST(Error, KindsHaveNamesThatReadBack) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind)
    EXPECT_EQ(error_kind_of(name_of(static_cast<ErrorKind>(kind))), static_cast<ErrorKind>(kind));
  EXPECT_EQ(error_kind_of("nonsense"), std::nullopt);
}

TEST(NearestWord, FindsTypingSlipsAndNothingElse) {
  EXPECT_EQ(nearest_word("studnet", {"student", "supervisor"}), "student");
  EXPECT_EQ(nearest_word("zzzzzz", {"student", "supervisor"}), std::nullopt);
}

TEST(Json, RefusesDuplicatesNonFiniteAndDeepNesting) {
  EXPECT_THROW(parse_json(R"({"a":1,"a":2})", "t"), Error);
  EXPECT_THROW(parse_json("1e999", "t"), Error);
  EXPECT_THROW(parse_json("NaN", "t"), Error);
  EXPECT_THROW(parse_json(std::string(100000, '['), "t"), Error);
  EXPECT_NO_THROW(parse_json(R"([{"a":1},{"a":2}])", "t"));
  EXPECT_THROW(canonical_json(Json(std::numeric_limits<double>::quiet_NaN())), Error);
}

TEST(Json, CanonicalFormSortsKeysAndRoundTrips) {
  const Json value = parse_json(R"({"b":0.1,"a":[1,true,"é"]})", "t");
  EXPECT_EQ(canonical_json(value), R"({"a":[1,true,"é"],"b":0.1})");
}

TEST(Json, FieldErrorsNameTheKey) {
  const Json value = {{"n", -1}, {"list", {1, 2}}};
  EXPECT_EQ(get_field<std::int64_t>(value, "n", "t"), -1);
  EXPECT_EQ(get_field<std::vector<double>>(value, "list", "t"), (std::vector<double>{1, 2}));
  try {
    get_field<std::uint64_t>(value, "n", "t");
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("'n'"));
  }
  EXPECT_THROW(get_field<std::string>(value, "missing", "t"), Error);
}

TEST(Hash, MatchesPublishedVector) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_THROW(sha256_file("/nonexistent"), Error);
  MessageDigest git(MessageDigest::Kind::sha1);  // FIPS 180-4, example of SHA-1
  EXPECT_EQ(git.update("a").update("bc").hex(), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Random, IsPinnedForEver) {  // a change here changes every result in every store
  EXPECT_EQ(stream_seed(0, "split", 0), stream_seed(0, "split"));
  EXPECT_NE(stream_seed(0, "split", 0), stream_seed(0, "split", 1));
  EXPECT_NE(stream_seed(0, "split", 0), stream_seed(1, "split", 0));
  Random random(42);
  EXPECT_EQ(random.next(), 15021278609987233951ull);
}

TEST(Random, DrawsHaveTheirMoments) {
  Random random(7, "moments");
  double sum = 0, squares = 0;
  std::vector<int> counts(5);
  for (int i = 0; i < 100000; ++i) {
    const double x = random.normal();
    sum += x, squares += x * x;
    ++counts[random.below(5)];
  }
  EXPECT_NEAR(sum / 1e5, 0, 0.02);
  EXPECT_NEAR(squares / 1e5, 1, 0.03);
  for (int count : counts) EXPECT_NEAR(count, 20000, 700);
}

TEST(Processor, UnitsAreOnlyWhereTheSystemShowsThem) {
  std::ifstream in("/proc/cpuinfo");
  const std::string shown(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(isa_level() == "amx-bf16", has_tile_registers());
  EXPECT_EQ(isa_level() == "amx-bf16" || isa_level() == "avx512-bf16", has_bf16_vectors());
  if (has_bf16_vectors()) {
    EXPECT_THAT(shown, HasSubstr("avx512_bf16"));
  }
  if (has_tile_registers()) {
    EXPECT_THAT(shown, HasSubstr("amx_bf16"));
    EXPECT_EQ(fast_dtype(), "bfloat16");
  }
}

}  // namespace
}  // namespace qinglan
