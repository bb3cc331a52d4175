#include "io/tensor_file.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "io/file_system.h"
#include "io/mapped_file.h"
#include "io/tensor_layout.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

TEST(DTypes, BlocksAndNames) {
  EXPECT_STREQ(info_of(DType::q4_1).name, "Q4_1");
  EXPECT_EQ(info_of(DType::q4_1).block_bytes, 20u);
  EXPECT_EQ(info_of(DType::q8_0).block_elements, 32u);
  EXPECT_STREQ(info_of(DType::boolean).name, "BOOL");
}

TEST(StorageBytes, CountsWholeBlocksAndRefusesOverflow) {
  EXPECT_EQ(storage_bytes(DType::f32, {2, 3}), 24u);
  EXPECT_EQ(storage_bytes(DType::f32, {}), 4u);
  EXPECT_EQ(storage_bytes(DType::f64, {0, 5}), 0u);
  EXPECT_EQ(storage_bytes(DType::q4_0, {2, 64}), 72u);
  EXPECT_FALSE(storage_bytes(DType::q4_0, {64, 2}));
  EXPECT_FALSE(storage_bytes(DType::f32, {-1}));
  EXPECT_FALSE(storage_bytes(DType::u8, {INT64_C(1) << 42, INT64_C(1) << 42}));
  EXPECT_FALSE(storage_bytes(DType::f64, {INT64_MAX}));
  EXPECT_FALSE(storage_bytes(DType::u8, {INT64_MAX / 2 + 1, 2, 0}));  // 2^63 before the zero
}

// Every half against arithmetic in double: (-1)^s 2^(e-15) (1 + m/1024), or 2^-24 m where e = 0.
TEST(ToFloat, AllHalves) {
  std::string bytes;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) bytes += little_endian(static_cast<std::uint16_t>(bits));
  const TensorView view{DType::f16, {65536}, std::as_bytes(std::span(bytes.data(), bytes.size()))};
  std::vector<float> values(65536);
  to_float(view, values);
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const int exponent = static_cast<int>((bits >> 10) & 31), mantissa = static_cast<int>(bits & 1023);
    EXPECT_EQ(std::signbit(values[bits]), bits >= 0x8000) << bits;
    const double magnitude = std::fabs(values[bits]);
    if (exponent == 31 && mantissa != 0) {
      EXPECT_TRUE(std::isnan(magnitude)) << bits;
    } else if (exponent == 31) {
      EXPECT_TRUE(std::isinf(magnitude)) << bits;
    } else {
      EXPECT_EQ(magnitude,
                exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25))
          << bits;
    }
  }
}

TEST(ToFloat, ReadsUnalignedBytes) {
  const std::string bytes = "x" + little_endian(1.5f) + little_endian(-2.0f);
  const TensorView view{DType::f32, {2}, std::as_bytes(std::span(bytes.data(), bytes.size())).subspan(1)};
  std::vector<float> values(2);
  to_float(view, values);
  EXPECT_EQ(values, (std::vector<float>{1.5f, -2.0f}));
}

TEST(ToFloat, IntegersAreRefusedAndWrongSizesAreOurBug) {
  const std::string bytes(8, '\0');
  TensorView view{DType::i32, {2}, std::as_bytes(std::span(bytes.data(), bytes.size()))};
  std::vector<float> values(2);
  expect_error(ErrorKind::unsupported, {"I32"}, [&] { to_float(view, values); });
  view.dtype = DType::f32;
  values.resize(3);
  expect_error(ErrorKind::internal, {"output size"}, [&] { to_float(view, values); });
  values.resize(1);
  view.shape = {1};
  expect_error(ErrorKind::internal, {"tensor bytes"}, [&] { to_float(view, values); });
}

TEST(MappedFiles, MapMoveAndRefuse) {
  const TemporaryFolder folder;
  real_file_system().write(folder / "a", "hello");
  real_file_system().write(folder / "empty", "");
  MappedFile file = MappedFile::open(folder / "a");
  const auto* data = file.bytes().data();
  MappedFile moved = std::move(file);
  EXPECT_EQ(moved.bytes().data(), data);
  EXPECT_EQ(std::memcmp(moved.bytes().data(), "hello", 5), 0);
  EXPECT_EQ(moved.path(), folder / "a");
  moved = MappedFile::from_bytes(bytes_of("other"), "memory");
  EXPECT_EQ(std::memcmp(moved.bytes().data(), "other", 5), 0);
  EXPECT_TRUE(MappedFile::open(folder / "empty").bytes().empty());
  expect_error(ErrorKind::io, {folder / "none", "No such file"}, [&] { MappedFile::open(folder / "none"); });
  expect_error(ErrorKind::io, {"not a regular file"}, [&] { MappedFile::open(folder / ""); });
}

}  // namespace
}  // namespace qinglan
