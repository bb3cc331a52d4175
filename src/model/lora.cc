#include "model/lora.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {
namespace {

// The matrix's module; where several share one, which of them is said too.
std::string module_name(const Architecture& architecture, WeightRole role, std::int64_t layer) {
  std::string module = architecture.hf_name(role, layer);
  module.resize(module.size() - std::string(".weight").size());
  if (architecture.hf_name(WeightRole::q, layer) != architecture.hf_name(WeightRole::k, layer)) return module;
  if (role == WeightRole::q) module += ":q";
  if (role == WeightRole::k) module += ":k";
  if (role == WeightRole::v) module += ":v";
  return module;
}

}  // namespace

LoraAdapter LoraAdapter::create(const ModelConfig& config, const LoraOptions& options, std::uint64_t run_seed,
                                std::int64_t first, const torch::Device& device) {
  if (options.rank < 1 || !(options.alpha > 0))
    throw Error(ErrorKind::usage, "a LoRA adapter needs a positive rank and alpha")
        .found("r = " + std::to_string(options.rank) + ", alpha = " + std::to_string(options.alpha));
  const Architecture& architecture = architecture_named(config.architecture);
  struct Matrix {
    WeightRole role;
    std::int64_t in, out;
  };
  const std::array<Matrix, 4> matrices{{{WeightRole::q, config.hidden, config.q_width()},
                                        {WeightRole::k, config.hidden, config.kv_width()},
                                        {WeightRole::v, config.hidden, config.kv_width()},
                                        {WeightRole::o, config.q_width(), config.hidden}}};
  LoraAdapter adapter;
  adapter.options_ = options;
  adapter.first_ = first;
  auto number = static_cast<std::uint64_t>(first) * matrices.size();
  for (std::int64_t layer = first; layer < config.layers; ++layer)
    for (const auto& matrix : matrices) {
      const std::string module = module_name(architecture, matrix.role, layer);
      auto a = torch::empty({options.rank, matrix.in}, torch::kFloat32);
      const double bound = 1 / std::sqrt(static_cast<double>(matrix.in));
      Random random(run_seed, "lora", number++);
      float* value = a.data_ptr<float>();
      for (std::int64_t i = 0; i < a.numel(); ++i)
        value[i] = static_cast<float>((2 * random.uniform() - 1) * bound);
      auto b = torch::zeros({matrix.out, options.rank}, torch::kFloat32);
      adapter.parameters_.push_back({module + ".lora_A.weight", a.to(device).set_requires_grad(true)});
      adapter.parameters_.push_back({module + ".lora_B.weight", b.to(device).set_requires_grad(true)});
    }
  return adapter;
}

}  // namespace qinglan
