#include "io/dtype.h"

#include <array>

#include "base/error.h"

namespace qinglan {
namespace {

// In the order of the enum.
constexpr std::array kInfos = {
    DTypeInfo{DType::f32, "F32", 1, 4, 0},          DTypeInfo{DType::f16, "F16", 1, 2, 1},
    DTypeInfo{DType::bf16, "BF16", 1, 2, 30},       DTypeInfo{DType::f64, "F64", 1, 8, 28},
    DTypeInfo{DType::i8, "I8", 1, 1, 24},           DTypeInfo{DType::u8, "U8", 1, 1, {}},
    DTypeInfo{DType::i16, "I16", 1, 2, 25},         DTypeInfo{DType::i32, "I32", 1, 4, 26},
    DTypeInfo{DType::i64, "I64", 1, 8, 27},         DTypeInfo{DType::boolean, "BOOL", 1, 1, {}},
    DTypeInfo{DType::q4_0, "Q4_0", 32, 18, 2},      DTypeInfo{DType::q4_1, "Q4_1", 32, 20, 3},
    DTypeInfo{DType::q5_0, "Q5_0", 32, 22, 6},      DTypeInfo{DType::q5_1, "Q5_1", 32, 24, 7},
    DTypeInfo{DType::q8_0, "Q8_0", 32, 34, 8},      DTypeInfo{DType::q2_k, "Q2_K", 256, 84, 10},
    DTypeInfo{DType::q3_k, "Q3_K", 256, 110, 11},   DTypeInfo{DType::q4_k, "Q4_K", 256, 144, 12},
    DTypeInfo{DType::q5_k, "Q5_K", 256, 176, 13},   DTypeInfo{DType::q6_k, "Q6_K", 256, 210, 14},
    DTypeInfo{DType::iq4_nl, "IQ4_NL", 32, 18, 20},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kInfos.size(); ++i)
    if (static_cast<std::size_t>(kInfos[i].dtype) != i) return false;
  return kInfos.size() == static_cast<std::size_t>(DType::iq4_nl) + 1;
}
static_assert(in_enum_order());

}  // namespace

const DTypeInfo& info_of(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  QL_CHECK(index < kInfos.size(), "an element type outside its enum");
  return kInfos[index];
}

std::span<const DTypeInfo> dtypes() { return kInfos; }

}  // namespace qinglan
