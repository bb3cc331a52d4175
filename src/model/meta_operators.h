#pragma once
// For tests of model/ only: operators that LibTorch knows on its device without numbers ("meta") from Python
// alone. Like those it has, they refuse operands of another device, as CUDA does.

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>
#include <torch/torch.h>

namespace qinglan {

// Shapes and types are found by computing on zeros.
inline void by_zeros(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  const auto arguments = operation.schema().arguments().size(), first = stack->size() - arguments;
  const bool given = operation.schema().arguments().back().name() == "out";
  const torch::jit::IValue out = given ? stack->back() : torch::jit::IValue();
  for (std::size_t i = first; i < stack->size(); ++i) {
    auto& value = (*stack)[i];
    if (!value.isTensor() || !value.toTensor().defined()) continue;
    const auto tensor = value.toTensor();
    TORCH_CHECK(tensor.is_meta() || tensor.dim() == 0, operation.schema().name(),
                ": an operand of another device");
    if (tensor.is_meta()) value = torch::zeros(tensor.sizes(), tensor.options().device(torch::kCPU));
  }
  operation.callBoxed(stack);
  for (auto& value : *stack)
    if (value.isTensor() && value.toTensor().defined())
      value = given ? out : value.toTensor().to(torch::kMeta);
}

TORCH_LIBRARY_IMPL(aten, Meta, library) {
  for (const char* name :
       {"index_select", "embedding_dense_backward", "where.self", "native_layer_norm",
        "native_layer_norm_backward", "abs", "logical_or", "logical_and", "masked_fill.Scalar", "_softmax",
        "_softmax_backward_data", "where.self_out", "relu"})
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&by_zeros>());
}

}  // namespace qinglan
