#include "worker/kept_student.h"

#include "base/error.h"
#include "train/tensor_view.h"

namespace qinglan {

SafetensorsFile kept_student(const Step& step, const std::string& role) {
  return SafetensorsFile::open(step.input(role) + "/" + kStudentFile);
}

void restore_backbone(Backbone& backbone, bool upper_only, const SafetensorsFile& kept) {
  for (const auto& parameter : backbone.parameters())
    if (!upper_only || kept.tensors().contains(parameter.name))
      backbone.set_parameter(parameter.name, tensor_of(kept.tensor(parameter.name)));
}

void restore(const std::vector<NamedTensor>& leaves, const SafetensorsFile& kept) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : leaves) {
    const torch::Tensor value = tensor_of(kept.tensor(name));
    QL_CHECK(value.sizes() == tensor.sizes(), "another shape for " + name);
    torch::Tensor(tensor).copy_(value);
  }
}

}  // namespace qinglan
