#include "model/runtime.h"

#include "model/backbone.h"
#include "model/pooling.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

// Gradients of one full-tuning step, all in one vector.
torch::Tensor step(const std::string& name, torch::Dtype dtype) {
  auto model = Backbone::load(resolve_model(tiny_path(name)), dtype);
  model.set_trainable(true);
  std::vector<std::vector<std::int32_t>> rows;
  for (std::int32_t i = 0; i < 40; ++i) rows.emplace_back(1 + i % 17, 3 + i);
  const auto batch = PackedBatch::pack(rows);
  pool(model.forward(batch), batch.lengths, Pooling::mean).square().sum().backward();
  std::vector<torch::Tensor> grads;
  for (const auto& parameter : model.parameters()) grads.push_back(grad_of(parameter.tensor).flatten());
  return torch::cat(grads);
}

TEST(Runtime, TrainingIsDeterministicAtFixedThreads) {
  for (const int threads : {1, 2}) {
    init_runtime(threads);
    for (const char* name : {"tiny_llama", "tiny_bert"})
      for (const auto dtype : {torch::kFloat32, torch::kBFloat16})
        EXPECT_TRUE(torch::equal(step(name, dtype), step(name, dtype)));
  }
  expect_error(ErrorKind::usage, {"at least one thread"}, [] { init_runtime(0); });
}

}  // namespace
}  // namespace qinglan
