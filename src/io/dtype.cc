#include "io/dtype.h"

#include <array>

#include "base/error.h"

namespace qinglan {
namespace {

// In the order of the enum.
constexpr std::array kInfos = {
    DTypeInfo{DType::f32, "F32", 1, 4},     DTypeInfo{DType::f16, "F16", 1, 2},
    DTypeInfo{DType::bf16, "BF16", 1, 2},   DTypeInfo{DType::f64, "F64", 1, 8},
    DTypeInfo{DType::i8, "I8", 1, 1},       DTypeInfo{DType::u8, "U8", 1, 1},
    DTypeInfo{DType::i16, "I16", 1, 2},     DTypeInfo{DType::i32, "I32", 1, 4},
    DTypeInfo{DType::i64, "I64", 1, 8},     DTypeInfo{DType::boolean, "BOOL", 1, 1},
    DTypeInfo{DType::q8_0, "Q8_0", 32, 34}, DTypeInfo{DType::q4_0, "Q4_0", 32, 18},
    DTypeInfo{DType::q4_1, "Q4_1", 32, 20},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kInfos.size(); ++i)
    if (static_cast<std::size_t>(kInfos[i].dtype) != i) return false;
  return kInfos.size() == static_cast<std::size_t>(DType::q4_1) + 1;
}
static_assert(in_enum_order());

}  // namespace

const DTypeInfo& info_of(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  QL_CHECK(index < kInfos.size(), "an element type outside its enum");
  return kInfos[index];
}

}  // namespace qinglan
