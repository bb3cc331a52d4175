#include "model/runtime.h"

#include <ATen/Parallel.h>

#include <mutex>
#include <set>
#include <thread>

#include "model/attention.h"
#include "model/backbone.h"
#include "model/kernels.h"
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
  pool(model.forward(batch), batch, Pooling::mean).square().sum().backward();
  std::vector<torch::Tensor> grads;
  for (const auto& parameter : model.parameters()) grads.push_back(grad_of(parameter.tensor).flatten());
  return torch::cat(grads);
}

// A build without OpenMP in our own objects runs them on one thread and says nothing.
TEST(Runtime, OurOwnLoopsRunOnAllThreads) {
  init_runtime(2);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  at::parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    const std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(seen.size(), 2U);
}

// Values and gradients of every kernel on the same rows.
std::vector<torch::Tensor> kernel_results(torch::Dtype dtype) {
  torch::manual_seed(3);
  const std::vector<std::int64_t> lengths{90, 3, 41, 1, 70, 17};  // 222 tokens
  const AttentionShape shape{4, 2, 16, true};
  const torch::Tensor qkv = torch::randn({222, 128}).to(dtype).requires_grad_(),
                      gate_up = torch::randn({222, 96}).to(dtype).requires_grad_(),
                      weight = torch::randn({48}).to(dtype).requires_grad_();
  const torch::Tensor inner = rms_norm(gated(gate_up, Activation::silu), weight, 1e-5);
  const torch::Tensor context = attend(qkv, lengths, shape);
  std::vector<std::vector<std::int32_t>> documents(9);
  for (std::size_t i = 0; i < documents.size(); ++i)
    for (std::int32_t token = 0; token < 60; ++token)
      documents[i].push_back(token < 45 ? token : token * static_cast<std::int32_t>(i));
  const PackedBatch batch = PackedBatch::pack(pointers_to(documents), Beginnings::shared);
  const torch::Tensor together = attend(qkv.narrow(0, 0, batch.rows()), batch.lengths, shape, batch.shared);
  (inner.square().sum() + context.square().sum() + together.square().sum()).backward();
  return {inner.detach(), context.detach(), together.detach(), qkv.grad(), gate_up.grad(), weight.grad()};
}

TEST(Runtime, KernelsGiveTheSameBitsAtAnyNumberOfThreads) {
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    init_runtime(1);
    const auto alone = kernel_results(dtype);
    init_runtime(2);
    const auto shared = kernel_results(dtype);
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_TRUE(torch::equal(alone[i], shared[i])) << i;
  }
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
