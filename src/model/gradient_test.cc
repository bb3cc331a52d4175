// Every gradient of full and LoRA tuning of two tiny models against Hugging Face and PEFT on PyTorch
// (tools/golden/model_golden.py).
#include <cmath>

#include "model/backbone.h"
#include "model/head.h"
#include "model/pooling.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

struct Tiny {
  explicit Tiny(const std::string& name, torch::Dtype dtype = torch::kFloat32)
      : source(resolve_model(tiny_path(name))),
        backbone(Backbone::load(source, dtype)),
        golden(SafetensorsFile::open(tiny_path(name) + "/gradients.safetensors")),
        head(3, source.config.hidden) {
    const torch::NoGradGuard no_grad;
    head.parameters()[0].tensor.copy_(tensor_of(golden, "head"));
    head.parameters()[1].tensor.copy_(tensor_of(golden, "bias"));
    batch = PackedBatch::pack(
        parse_json(golden.metadata().at("rows"), "rows").get<std::vector<std::vector<std::int32_t>>>());
  }

  torch::Tensor loss(const LoraAdapter* adapter) const {
    const auto pooling = source.config.kind == ModelKind::encoder ? Pooling::mean : Pooling::last;
    const auto logits = head.forward(pool(backbone.forward(batch, adapter), batch, pooling));
    return -(tensor_of(golden, "targets") * torch::log_softmax(logits, -1)).sum() / batch.documents();
  }

  double norm_of(const std::string& prefix) const {
    double squares = 0;
    for (const auto& [name, view] : golden.tensors())
      if (name.starts_with(prefix)) squares += tensor_of(golden, name).square().sum().item<double>();
    return std::sqrt(squares);
  }

  ModelSource source;
  Backbone backbone;
  SafetensorsFile golden;
  ClassificationHead head;
  PackedBatch batch;
};

class Gradients : public testing::TestWithParam<const char*> {};

TEST_P(Gradients, FullTuningMatchesPyTorchByName) {
  Tiny tiny(GetParam());
  tiny.backbone.set_trainable(true);
  const auto loss = tiny.loss(nullptr);
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), tensor_of(tiny.golden, "loss").item<double>(), 1e-5);
  EXPECT_LE(relative_error(tiny.head.parameters()[0].tensor.grad(), tensor_of(tiny.golden, "grad.head")),
            1e-4);
  EXPECT_LE(relative_error(tiny.head.parameters()[1].tensor.grad(), tensor_of(tiny.golden, "grad.bias")),
            1e-4);
  std::size_t checked = 2;
  for (const auto& parameter : tiny.backbone.parameters()) {
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    for (const auto& part : tiny.backbone.hf_tensors(parameter.name, grad_of(parameter.tensor))) {
      const auto expected = tensor_of(tiny.golden, "grad." + part.name);
      ++checked;
      if (part.name.ends_with("key.bias")) {
        // It moves all scores of a query alike, so its true gradient is 0 and both sides are rounding.
        const double rounding = 1e-6 * tiny.norm_of("grad.");
        EXPECT_LE(part.tensor.norm().item<double>(), rounding) << part.name;
        EXPECT_LE(expected.norm().item<double>(), rounding) << part.name;
      } else {
        EXPECT_LE(relative_error(part.tensor, expected), 1e-4) << part.name;
      }
    }
  }
  const auto& all = tiny.golden.tensors();
  EXPECT_EQ(checked, std::count_if(all.begin(), all.end(),
                                   [](const auto& t) { return t.first.starts_with("grad."); }));
}

TEST_P(Gradients, LoraMatchesPeftByName) {
  Tiny tiny(GetParam());
  const auto adapter = LoraAdapter::create(tiny.source.config, {.rank = 4, .alpha = 8}, 1);
  {
    const torch::NoGradGuard no_grad;
    for (const auto& parameter : adapter.parameters())
      torch::Tensor(parameter.tensor).copy_(tensor_of(tiny.golden, "lora." + parameter.name));
  }
  const auto loss = tiny.loss(&adapter);
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), tensor_of(tiny.golden, "lora.loss").item<double>(), 1e-5);
  for (const auto& parameter : adapter.parameters()) {
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    const auto expected = tensor_of(tiny.golden, "lora.grad." + parameter.name);
    EXPECT_LE(relative_error(parameter.tensor.grad(), expected), 1e-4) << parameter.name;
  }
  for (const auto& parameter : tiny.backbone.parameters()) EXPECT_FALSE(parameter.tensor.grad().defined());
}

TEST_P(Gradients, Bfloat16StaysNearFloat32) {
  Tiny exact(GetParam()), rounded(GetParam(), torch::kBFloat16);
  for (Tiny* tiny : {&exact, &rounded}) {
    tiny->backbone.set_trainable(true);
    tiny->loss(nullptr).backward();
  }
  const double least = 0.01 * exact.norm_of("grad.");
  for (std::size_t i = 0; i < exact.backbone.parameters().size(); ++i) {
    const auto &a = exact.backbone.parameters()[i], &b = rounded.backbone.parameters()[i];
    EXPECT_EQ(b.tensor.grad().scalar_type(), torch::kBFloat16);
    EXPECT_LE(relative_error(grad_of(b.tensor), grad_of(a.tensor), least), 0.06) << a.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Gradients, testing::Values("tiny_llama", "tiny_bert"));

TEST(LoraAdapter, StartsAsTheIdentityAndAsPeftDoes) {
  const Tiny tiny("tiny_llama");
  const auto adapter = LoraAdapter::create(tiny.source.config, {}, 7);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(tiny.backbone.forward(tiny.batch, &adapter), tiny.backbone.forward(tiny.batch)));
  EXPECT_EQ(adapter.parameters()[0].name, "model.layers.0.self_attn.q_proj.lora_A.weight");
  const auto a = adapter.a(1, LoraAdapter::o);
  const double bound = 1 / std::sqrt(32.0);
  EXPECT_LE(a.abs().max().item<double>(), bound);
  EXPECT_GT(a.abs().max().item<double>(), 0.95 * bound);
  EXPECT_NEAR(a.mean().item<double>(), 0, 0.15 * bound);
  EXPECT_EQ(adapter.b(1, LoraAdapter::v).abs().sum().item<double>(), 0);
  EXPECT_TRUE(torch::equal(a, LoraAdapter::create(tiny.source.config, {}, 7).a(1, LoraAdapter::o)));
  EXPECT_FALSE(torch::equal(a, LoraAdapter::create(tiny.source.config, {}, 8).a(1, LoraAdapter::o)));
  EXPECT_FALSE(torch::equal(a, adapter.a(0, LoraAdapter::o)));
  EXPECT_TRUE(error_of([&] { LoraAdapter::create(tiny.source.config, {.rank = 0}, 1); }));
}

}  // namespace
}  // namespace qinglan
