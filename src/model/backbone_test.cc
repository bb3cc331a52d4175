#include "model/backbone.h"

#include "model/load.h"
#include "model/pooling.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

using Rows = std::vector<std::vector<std::int32_t>>;

Backbone tiny(const std::string& name, torch::Dtype dtype = torch::kFloat32) {
  return Backbone::load(resolve_model(tiny_path(name)), dtype);
}

const Rows kRows = {
    {5, 9, 12}, {3}, {7, 8, 9, 10, 11, 12, 13}, {60, 61, 62}, {20, 21, 22, 23, 24, 25, 26, 27, 28}};

class TinyModels : public testing::TestWithParam<const char*> {};

TEST_P(TinyModels, PackingDoesNotMixDocuments) {
  const torch::NoGradGuard no_grad;
  const auto model = tiny(GetParam());
  const auto together = model.forward(PackedBatch::pack(kRows));
  std::int64_t first = 0;
  for (const auto& row : kRows) {
    const auto alone = model.forward(PackedBatch::pack(Rows{row}));
    EXPECT_LE((together.narrow(0, first, alone.size(0)) - alone).abs().max().item<double>(), 2e-5);
    first += alone.size(0);
  }
}

TEST_P(TinyModels, TheLongestTextAndOneTokenShareABatch) {
  const torch::NoGradGuard no_grad;
  const auto model = tiny(GetParam());
  std::vector<std::int32_t> longest(static_cast<std::size_t>(model.config().max_positions));
  for (std::size_t i = 0; i < longest.size(); ++i) longest[i] = static_cast<std::int32_t>(3 + i % 60);
  const Rows rows{{9}, longest, {11}};
  const auto together = model.forward(PackedBatch::pack(rows));
  ASSERT_EQ(together.size(0), model.config().max_positions + 2);
  std::int64_t first = 0;
  for (const auto& row : rows) {
    const auto alone = model.forward(PackedBatch::pack(Rows{row}));
    EXPECT_LE((together.narrow(0, first, alone.size(0)) - alone).abs().max().item<double>(), 2e-5);
    first += alone.size(0);
  }
}

TEST_P(TinyModels, ForwardIsTheSameWithAndWithoutGradients) {
  auto model = tiny(GetParam());
  const auto batch = PackedBatch::pack(kRows);
  model.set_trainable(true);
  const auto with = model.forward(batch).detach();
  const torch::NoGradGuard no_grad;
  EXPECT_LE((with - model.forward(batch)).abs().max().item<double>(), 2e-5);
}

TEST_P(TinyModels, DepthsAreTheStatesOnTheWay) {
  const torch::NoGradGuard no_grad;
  const auto model = tiny(GetParam());
  const auto batch = PackedBatch::pack(kRows);
  const std::vector<std::int64_t> depths{2, 0, 1, 1};
  const auto states = model.forward(batch, depths);
  for (std::size_t i = 0; i < depths.size(); ++i)
    EXPECT_TRUE(torch::equal(states[i], model.forward(batch, std::span(&depths[i], 1))[0])) << depths[i];
  EXPECT_FALSE(torch::equal(states[0], states[1]));
  EXPECT_FALSE(torch::equal(states[1], states[2]));
}

TEST_P(TinyModels, RefusesIdsAndLengthsItCannotRead) {
  const auto model = tiny(GetParam());
  expect_error(ErrorKind::invalid_input, {"outside the model's vocabulary", "64"}, [&] {
    model.forward(PackedBatch::pack(Rows{{1, 64}}));
  });
  expect_error(ErrorKind::invalid_input, {"vocabulary", "-1"},
               [&] { model.forward(PackedBatch::pack(Rows{{-1}})); });
  expect_error(ErrorKind::invalid_input, {"longer than", "25"},
               [&] { model.forward(PackedBatch::pack(Rows{std::vector<std::int32_t>(25, 3)})); });
  expect_error(ErrorKind::invalid_input, {"without tokens"}, [] { PackedBatch::pack(Rows{{}}); });
}

TEST_P(TinyModels, RandomInitHasTheDeclaredDistribution) {
  const auto config = resolve_model(tiny_path(GetParam())).config;
  const auto a = Backbone::random(config, 1, torch::kFloat32),
             b = Backbone::random(config, 1, torch::kFloat32);
  const auto c = Backbone::random(config, 2, torch::kFloat32);
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    const auto& [name, value] = a.parameters()[i];
    EXPECT_TRUE(torch::equal(value, b.parameters()[i].tensor)) << name;
    if (name.ends_with("norm.weight")) {
      EXPECT_TRUE(torch::equal(value, torch::ones_like(value))) << name;
    } else if (name.ends_with(".bias")) {
      EXPECT_EQ(value.abs().sum().item<double>(), 0) << name;
    } else {
      EXPECT_NEAR(value.std().item<double>(), 0.02, 0.004) << name;
      EXPECT_FALSE(torch::equal(value, c.parameters()[i].tensor)) << name;
    }
  }
}

TEST_P(TinyModels, ParametersSetBackGiveTheSameModel) {
  const torch::NoGradGuard no_grad;
  const auto model = tiny(GetParam());
  auto other = Backbone::random(model.config(), 1, torch::kFloat32);
  const auto batch = PackedBatch::pack(kRows);
  EXPECT_FALSE(torch::equal(other.forward(batch), model.forward(batch)));
  for (const auto& parameter : model.parameters()) other.set_parameter(parameter.name, parameter.tensor);
  EXPECT_TRUE(torch::equal(other.forward(batch), model.forward(batch)));
}

TEST_P(TinyModels, MissingAndMisshapenWeightsAreNamed) {
  const TemporaryFolder folder;
  const std::string from = tiny_path(GetParam());
  std::filesystem::copy_file(from + "/tokenizer.json", folder / "tokenizer.json");
  std::filesystem::copy_file(from + "/config.json", folder / "config.json");
  const auto file = SafetensorsFile::open(from + "/model.safetensors");
  const std::string name = file.tensors().rbegin()->first;
  const auto load = [&] { Backbone::load(resolve_model(folder / ""), torch::kFloat32); };

  TensorMap tensors = file.tensors();
  tensors.erase(name);
  write_bytes(folder / "model.safetensors", safetensors_bytes(tensors));
  expect_error(ErrorKind::corrupt_data, {name, "missing"}, load);

  const auto wrong = torch::zeros({3, 5});
  tensors[name] = view_of(wrong);
  write_bytes(folder / "model.safetensors", safetensors_bytes(tensors));
  expect_error(ErrorKind::corrupt_data, {name, "shape", "[3, 5]"}, load);

  const std::string whole = safetensors_bytes(file.tensors());
  write_bytes(folder / "model.safetensors", whole.substr(0, whole.size() - 4));
  expect_error(ErrorKind::corrupt_data, {"model.safetensors"}, load);
}

TEST_P(TinyModels, TokenizerMustFitTheWeights) {
  const TemporaryFolder folder;
  const std::string from = tiny_path(GetParam());
  for (const char* name : {"/config.json", "/model.safetensors"})
    std::filesystem::copy_file(from + name, folder / (name + 1));
  Json definition = parse_json(read_text(from + "/tokenizer.json"), "tokenizer.json");
  definition["model"]["vocab"]["one more"] = 64;
  write_bytes(folder / "tokenizer.json", definition.dump());
  expect_error(ErrorKind::invalid_input, {"does not fit", "64", "65"},
               [&] { load_model(folder / "", torch::kFloat32); });
  std::filesystem::remove(folder / "tokenizer.json");
  std::filesystem::copy_file(from + "/tokenizer.json", folder / "tokenizer.json");
  EXPECT_EQ(load_model(folder / "", torch::kFloat32).tokenizer.vocab_size(), 64);
}

INSTANTIATE_TEST_SUITE_P(Models, TinyModels, testing::Values("tiny_llama", "tiny_bert"));

TEST(Backbone, AnEncoderHasNoLogits) {
  const auto model = tiny("tiny_bert");
  expect_error(ErrorKind::unsupported, {"bert"}, [&] { model.logits(torch::zeros({1, 32})); });
}

TEST(Backbone, HuggingFaceViewsCoverFusedMatrices) {
  const auto model = tiny("tiny_llama");
  const auto file = SafetensorsFile::open(tiny_path("tiny_llama") + "/model.safetensors");
  std::size_t seen = 0;
  for (const auto& parameter : model.parameters())
    for (const auto& part : model.hf_tensors(parameter.name, parameter.tensor)) {
      EXPECT_TRUE(torch::equal(part.tensor, tensor_of(file, part.name))) << part.name;
      ++seen;
    }
  EXPECT_EQ(seen, file.tensors().size());
}

TEST(Pooling, TakesRealTokensOnly) {
  const auto hidden = torch::arange(12, torch::kFloat32).view({6, 2});
  const std::vector<std::vector<std::int32_t>> documents{{1}, {2, 3, 4}, {5, 6}};
  const PackedBatch batch = PackedBatch::pack(documents);
  EXPECT_TRUE(torch::equal(pool(hidden, batch, Pooling::last),
                           torch::tensor({{0.f, 1.f}, {6.f, 7.f}, {10.f, 11.f}})));
  EXPECT_TRUE(
      torch::equal(pool(hidden, batch, Pooling::cls), torch::tensor({{0.f, 1.f}, {2.f, 3.f}, {8.f, 9.f}})));
  EXPECT_TRUE(
      torch::equal(pool(hidden, batch, Pooling::mean), torch::tensor({{0.f, 1.f}, {4.f, 5.f}, {9.f, 10.f}})));
  EXPECT_EQ(pool(hidden.to(torch::kBFloat16), batch, Pooling::mean).scalar_type(), torch::kFloat32);
  EXPECT_EQ(pooling_named("mean"), Pooling::mean);
  EXPECT_TRUE(error_of([] { pooling_named("max"); }));
}

}  // namespace
}  // namespace qinglan
