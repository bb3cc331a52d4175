// The state that a pooling reads, for which the last block leaves out what nobody reads, against pool() of
// all states.
#include "model/backbone.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

const std::vector<std::vector<std::int32_t>> kRows = {
    {5, 9, 12}, {3}, {7, 8, 9, 10, 11, 12, 13}, {20, 21, 22}};

class Pooled : public testing::TestWithParam<std::tuple<const char*, torch::Dtype, Pooling>> {
 protected:
  Pooled()
      : model_(
            Backbone::load(resolve_model(golden_path(std::string("architectures/") + std::get<0>(GetParam())),
                                         NeedTokenizer::no),
                           std::get<1>(GetParam()))),
        adapter_(LoraAdapter::create(model_.config(), {}, 1)) {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(8);
    for (const auto& [name, tensor] : adapter_.parameters()) tensor.normal_(0, 0.1);
  }

  // Bits of LibTorch's products depend on the number of rows.
  void expect_close(const torch::Tensor& ours, const torch::Tensor& theirs) const {
    const double tolerance = std::get<1>(GetParam()) == torch::kFloat32 ? 1e-4 : 0.05;
    ASSERT_EQ(ours.sizes(), theirs.sizes());
    EXPECT_TRUE(torch::allclose(ours.to(torch::kFloat32), theirs.to(torch::kFloat32), tolerance,
                                tolerance * theirs.abs().max().item<double>()));
  }

  // Gradients of the adapter and of the weights, in this order.
  std::vector<torch::Tensor> gradients(const torch::Tensor& pooled) {
    pooled.square().sum().backward();
    auto all = take_gradients(adapter_.parameters());
    for (const auto& gradient : take_gradients(model_.parameters())) all.push_back(gradient);
    return all;
  }

  Backbone model_;
  LoraAdapter adapter_;
  const Pooling pooling_ = std::get<2>(GetParam());
  const PackedBatch batch_ = PackedBatch::pack(kRows);
};

INSTANTIATE_TEST_SUITE_P(Models, Pooled,
                         testing::Combine(testing::Values("llama", "bert", "gpt2", "gpt_neox", "gemma2",
                                                          "phi3"),
                                          testing::Values(torch::kFloat32, torch::kBFloat16),
                                          testing::Values(Pooling::last, Pooling::cls, Pooling::mean)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) +
                                  torch::toString(std::get<1>(info.param)) + name_of(std::get<2>(info.param));
                         });

TEST_P(Pooled, IsThePoolOfAllStates) {
  const torch::NoGradGuard no_grad;
  expect_close(model_.pooled(batch_, pooling_, &adapter_),
               pool(model_.forward(batch_, &adapter_), batch_, pooling_));
}

TEST_P(Pooled, HasItsGradients) {
  model_.set_trainable(true);
  const auto ours = gradients(model_.pooled(batch_, pooling_, &adapter_)),
             again = gradients(model_.pooled(batch_, pooling_, &adapter_, Activations::recompute)),
             theirs = gradients(pool(model_.forward(batch_, &adapter_), batch_, pooling_));
  ASSERT_EQ(ours.size(), theirs.size());
  ASSERT_GT(ours.size(), adapter_.parameters().size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    expect_close(ours[i], theirs[i]);
    EXPECT_TRUE(torch::equal(again[i], ours[i])) << "computed again, they are the same bits";
  }
}

TEST_P(Pooled, GoesOnFromStatesOfAnyDepth) {
  const torch::NoGradGuard no_grad;
  for (std::int64_t depth = 0; depth <= model_.config().layers; ++depth) {
    const auto states = model_.forward(batch_, std::span(&depth, 1), &adapter_)[0];
    const auto resumed = batch_.resumed(states, depth);
    EXPECT_TRUE(torch::equal(model_.pooled(resumed, pooling_, &adapter_),
                             depth < model_.config().layers
                                 ? model_.pooled(batch_, pooling_, &adapter_)
                                 : pool(model_.forward(resumed), resumed, pooling_)));
  }
}

}  // namespace
}  // namespace qinglan
