#include "train/tensor_view.h"

#include <cstring>
#include <utility>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::pair<DType, torch::Dtype> kTypes[] = {{DType::f32, torch::kFloat32},
                                                     {DType::f64, torch::kFloat64},
                                                     {DType::bf16, torch::kBFloat16},
                                                     {DType::i64, torch::kInt64}};

}  // namespace

TensorView view_of(const torch::Tensor& tensor) {
  QL_CHECK(tensor.is_contiguous() && tensor.device().is_cpu(), "a view of a scattered tensor");
  for (const auto& [stored, type] : kTypes)
    if (type == tensor.scalar_type())
      return {stored,
              tensor.sizes().vec(),
              {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
  throw Error(ErrorKind::internal, "no file type for a tensor");
}

torch::Tensor tensor_of(const TensorView& view) {
  for (const auto& [stored, type] : kTypes) {
    if (stored != view.dtype) continue;
    torch::Tensor tensor = torch::empty(view.shape, type);
    QL_CHECK(tensor.nbytes() == view.bytes.size(), "a reader let a wrong size through");
    if (!view.bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), view.bytes.size());
    return tensor;
  }
  throw Error(ErrorKind::corrupt_data, "a tensor of an unexpected type").found(info_of(view.dtype).name);
}

}  // namespace qinglan
