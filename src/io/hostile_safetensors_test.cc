#include "io/hostile_tables.h"
#include "io/safetensors.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

using namespace std::string_literals;
using namespace tiny_safetensors;

constexpr auto kUnsupported = ErrorKind::unsupported;

void read(const std::string& bytes, const std::string& name) {
  const auto file = SafetensorsFile::from_bytes(bytes_of(bytes), name);
  for (const auto& [tensor, view] : file.tensors()) {
    std::vector<float> values(static_cast<std::size_t>(view.elements()));
    if (view.dtype == DType::f32) to_float(view, values);
  }
}

void add_size_bombs(std::vector<HostileCase>& cases) {
  for (const std::uint64_t bomb : kSizeBombs) {
    const std::string text = std::to_string(bomb);
    const bool signed_fits = bomb <= INT64_MAX;
    cases.insert(cases.end(), {
                                  {"header length " + text,
                                   u64(bomb) + "{}",
                                   ErrorKind::corrupt_data,
                                   {"header", "at byte 0", text}},
                                  {"dimension " + text,
                                   one("F32", "[" + text + "]", "[0,4]", 4),
                                   ErrorKind::corrupt_data,
                                   {"'a'", signed_fits ? "does not fit" : "an integer"}},
                                  {"dimension " + text + " twice",
                                   one("F32", "[" + text + "," + text + "]", "[0,4]", 4),
                                   ErrorKind::corrupt_data,
                                   {"'a'"}},
                                  {"end " + text,
                                   one("U8", "[4]", "[0," + text + "]", 4),
                                   ErrorKind::corrupt_data,
                                   {"'a' goes past the end", "at most 4 bytes", text}},
                                  {"begin and end " + text,
                                   one("U8", "[0]", "[" + text + "," + text + "]", 4),
                                   ErrorKind::corrupt_data,
                                   {"'a' goes past the end"}},
                                  {"as many bytes as it claims, " + text,
                                   one("U8", "[" + text + "]", "[0," + text + "]", 4),
                                   ErrorKind::corrupt_data,
                                   {"'a'"}},
                              });
  }
}

void add_headers(std::vector<HostileCase>& cases) {
  const auto kCorrupt = ErrorKind::corrupt_data;
  const std::string valid = entry("U8", "[4]", "[0,4]");
  cases.insert(
      cases.end(),
      {
          {"empty", "", kCorrupt, {"too short", "more than 8 bytes", "0 bytes"}},
          {"length only", u64(2), kCorrupt, {"too short"}},
          {"length 0", u64(0) + "{}", kCorrupt, {"not valid JSON"}},
          {"length 1", u64(1) + "{}", kCorrupt, {"not valid JSON"}},
          {"length over the cap", u64(100'000'001) + "{}", kCorrupt, {"at most 100000000 bytes"}},
          {"not JSON", with_header("{nope}", 0), kCorrupt, {"not valid JSON", "at byte"}},
          {"two values", with_header("{}{}", 0), kCorrupt, {"not valid JSON"}},
          {"a comment", with_header("{/**/}", 0), kCorrupt, {"not valid JSON"}},
          {"NUL after the header", with_header("{}\0 more"s, 0), kCorrupt, {"NUL"}},
          {"invalid UTF-8", with_header("{\"\xff\":1}", 0), kCorrupt, {"not valid JSON"}},
          {"overlong UTF-8", with_header("{\"\xc0\xaf\":1}", 0), kCorrupt, {"not valid JSON"}},
          {"half a surrogate pair", with_header(R"({"\ud800":1})", 0), kCorrupt, {"not valid JSON"}},
          {"a list", with_header("[1]", 0), kCorrupt, {"not a safetensors file", "03 00 00 00"}},
          {"nested lists",
           with_header(R"({"a":)" + std::string(1'000'000, '['), 0),
           kCorrupt,
           {"nested deeper"}},
          {"nested objects",
           with_header(
               [] {
                 std::string text;
                 for (int i = 0; i < 200'000; ++i) text += R"({"a":)";
                 return text;
               }(),
               0),
           kCorrupt,
           {"nested deeper"}},
          {"a string without an end",
           with_header("{\"" + std::string(500'000, 'a'), 0),
           kCorrupt,
           {"not valid JSON"}},
          {"a list of 300,000 lists",
           with_header(R"({"a":[)" +
                           [] {
                             std::string text;
                             for (int i = 0; i < 300'000; ++i) text += "[],";
                             return text;
                           }() +
                           "0]}",
                       0),
           kCorrupt,
           {"'a'"}},
          {"a digit 500,000 times",
           with_header(R"({"a":)" + std::string(500'000, '9') + "}", 0),
           kCorrupt,
           {"overflow"}},
          {"1e999", one("U8", "[1e999]", "[0,4]", 4), kCorrupt, {"not valid JSON"}},
          {"NaN", one("U8", "[NaN]", "[0,4]", 4), kCorrupt, {"not valid JSON"}},
          {"Infinity", one("U8", "[-Infinity]", "[0,4]", 4), kCorrupt, {"not valid JSON"}},
          {"a name twice",
           with_header(R"({"a":)" + valid + R"(,"a":)" + valid + "}", 4),
           kCorrupt,
           {"'a' twice"}},
          {"a name twice, once escaped",
           with_header(R"({"a":)" + valid + R"(,"\u0061":)" + valid + "}", 4),
           kCorrupt,
           {"'a' twice"}},
          {"a field twice",
           with_header(R"({"a":{"dtype":"U8","dtype":"F32","shape":[4],"data_offsets":[0,4]}})", 4),
           kCorrupt,
           {"'dtype' twice"}},
          {"metadata twice", with_header(R"({"__metadata__":{},"__metadata__":{}})", 0), kCorrupt, {"twice"}},
          {"metadata is a list",
           with_header(R"({"__metadata__":[]})", 0),
           kCorrupt,
           {"__metadata__", "an object"}},
          {"metadata is null",
           with_header(R"({"__metadata__":null})", 0),
           kCorrupt,
           {"__metadata__", "an object"}},
          {"a number in metadata",
           with_header(R"({"__metadata__":{"k":1}})", 0),
           kCorrupt,
           {"'k'", "a string"}},
          {"data without tensors", with_header("{}", 1), kCorrupt, {"belong to none", "at byte 10"}},
      });
}

void add_tensors(std::vector<HostileCase>& cases) {
  const auto kCorrupt = ErrorKind::corrupt_data;
  for (const char* wrong : {"1", "null", "\"U8\"", "[]", "true"})
    cases.push_back(
        {"a tensor is "s + wrong, with_header(R"({"a":)"s + wrong + "}", 0), kCorrupt, {"tensor 'a'"}});
  for (const char* wrong : {"1", "null", "[]", "{}", "true"})
    cases.push_back({"dtype is "s + wrong,
                     with_header(R"({"a":{"shape":[4],"data_offsets":[0,4],"dtype":)"s + wrong + "}}", 4),
                     kCorrupt,
                     {"'dtype'", "a string"}});
  for (const char* wrong : {"4", "null", "\"4\"", "{}", "[null]", "[\"4\"]", "[[4]]", "[4.0]", "[true]"})
    cases.push_back({"shape is "s + wrong, one("U8", wrong, "[0,4]", 4), kCorrupt, {"'shape'"}});
  for (const char* wrong : {"4", "null", "{}", "[-1,3]", "[0,4.0]", "[null,4]", "[\"0\",\"4\"]"})
    cases.push_back({"offsets are "s + wrong, one("U8", "[4]", wrong, 4), kCorrupt, {"'data_offsets'"}});
  for (const char* wrong : {"[]", "[4]", "[4,0]", "[0,2,4]"})
    cases.push_back({"offsets are "s + wrong, one("U8", "[4]", wrong, 4), kCorrupt, {"[begin, end]"}});
  for (const char* type : {"F8_E4M3", "F4", "u8", "", "C64"})
    cases.push_back(
        {"type "s + type, one(type, "[4]", "[0,4]", 4), kUnsupported, {"'a'", "F32, F16 or BF16", type}});
  cases.insert(
      cases.end(),
      {
          {"a name of 500,000 letters",
           with_header("{\"" + std::string(500'000, 'n') + "\":" + entry("U8", "[4]", "4") + "}", 4),
           kCorrupt,
           {"nnn [...] nnn", "'data_offsets'"}},
          {"no dtype",
           with_header(R"({"a":{"shape":[],"data_offsets":[0,0]}})", 0),
           kCorrupt,
           {"'dtype' is missing"}},
          {"no shape",
           with_header(R"({"a":{"dtype":"U8","data_offsets":[0,0]}})", 0),
           kCorrupt,
           {"'shape' is missing"}},
          {"no offsets",
           with_header(R"({"a":{"dtype":"U8","shape":[0]}})", 0),
           kCorrupt,
           {"'data_offsets' is missing"}},
          {"a million dimensions",
           one(
               "U8",
               "[" +
                   [] {
                     std::string text;
                     for (int i = 0; i < 300'000; ++i) text += "2,";
                     return text;
                   }() +
                   "2]",
               "[0,4]", 4),
           kCorrupt,
           {"'a'"}},
          {"negative dimension", one("U8", "[-4]", "[0,4]", 4), kCorrupt, {"does not fit"}},
          {"two negative dimensions", one("U8", "[-2,-2]", "[0,4]", 4), kCorrupt, {"does not fit"}},
          {"dimension 2^64", one("U8", "[18446744073709551616]", "[0,4]", 4), kCorrupt, {"'shape'"}},
          {"dimension 2^42 + 1 thrice",
           one("U8", "[4398046511105,4398046511105,4398046511105]", "[0,4]", 4),
           kCorrupt,
           {"a shape that can exist"}},
          {"product 2^64",
           one("U8", "[4294967296,4294967296]", "[0,0]", 0),
           kCorrupt,
           {"a shape that can exist"}},
          {"bytes 2^64",
           one("F64", "[2305843009213693952]", "[0,0]", 0),
           kCorrupt,
           {"a shape that can exist"}},
          {"bytes 2^64 + 8",
           one("F64", "[2305843009213693953]", "[0,8]", 8),
           kCorrupt,
           {"a shape that can exist"}},
          {"overflow before a zero",
           one("U8", "[9223372036854775807,3,0]", "[0,0]", 0),
           kCorrupt,
           {"a shape that can exist"}},
          {"bytes differ from shape",
           one("F32", "[2]", "[0,4]", 4),
           kCorrupt,
           {"expected 8 bytes", "found 4 bytes"}},
          {"a scalar of two", one("F32", "[]", "[0,8]", 8), kCorrupt, {"expected 4 bytes"}},
          {"out of the file by one",
           one("U8", "[4]", "[0,4]", 3),
           kCorrupt,
           {"past the end", "cut short", "at byte"}},
          {"offset 2^64 - 1",
           one("U8", "[4]", "[18446744073709551611,18446744073709551615]", 4),
           kCorrupt,
           {"past the end"}},
          {"gap at the start", one("U8", "[4]", "[1,5]", 5), kCorrupt, {"gap", "at byte"}},
          {"gap between", two("[0,4]", "[5,9]", 9), kCorrupt, {"'b' leaves a gap"}},
          {"overlap", two("[0,4]", "[3,7]", 7), kCorrupt, {"'b' overlaps"}},
          {"the same place", two("[0,4]", "[0,4]", 4), kCorrupt, {"overlaps"}},
          {"an empty tensor after the end",
           with_header(R"({"a":)" + entry("U8", "[0]", "[2,2]") + "}", 2),
           kCorrupt,
           {"gap"}},
          {"bytes after the last", one("U8", "[4]", "[0,4]", 5), kCorrupt, {"belong to none", "at byte"}},
      });
}

}  // namespace

HostileTable safetensors_table() {
  std::vector<HostileCase> cases;
  add_size_bombs(cases);
  add_headers(cases);
  add_tensors(cases);
  for (const ForeignFile& other : foreign_files())
    cases.push_back({other.what, other.bytes, kUnsupported, {"a safetensors file", other.word}});
  cases.push_back({"GGUF", "GGUF\x03\0\0\0\0\0\0\0\0\0\0\0"s, kUnsupported, {".gguf"}});
  cases.push_back(
      {"pickle protocol 0", "(dp0\nS'weight'\np1\n.", ErrorKind::corrupt_data, {"not a safetensors file"}});
  return {"w.safetensors", read, cases,
          with_header(R"({"__metadata__":{"format":"pt"},"a":)" + entry("F32", "[2,1]", "[0,8]") +
                          R"(,"b":)" + entry("U8", "[3]", "[8,11]") + "}",
                      11)};
}

}  // namespace qinglan
