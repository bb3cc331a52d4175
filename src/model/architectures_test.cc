// Tiny random models of every architecture against Hugging Face (tools/golden/architectures_golden.py):
// hidden states at every depth, logits and every gradient. The errors that it records become the table in
// docs/models.md.
#include <cmath>
#include <filesystem>

#include "model/backbone.h"
#include "model/meta_operators.h"
#include "model/operators.h"
#include "model/pooling.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

torch::Tensor exact_of(const SafetensorsFile& file, const std::string& name) {
  const TensorView& view = file.tensor(name);
  EXPECT_EQ(view.dtype, DType::f64) << name;
  auto tensor = torch::empty(view.shape, torch::kFloat64);
  std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor;
}

std::vector<std::string> folders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("architectures")))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// The file's tensor of that name; a base model is saved with or without the prefix of its full one.
const std::string* name_in(const SafetensorsFile& file, const std::string& prefix, const std::string& name) {
  for (const auto& [known, view] : file.tensors()) {
    if (!known.starts_with(prefix)) continue;
    const std::string bare = known.substr(prefix.size());
    if (bare == name || bare.ends_with("." + name) || name.ends_with("." + bare)) return &known;
  }
  return nullptr;
}

class Architectures : public testing::TestWithParam<std::string> {
 protected:
  Architectures()
      : folder_(golden_path("architectures/" + GetParam())),
        source_(resolve_model(folder_, NeedTokenizer::no)),
        expected_(SafetensorsFile::open(folder_ + "/expected.safetensors")),
        batch_(PackedBatch::pack(parse_json(expected_.metadata().at("rows"), "rows")
                                     .get<std::vector<std::vector<std::int32_t>>>())) {}

  // Hidden states [depths, T, C] and, for a decoder, last-token logits [B, V].
  std::pair<torch::Tensor, torch::Tensor> outputs(const Backbone& model) const {
    const torch::NoGradGuard no_grad;
    std::vector<std::int64_t> depths(static_cast<std::size_t>(source_.config.layers + 1));
    for (std::size_t i = 0; i < depths.size(); ++i) depths[i] = static_cast<std::int64_t>(i);
    const auto states = model.forward(batch_, depths);
    torch::Tensor logits;
    if (source_.config.kind == ModelKind::decoder)
      logits = model.logits(pool(states.back(), batch_, Pooling::last).to(model.dtype()));
    return {torch::stack(states), logits};
  }

  // At most twice Hugging Face's own error in the same type.
  void expect_near(const std::string& type, const std::string& what, const torch::Tensor& found) {
    const auto exact = exact_of(expected_, what), theirs = exact_of(expected_, type + "." + what);
    const auto difference = found.to(torch::kFloat64) - exact;
    const double rms = difference.square().mean().sqrt().item<double>();
    const double ratio = rms / theirs[0].item<double>();
    EXPECT_LE(ratio, 2) << type << " " << what;
    EXPECT_LE(difference.abs().max().item<double>(), 4 * theirs[1].item<double>()) << type << " " << what;
    record(type + "_" + what, ratio);
  }

  static void record(const std::string& what, double value) {
    if (!operators::serve(torch::kCPU)) RecordProperty(what, std::to_string(value));
  }

  void expect_outputs(torch::Dtype dtype, const std::string& type) {
    const auto [hidden, logits] = outputs(Backbone::load(source_, dtype));
    expect_near(type, "hidden", hidden);
    if (logits.defined()) expect_near(type, "logits", logits);
  }

  torch::Tensor loss(const Backbone& model) const {
    const auto pooling = source_.config.kind == ModelKind::encoder ? Pooling::mean : Pooling::last;
    const auto logits =
        torch::linear(pool(model.forward(batch_), batch_, pooling), tensor_of(expected_, "head"));
    return -(tensor_of(expected_, "targets") * torch::log_softmax(logits, -1)).sum() / batch_.documents();
  }

  void expect_gradients() {
    auto model = Backbone::load(source_, torch::kFloat32);
    model.set_trainable(true);
    const auto value = loss(model);
    value.backward();
    EXPECT_NEAR(value.item<double>(), exact_of(expected_, "loss").item<double>(), 1e-5);
    double squares = 0;
    for (const auto& [name, view] : expected_.tensors())
      if (name.starts_with("grad.")) squares += tensor_of(expected_, name).square().sum().item<double>();
    const double whole = std::sqrt(squares);
    std::size_t checked = 0;
    double worst = 0;
    for (const auto& parameter : model.parameters()) {
      if (!parameter.tensor.grad().defined()) continue;  // the LM head of an untied model
      for (const auto& part : model.hf_tensors(parameter.name, grad_of(parameter.tensor))) {
        const std::string* name = name_in(expected_, "grad.", part.name);
        ASSERT_TRUE(name) << part.name;
        ++checked;
        // A bias of keys moves all scores of a query alike: its gradient is 0, and rounding on both sides.
        const double error = relative_error(part.tensor, tensor_of(expected_, *name), 1e-3 * whole);
        EXPECT_LE(error, 1e-4) << part.name;
        worst = std::max(worst, error);
      }
    }
    record("gradients", worst);
    EXPECT_EQ(checked, std::count_if(expected_.tensors().begin(), expected_.tensors().end(),
                                     [](const auto& t) { return t.first.starts_with("grad."); }));
  }

  std::string folder_;
  ModelSource source_;
  SafetensorsFile expected_;
  PackedBatch batch_;
};

TEST_P(Architectures, ComputesWhatHuggingFaceComputes) {
  expect_outputs(torch::kFloat32, "fp32");
  expect_outputs(torch::kBFloat16, "bf16");
}

TEST_P(Architectures, HasHuggingFacesGradients) { expect_gradients(); }

// What a device without our kernels computes.
TEST_P(Architectures, ComputesTheSameByOperators) {
  const operators::OnCpu by_operators;
  expect_outputs(torch::kFloat32, "fp32");
  expect_outputs(torch::kBFloat16, "bf16");
  expect_gradients();
}

// On a device that holds no numbers but refuses operands of another device, as CUDA does: everything that a
// pass and its gradients need lies where the weights lie.
TEST_P(Architectures, StaysOnItsDevice) {
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    auto model = Backbone::load(source_, dtype, BaseStorage::compute, 0, torch::kMeta);
    model.set_trainable(true);
    const auto adapter = LoraAdapter::create(source_.config, {}, 1, 0, torch::kMeta);
    for (const auto activations : {Activations::keep, Activations::recompute}) {
      const auto states = model.forward(batch_, &adapter, activations);
      EXPECT_TRUE(states.is_meta());
      states.sum().backward();
    }
    EXPECT_TRUE(grad_of(model.parameters().front().tensor).is_meta());
    EXPECT_TRUE(adapter.parameters().front().tensor.grad().is_meta());
  }
}

TEST_P(Architectures, GivesTheFilesTensorsBack) {
  const auto model = Backbone::load(source_, torch::kFloat32);
  const auto file = SafetensorsFile::open(folder_ + "/model.safetensors");
  std::size_t seen = 0;
  for (const auto& parameter : model.parameters())
    for (const auto& part : model.hf_tensors(parameter.name, parameter.tensor)) {
      const std::string* name = name_in(file, "", part.name);
      ASSERT_TRUE(name) << part.name;
      EXPECT_TRUE(torch::equal(part.tensor, tensor_of(file, *name))) << part.name;
      ++seen;
    }
  EXPECT_EQ(seen, file.tensors().size());
}

TEST_P(Architectures, PackingDoesNotMixDocuments) {
  const torch::NoGradGuard no_grad;
  const auto model = Backbone::load(source_, torch::kFloat32);
  const auto together = model.forward(batch_);
  std::int64_t first = 0;
  for (const auto length : batch_.lengths) {
    PackedBatch one{batch_.ids.narrow(0, first, length), batch_.positions.narrow(0, first, length), {length}};
    EXPECT_LE((together.narrow(0, first, length) - model.forward(one)).abs().max().item<double>(), 2e-5);
    first += length;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Architectures, testing::ValuesIn(folders()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace qinglan
