// The tiny models of every architecture as GGUF files with llama.cpp's names, metadata and changes to weights
// (tools/golden/gguf_models_golden.py): they must be the models of the safetensors files.
#include <cmath>
#include <filesystem>

#include "model/backbone.h"
#include "model/operators.h"
#include "model/pooling.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

constexpr const char* kFolder = "gguf_models";
constexpr double kRounded = 1e-5;

// What the format cannot say of a model, as the Hugging Face config would say it; and numbers that it rounds
// to fp32.
struct Loss {
  const char* name;
  void (*apply)(ModelConfig& config);
  double tolerance;
};
constexpr Loss kLosses[] = {
    // Scores are scaled by the head's size unless the model is the largest of its generation.
    {"gemma2", [](ModelConfig& c) { c.query_scale = 1 / std::sqrt(static_cast<double>(c.head_dim)); }, 0},
    // The converter leaves out windows of Mistral and Qwen2, and BERT's activation.
    {"mistral_window", [](ModelConfig& c) { c.windowed.clear(); }, 0},
    {"qwen2_window", [](ModelConfig& c) { c.windowed.clear(); }, 0},
    {"bert_relu", [](ModelConfig& c) { c.activation = Activation::gelu; }, 0},
    {"llama3_rope", [](ModelConfig&) {}, kRounded},    // divisors
    {"phi3_longrope", [](ModelConfig&) {}, kRounded},  // magnitude
};

const Loss* loss_of(const std::string& name) {
  for (const auto& loss : kLosses)
    if (name == loss.name) return &loss;
  return nullptr;
}

std::vector<std::string> files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path(kFolder)))
    if (entry.path().stem() != "blocks") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string gguf_path(const std::string& name) {
  return golden_path(std::string(kFolder) + "/" + name + ".gguf");
}

PackedBatch batch_of(const std::string& name) {
  const auto expected = SafetensorsFile::open(golden_path("architectures/" + name + "/expected.safetensors"));
  return PackedBatch::pack(
      parse_json(expected.metadata().at("rows"), "rows").get<std::vector<std::vector<std::int32_t>>>());
}

// Hidden states [depths, T, C], then the last tokens' logits of a decoder.
std::vector<torch::Tensor> outputs(const Backbone& model, const PackedBatch& batch) {
  const torch::NoGradGuard no_grad;
  std::vector<std::int64_t> depths(static_cast<std::size_t>(model.config().layers + 1));
  for (std::size_t i = 0; i < depths.size(); ++i) depths[i] = static_cast<std::int64_t>(i);
  auto states = model.forward(batch, depths);
  if (model.config().kind == ModelKind::decoder)
    states.push_back(model.logits(pool(states.back(), batch, Pooling::last).to(model.dtype())));
  return states;
}

class GgufModels : public testing::TestWithParam<std::string> {};

TEST_P(GgufModels, AreTheModelsOfTheSafetensorsFiles) {
  const Loss* loss = loss_of(GetParam());
  auto source = resolve_model(golden_path("architectures/" + GetParam()), NeedTokenizer::no);
  if (loss) loss->apply(source.config);
  const auto ours =
      outputs(Backbone::load(resolve_model(gguf_path(GetParam())), torch::kFloat32), batch_of(GetParam()));
  const auto theirs = outputs(Backbone::load(source, torch::kFloat32), batch_of(GetParam()));
  ASSERT_EQ(ours.size(), theirs.size());
  double most = 0;
  for (std::size_t i = 0; i < ours.size(); ++i)
    most = std::max(most, (ours[i] - theirs[i]).abs().max().item<double>());
  EXPECT_LE(most, loss ? loss->tolerance : 0);
  RecordProperty("gguf_difference", std::to_string(most));
}

// The same numbers, held in the compute type or as in the file.
TEST_P(GgufModels, GiveTheSameBitsKeptAsInTheFile) {
  const auto source = resolve_model(gguf_path(GetParam()));
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    const auto dense = outputs(Backbone::load(source, dtype), batch_of(GetParam()));
    const auto kept = outputs(Backbone::load(source, dtype, BaseStorage::file), batch_of(GetParam()));
    for (std::size_t i = 0; i < dense.size(); ++i) EXPECT_TRUE(torch::equal(dense[i], kept[i])) << i;
  }
}

TEST_P(GgufModels, GiveTheSameBitsKeptAsInTheFileByOperators) {
  const operators::OnCpu by_operators;
  const auto source = resolve_model(gguf_path(GetParam()));
  const auto dense = outputs(Backbone::load(source, torch::kBFloat16), batch_of(GetParam()));
  const auto kept =
      outputs(Backbone::load(source, torch::kBFloat16, BaseStorage::file), batch_of(GetParam()));
  for (std::size_t i = 0; i < dense.size(); ++i) EXPECT_TRUE(torch::equal(dense[i], kept[i])) << i;
}

TEST_P(GgufModels, StayOnTheirDeviceKeptAsInTheFile) {
  const torch::NoGradGuard no_grad;
  const auto kept = Backbone::load(resolve_model(gguf_path(GetParam())), torch::kBFloat16, BaseStorage::file,
                                   0, torch::kMeta);
  EXPECT_TRUE(kept.forward(batch_of(GetParam())).is_meta());
}

INSTANTIATE_TEST_SUITE_P(All, GgufModels, testing::ValuesIn(files()),
                         [](const auto& info) { return info.param; });

TEST(GgufModels, CoverEveryArchitectureOfTheFormat) {
  std::vector<std::string> seen;
  for (const auto& name : files()) seen.push_back(resolve_model(gguf_path(name)).config.architecture);
  for (const auto& architecture : architectures()) {
    if (architecture.gguf_names.empty()) continue;
    EXPECT_NE(std::find(seen.begin(), seen.end(), architecture.name), seen.end()) << architecture.name;
  }
}

// One step of LoRA and a head on a Llama whose q, k and v are of different block types.
struct Step {
  torch::Tensor hidden;
  LoraAdapter adapter;
};

Step lora_step(torch::Dtype dtype, BaseStorage storage) {
  const auto source = resolve_model(gguf_path("blocks"));
  const auto model = Backbone::load(source, dtype, storage);
  Step step{{}, LoraAdapter::create(source.config, {.rank = 4, .alpha = 8}, 1)};
  {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(1);
    for (const auto& parameter : step.adapter.parameters())
      torch::Tensor(parameter.tensor).copy_(0.2 * torch::randn(parameter.tensor.sizes()));
  }
  const std::vector<std::vector<std::int32_t>> rows{{5, 9, 12}, {3}, {7, 8, 9, 10, 11, 12, 13}, {60, 61, 62}};
  const auto batch = PackedBatch::pack(rows);
  const auto hidden = model.forward(batch, &step.adapter);
  pool(hidden, batch, Pooling::last).square().sum().backward();
  step.hidden = hidden.detach();
  return step;
}

TEST(KeptInBlocks, LoraLearnsTheSameBits) {
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    const auto dense = lora_step(dtype, BaseStorage::compute), kept = lora_step(dtype, BaseStorage::file);
    EXPECT_TRUE(torch::equal(dense.hidden, kept.hidden));
    for (std::size_t i = 0; i < dense.adapter.parameters().size(); ++i) {
      const auto &a = dense.adapter.parameters()[i], &b = kept.adapter.parameters()[i];
      EXPECT_GT(a.tensor.grad().abs().sum().item<double>(), 0) << a.name;
      EXPECT_TRUE(torch::equal(a.tensor.grad(), b.tensor.grad())) << a.name;
    }
  }
}

TEST(KeptInBlocks, IsRefusedWhereThereAreNoBlocksOrGradientsAreAsked) {
  auto model = Backbone::load(resolve_model(gguf_path("blocks")), torch::kFloat32, BaseStorage::file);
  EXPECT_EQ(model.storage(), BaseStorage::file);
  expect_error(ErrorKind::unsupported, {"cannot be trained", "lora"}, [&] { model.set_trainable(true); });
  EXPECT_NO_THROW(model.set_trainable(false));
  const auto folder = resolve_model(golden_path("architectures/llama"), NeedTokenizer::no);
  expect_error(ErrorKind::unsupported, {"GGUF", "llama"},
               [&] { Backbone::load(folder, torch::kFloat32, BaseStorage::file); });
}

}  // namespace
}  // namespace qinglan
