#include "io/gguf.h"
#include "io/hostile_tables.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

using namespace std::string_literals;
using namespace tiny_gguf;

constexpr auto kCorrupt = ErrorKind::corrupt_data;
constexpr auto kUnsupported = ErrorKind::unsupported;

void read(const std::string& bytes, const std::string& name) {
  const auto file = GgufFile::from_bytes(bytes_of(bytes), name);
  for (const auto& [tensor, view] : file.tensors()) {
    std::vector<float> values(static_cast<std::size_t>(view.elements()));
    to_float(view, values);
  }
}

// A file of one key (given whole) or one tensor, with some bytes to spare.
std::string keyed(const std::string& part) { return file_of({.keys = {part}}) + std::string(64, '\0'); }
std::string with_tensor(const std::string& entry, std::size_t data_bytes) {
  return file_of({.tensors = {entry}, .data_bytes = data_bytes});
}

void add_size_bombs(std::vector<HostileCase>& cases) {
  constexpr std::pair<std::uint32_t, const char*> kArrays[] = {
      {0, "u8"},  {1, "i8"},      {2, "u16"},  {3, "i16"},  {4, "u32"},  {5, "i32"},
      {6, "f32"}, {7, "boolean"}, {8, "text"}, {10, "u64"}, {11, "i64"}, {12, "f64"}};
  for (const std::uint64_t bomb : kSizeBombs) {
    const std::string text_of = std::to_string(bomb), more = "is larger than the file can hold";
    cases.insert(
        cases.end(),
        {
            {"tensors " + text_of,
             "GGUF" + u32(3) + u64(bomb) + u64(0),
             kCorrupt,
             {"the number of tensors " + more, "at byte 8", "at most 0", text_of}},
            {"keys " + text_of,
             "GGUF" + u32(3) + u64(0) + u64(bomb),
             kCorrupt,
             {"the number of keys " + more, "at byte 16", text_of}},
            {"key length " + text_of,
             keyed(u64(bomb) + "k"),
             kCorrupt,
             {"a key " + more, "at byte 24", text_of}},
            {"text length " + text_of,
             keyed(key("k", kText, u64(bomb))),
             kCorrupt,
             {"a string value " + more}},
            {"text in an array " + text_of,
             keyed(key("k", kArray, u32(kText) + u64(1) + u64(bomb))),
             kCorrupt,
             {"a string in an array " + more}},
            {"tensor name length " + text_of,
             with_tensor(u64(bomb) + "t", 64),
             kCorrupt,
             {"a tensor's name " + more}},
            {"dimension " + text_of,
             with_tensor(tensor("t", {bomb}, kF32, 0), 64),
             kCorrupt,
             {"'t'", "found"}},
            {"dimension " + text_of + " of four",
             with_tensor(tensor("t", {32, bomb, bomb, bomb}, kQ4_0, 0), 64),
             kCorrupt,
             {"'t'", "found"}},
            {"offset " + text_of,
             with_tensor(tensor("t", {8}, kF32, bomb), 64),
             kCorrupt,
             {"'t' lies wrong", text_of}},
            {"rank " + text_of,
             with_tensor(text("t") + u32(static_cast<std::uint32_t>(bomb | 5)) + std::string(64, '\0'), 64),
             kCorrupt,
             {"'t' has too many dimensions", "at most 4"}},
        });
    for (const auto& [type, name] : kArrays)
      cases.push_back({std::string("array of ") + name + " " + text_of,
                       keyed(key("k", kArray, u32(type) + u64(bomb))),
                       kCorrupt,
                       {"an array length " + more, text_of}});
  }
}

void add_headers(std::vector<HostileCase>& cases) {
  cases.insert(
      cases.end(),
      {
          {"empty", "", kCorrupt, {"not a GGUF file", "an empty file"}},
          {"three bytes", "GGU", kCorrupt, {"not a GGUF file", "47 47 55"}},
          {"another magic", "GGUX" + std::string(40, '\0'), kCorrupt, {"not a GGUF file", "47 47 55 58"}},
          {"the magic in small letters",
           "gguf" + u32(3) + std::string(40, '\0'),
           kCorrupt,
           {"not a GGUF file"}},
          {"a safetensors file",
           tiny_safetensors::one("U8", "[4]", "[0,4]", 4),
           kCorrupt,
           {"not a GGUF file"}},
          {"the magic alone", "GGUF", kCorrupt, {"the version"}},
          {"version 0", file_of({.version = 0}), kUnsupported, {"found 0", "at byte 4"}},
          {"version 1", file_of({.version = 1}), kUnsupported, {"expected 2 or 3, found 1"}},
          {"version 4", file_of({.version = 4}), kUnsupported, {"found 4"}},
          {"version 2^32 - 1", file_of({.version = ~0u}), kUnsupported, {"2 or 3"}},
          {"big-endian version 3",
           file_of({.version = 3u << 24}),
           kUnsupported,
           {"swapped", "big-endian", "found 3"}},
          {"big-endian version 2",
           file_of({.version = 2u << 24}),
           kUnsupported,
           {"swapped", "big-endian", "found 2"}},
          {"one tensor, none there", "GGUF" + u32(3) + u64(1) + u64(0), kCorrupt, {"number of tensors"}},
          {"one key, none there", "GGUF" + u32(3) + u64(0) + u64(1), kCorrupt, {"number of keys"}},
          {"one key too many",
           "GGUF" + u32(3) + u64(0) + u64(2) + key("k", kU8, "1"),
           kCorrupt,
           {"number of keys"}},
          {"one tensor too many",
           "GGUF" + u32(3) + u64(2) + u64(0) + tensor("t", {1}, kF32, 0),
           kCorrupt,
           {"number of tensors"}},
      });
}

void add_keys(std::vector<HostileCase>& cases) {
  std::string nested;
  for (int i = 0; i < 80'000; ++i) nested += u32(kArray) + u64(1);
  const auto array = [](std::uint32_t type, std::uint64_t count) {
    return key("a", kArray, u32(type) + u64(count));
  };
  const auto alignment = [](std::uint32_t value) {
    return file_of({.keys = {key("general.alignment", kU32, u32(value))},
                    .tensors = {tensor("t", {1}, kF32, 0)},
                    .data_bytes = 64});
  };
  cases.insert(
      cases.end(),
      {
          {"key UTF-8", keyed(key("\xff", kU8, "1")), kCorrupt, {"a key is not valid UTF-8", "at byte 24"}},
          {"text UTF-8, overlong", keyed(key("k", kText, text("\xc0\xaf"))), kCorrupt, {"not valid UTF-8"}},
          {"text UTF-8, surrogate",
           keyed(key("k", kText, text("\xed\xa0\x80"))),
           kCorrupt,
           {"not valid UTF-8"}},
          {"text in an array UTF-8",
           keyed(key("k", kArray, u32(kText) + u64(1) + text("\xf8"))),
           kCorrupt,
           {"a string in an array is not valid UTF-8"}},
          {"value type 13", keyed(key("k", 13, "1")), kCorrupt, {"'k'", "0 to 12", "found 13"}},
          {"value type 2^32 - 1", keyed(key("k", ~0u, "1")), kCorrupt, {"'k'", "0 to 12"}},
          {"boolean 2", keyed(key("k", kBool, "\x02")), kCorrupt, {"'k'", "neither 0 nor 1", "found 2"}},
          {"boolean 255 in an array",
           keyed(key("k", kArray, u32(kBool) + u64(2) + "\x01\xff")),
           kCorrupt,
           {"found 255"}},
          {"u64 2^63", keyed(key("k", kU64, u64(1ull << 63))), kCorrupt, {"'k'", "2^63"}},
          {"u64 2^64 - 1 in an array",
           keyed(key("k", kArray, u32(kU64) + u64(1) + u64(~0ull))),
           kCorrupt,
           {"2^63"}},
          {"arrays in arrays, 80,000 deep",
           keyed(key("k", kArray, nested)),
           kCorrupt,
           {"'k'", "array of arrays"}},
          {"array of arrays, empty", keyed(array(kArray, 0)), kCorrupt, {"array of arrays"}},
          {"array of type 99", keyed(array(99, 0)), kCorrupt, {"'a'", "found 99"}},
          {"array of 2^61 f64, bytes 2^64", keyed(array(kDouble, 1ull << 61)), kCorrupt, {"an array length"}},
          {"array of 2^62 f32, bytes 2^64", keyed(array(kFloat, 1ull << 62)), kCorrupt, {"an array length"}},
          {"array of 2^61 texts", keyed(array(kText, 1ull << 61)), kCorrupt, {"an array length"}},
          {"a key twice",
           file_of({.keys = {key("k", kU8, "1"), key("k", kU8, "2")}}),
           kCorrupt,
           {"'k' is there twice"}},
          {"a key twice, of two types",
           file_of({.keys = {key("k", kU8, "1"), key("k", kBool, "\x01")}}),
           kCorrupt,
           {"'k' is there twice"}},
          {"alignment 0", alignment(0), kCorrupt, {"a power of two", "at byte 24"}},
          {"alignment 3", alignment(3), kCorrupt, {"a power of two"}},
          {"alignment 33", alignment(33), kCorrupt, {"a power of two"}},
          {"alignment 2^32 - 1", alignment(~0u), kCorrupt, {"a power of two"}},
          {"alignment 2^31", alignment(1u << 31), kCorrupt, {"'t'", "within 0 bytes"}},
          {"alignment 2^27", alignment(1u << 27), kCorrupt, {"'t'", "within 0 bytes"}},
          {"alignment as text",
           keyed(key("general.alignment", kText, text("32"))),
           kCorrupt,
           {"a power of two"}},
          {"alignment as u64", keyed(key("general.alignment", kU64, u64(32))), kCorrupt, {"a power of two"}},
          {"alignment as an array",
           keyed(key("general.alignment", kArray, u32(kU32) + u64(0))),
           kCorrupt,
           {"a power of two"}},
          {"part of a split model",
           keyed(key("split.count", kU16, "\x03\0"s)),
           kUnsupported,
           {"3 parts", "--merge"}},
          {"split.count as text", keyed(key("split.count", kText, text("3"))), kUnsupported, {"no integer"}},
      });
}

void add_tensors(std::vector<HostileCase>& cases) {
  const auto two = [](std::uint64_t first, std::uint64_t second, std::size_t data) {
    return file_of(
        {.tensors = {tensor("s", {16}, kF32, first), tensor("t", {8}, kF32, second)}, .data_bytes = data});
  };
  const std::uint64_t odd = (1ull << 42) + 1;
  cases.insert(
      cases.end(),
      {
          {"rank 5",
           with_tensor(tensor("t", {1, 1, 1, 1, 1}, kF32, 0), 4),
           kCorrupt,
           {"'t'", "at most 4", "found 5"}},
          {"rank 10^6",
           with_tensor(text("t") + u32(1'000'000) + std::string(64, '\0'), 4),
           kCorrupt,
           {"found 1000000"}},
          {"dimension 2^42 + 1",
           with_tensor(tensor("t", {odd}, kF32, 0), 4),
           kCorrupt,
           {"'t'", "within 4 bytes"}},
          {"dimension 2^42 + 1 thrice",
           with_tensor(tensor("t", {odd, odd, odd}, kF32, 0), 4),
           kCorrupt,
           {"a shape that cannot be", "4398046511105"}},
          {"product 2^64",
           with_tensor(tensor("t", {1ull << 32, 1ull << 32}, kF32, 0), 4),
           kCorrupt,
           {"a shape that cannot be"}},
          {"overflow beside a zero",
           with_tensor(tensor("t", {0, INT64_MAX, 3}, kF32, 0), 4),
           kCorrupt,
           {"a shape that cannot be"}},
          {"bytes overflow",
           with_tensor(tensor("t", {INT64_MAX}, kF32, 0), 4),
           kCorrupt,
           {"a shape that cannot be"}},
          {"half a block", with_tensor(tensor("t", {16}, kQ4_0, 0), 32), kCorrupt, {"whole blocks of 32"}},
          {"half a K block",
           with_tensor(tensor("t", {128}, kQ4_K, 0), 256),
           kCorrupt,
           {"whole blocks of 256"}},
          {"a scalar of a block type",
           with_tensor(tensor("t", {}, kQ4_0, 0), 32),
           kCorrupt,
           {"whole blocks of 32"}},
          {"rows of half a block",
           with_tensor(tensor("t", {16, 2}, kQ4_0, 0), 32),
           kCorrupt,
           {"whole blocks of 32"}},
          {"offset not aligned",
           with_tensor(tensor("t", {1}, kF32, 4), 64),
           kCorrupt,
           {"'t'", "divides by 32"}},
          {"end past the file", with_tensor(tensor("t", {17}, kF32, 0), 64), kCorrupt, {"'t'", "cut short"}},
          {"offset past the file",
           with_tensor(tensor("t", {1}, kF32, 96), 64),
           kCorrupt,
           {"'t'", "within 64 bytes"}},
          {"offset + size 2^64",
           with_tensor(tensor("t", {8}, kF32, ~0ull - 31), 64),
           kCorrupt,
           {"within 64 bytes"}},
          {"no data", with_tensor(tensor("t", {1}, kF32, 0), 0), kCorrupt, {"within 0 bytes"}},
          {"an empty tensor past the file",
           with_tensor(tensor("t", {0}, kF32, 96), 64),
           kCorrupt,
           {"within 64 bytes"}},
          {"overlap", two(0, 32, 96), kCorrupt, {"'s' and 't' overlap", "at byte"}},
          {"the same place", two(32, 32, 128), kCorrupt, {"overlap"}},
          {"one within another", two(0, 32, 64), kCorrupt, {"overlap"}},
          {"a name twice",
           file_of({.tensors = {tensor("t", {8}, kF32, 0), tensor("t", {8}, kF32, 32)}, .data_bytes = 64}),
           kCorrupt,
           {"'t' is there twice"}},
          {"name UTF-8",
           with_tensor(tensor("\xed\xa0\x80", {1}, kF32, 0), 64),
           kCorrupt,
           {"not valid UTF-8"}},
          {"type 2^32 - 1", with_tensor(tensor("t", {256}, ~0u, 0), 256), kUnsupported, {"type 4294967295"}},
          {"type 999",
           with_tensor(tensor("t", {256}, 999, 0), 256),
           kUnsupported,
           {"'t'", "type 999", "at byte"}},
      });
  constexpr std::pair<std::uint32_t, const char*> kTypes[] = {
      {4, "Q4_2"},    {9, "Q8_1"},   {15, "Q8_K"},     {16, "IQ2_XXS"}, {19, "IQ1_S"},
      {23, "IQ4_XS"}, {29, "IQ1_M"}, {31, "Q4_0_4_4"}, {34, "TQ1_0"},   {39, "MXFP4"}};
  for (const auto& [type, name] : kTypes)
    cases.push_back({std::string("type ") + name,
                     with_tensor(tensor("t", {256}, type, 0), 256),
                     kUnsupported,
                     {"'t'", name, "Q4_0 to Q5_1"}});
}

}  // namespace

HostileTable gguf_table() {
  std::vector<HostileCase> cases;
  add_size_bombs(cases);
  add_headers(cases);
  add_keys(cases);
  add_tensors(cases);
  for (const ForeignFile& other : foreign_files())
    cases.push_back({other.what, other.bytes, kUnsupported, {"a GGUF file", other.word}});
  return {"m.gguf", read, cases, file_of(small())};
}

}  // namespace qinglan
