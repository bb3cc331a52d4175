#include "export/merged_weights.h"

#include <map>

namespace qinglan {
namespace {

torch::Tensor product(const LoraAdapter& adapter, std::int64_t layer, LoraAdapter::Target target) {
  return torch::mm(adapter.b(layer, target), adapter.a(layer, target));
}

}  // namespace

void each_merged(const Backbone& backbone, const LoraAdapter* adapter,
                 const std::function<void(const std::string& name, torch::Tensor value)>& take) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, std::function<torch::Tensor()>> changes;
  for (std::int64_t layer = adapter ? adapter->first() : 0; adapter && layer < backbone.config().layers;
       ++layer) {
    const std::string stem = "layers." + std::to_string(layer) + ".";
    changes[stem + "qkv.weight"] = [=] {
      return torch::cat({product(*adapter, layer, LoraAdapter::q), product(*adapter, layer, LoraAdapter::k),
                         product(*adapter, layer, LoraAdapter::v)});
    };
    changes[stem + "o.weight"] = [=] { return product(*adapter, layer, LoraAdapter::o); };
  }
  for (const auto& [name, tensor] : backbone.parameters()) {
    torch::Tensor value = tensor.detach().to(torch::kFloat32);
    if (const auto change = changes.find(name); change != changes.end())
      value = torch::add(value, change->second(), adapter->scale());
    take(name, value);
  }
}

}  // namespace qinglan
