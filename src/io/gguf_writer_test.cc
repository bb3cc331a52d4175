#include "io/gguf_writer.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "io/memory_file_system.h"
#include "io/rows.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

GgufFile written(const GgufWriter& writer) {
  MemoryFileSystem fs;
  writer.write(fs, "/m.gguf");
  return GgufFile::from_bytes(bytes_of(fs.read("/m.gguf")), "m.gguf");
}

TEST(GgufWriter, StoresValuesAsTheReferenceDoes) {
  const std::string path = golden_path("export/encode.json");
  const Json golden = parse_json(read_text(path), path);
  const std::string bytes = from_hex(golden.at("values"));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  for (const DType dtype : {DType::f32, DType::f16, DType::bf16, DType::q8_0})
    EXPECT_EQ(encode_values(values, dtype), from_hex(golden.at(info_of(dtype).name))) << info_of(dtype).name;
  expect_error(ErrorKind::unsupported, {"Q4_0"}, [&] { encode_values(values, DType::q4_0); });
}

TEST(GgufWriter, WritesWhatTheReaderReads) {
  GgufWriter writer;
  writer.set("general.architecture", "llama");
  writer.set("count", std::uint32_t{4'000'000'000});
  writer.set("below", std::int32_t{-7});
  writer.set("real", 0.5f);
  writer.set("yes", true);
  writer.set("words", std::vector<std::string>{"a", "", "\u00e9"});
  writer.set("types", std::vector<std::int32_t>{1, -2});
  writer.set("reals", std::vector<float>{1.5f});
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  writer.add("x", DType::f32, {2, 3}, encode_values(values, DType::f32));
  writer.add("y", DType::bf16, {3}, encode_values(std::span(values).first(3), DType::bf16));
  const GgufFile file = written(writer);
  EXPECT_EQ(file.get<std::int64_t>("count"), 4'000'000'000);
  EXPECT_EQ(file.get<std::int64_t>("below"), -7);
  EXPECT_EQ(file.get<double>("real"), 0.5);
  EXPECT_TRUE(file.get<bool>("yes"));
  EXPECT_EQ(file.get<std::vector<std::string>>("words"), (std::vector<std::string>{"a", "", "\u00e9"}));
  EXPECT_EQ(file.get<std::vector<std::int64_t>>("types"), (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(file.get<std::vector<double>>("reals"), std::vector<double>{1.5});
  EXPECT_EQ(file.tensor("x").shape, (std::vector<std::int64_t>{2, 3}));
  std::vector<float> read(6);
  to_float(file.tensor("x"), read);
  EXPECT_EQ(read, values);
  EXPECT_EQ(file.tensor("y").dtype, DType::bf16);
}

TEST(GgufWriter, CopiesKeysWithTheirTypes) {
  GgufWriter first;
  first.set("general.architecture", "llama");
  first.set("count", std::uint32_t{7});
  first.set("words", std::vector<std::string>{"a", "bc"});
  const GgufFile file = written(first);
  GgufWriter second;
  for (const char* key : {"general.architecture", "count", "words"}) second.copy(file, key);
  MemoryFileSystem fs;
  first.write(fs, "/a");
  second.write(fs, "/b");
  EXPECT_EQ(fs.read("/a"), fs.read("/b"));
  expect_error(ErrorKind::corrupt_data, {"absent"}, [&] { second.copy(file, "absent"); });
}

}  // namespace
}  // namespace qinglan
