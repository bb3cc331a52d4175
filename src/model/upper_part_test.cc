// The upper part of a model, which goes on from hidden states, against the whole model.
#include "base/error.h"
#include "model/backbone.h"
#include "model/test_support.h"

namespace qinglan {
namespace {

using Rows = std::vector<std::vector<std::int32_t>>;

const Rows kRows = {{5, 9, 12}, {3}, {7, 8, 9, 10, 11, 12, 13}, {20, 21, 22}};

ModelSource source_of(const std::string& name) {
  return resolve_model(golden_path("architectures/" + name), NeedTokenizer::no);
}

struct Parts {
  Backbone whole, upper;
  PackedBatch batch, resumed;

  Parts(const std::string& name, torch::Dtype dtype)
      : whole(Backbone::load(source_of(name), dtype)),
        upper(Backbone::load(source_of(name), dtype, BaseStorage::compute, 1)),
        batch(PackedBatch::pack(kRows)) {
    const torch::NoGradGuard no_grad;
    const std::int64_t depth = 1;
    resumed = batch.resumed(whole.forward(batch, std::span(&depth, 1))[0], depth);
  }
};

class UpperPart : public testing::TestWithParam<std::tuple<const char*, torch::Dtype>> {
 protected:
  Parts parts() const { return {std::get<0>(GetParam()), std::get<1>(GetParam())}; }
};

INSTANTIATE_TEST_SUITE_P(Models, UpperPart,
                         testing::Combine(testing::Values("llama", "bert", "gpt2", "gemma2", "phi3"),
                                          testing::Values(torch::kFloat32, torch::kBFloat16)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) +
                                  torch::toString(std::get<1>(info.param));
                         });

TEST_P(UpperPart, GoesOnFromHiddenStatesToTheSameBits) {
  const torch::NoGradGuard no_grad;
  const Parts p = parts();
  const auto given = p.resumed.hidden.clone();
  const auto expected = p.whole.forward(p.batch);
  EXPECT_TRUE(torch::equal(p.upper.forward(p.resumed), expected));
  EXPECT_TRUE(torch::equal(p.whole.forward(p.resumed), expected)) << "a whole model goes on from them too";
  EXPECT_TRUE(torch::equal(p.resumed.hidden, given)) << "the batch stays as it is";
  EXPECT_TRUE(torch::equal(p.resumed.positions, p.batch.positions));
}

TEST_P(UpperPart, HoldsTheUpperBlocksAndTheFinalNormAlone) {
  const Parts p = parts();
  ASSERT_FALSE(p.upper.parameters().empty());
  std::map<std::string, torch::Tensor> whole;
  for (const auto& [name, tensor] : p.whole.parameters()) whole[name] = tensor;
  for (const auto& [name, tensor] : p.upper.parameters()) {
    EXPECT_TRUE(name.starts_with("layers.1.") || name.starts_with("final_norm.")) << name;
    EXPECT_TRUE(torch::equal(tensor, whole.at(name))) << name;
  }
}

TEST_P(UpperPart, RandomOneHasTheWholeModelsNumbers) {
  const Parts p = parts();
  const auto whole = Backbone::random(p.whole.config(), 3, p.whole.dtype());
  const auto upper = Backbone::random(p.whole.config(), 3, p.whole.dtype(), 1);
  std::map<std::string, torch::Tensor> expected;
  for (const auto& [name, tensor] : whole.parameters()) expected[name] = tensor;
  for (const auto& [name, tensor] : upper.parameters())
    EXPECT_TRUE(torch::equal(tensor, expected.at(name))) << name;
}

TEST_P(UpperPart, GradientsReachItsWeightsOnly) {
  Parts p = parts();
  p.whole.set_trainable(true);
  p.upper.set_trainable(true);
  p.whole.forward(p.resumed).to(torch::kFloat32).sum().backward();
  p.upper.forward(p.resumed).to(torch::kFloat32).sum().backward();
  std::map<std::string, torch::Tensor> gradients;
  for (const auto& [name, tensor] : p.whole.parameters()) gradients[name] = tensor.grad();
  for (const auto& [name, tensor] : p.upper.parameters())
    EXPECT_TRUE(torch::equal(tensor.grad(), gradients.at(name))) << name;
  EXPECT_FALSE(gradients.at("layers.0.qkv.weight").defined());
}

TEST_P(UpperPart, AdaptersOfTheUpperBlocksStartAsThoseOfAll) {
  const Parts p = parts();
  const auto all = LoraAdapter::create(p.whole.config(), {}, 7),
             upper = LoraAdapter::create(p.whole.config(), {}, 7, 1);
  EXPECT_FALSE(upper.covers(0));
  EXPECT_EQ(upper.parameters().size() * 2, all.parameters().size());
  for (const auto target : {LoraAdapter::q, LoraAdapter::o})
    EXPECT_TRUE(torch::equal(all.a(1, target), upper.a(1, target)));
  const torch::NoGradGuard no_grad;
  upper.b(1, LoraAdapter::v).fill_(0.5);
  const auto resumed = p.upper.forward(p.resumed, &upper);
  EXPECT_FALSE(torch::equal(resumed, p.upper.forward(p.resumed)));
  EXPECT_TRUE(torch::equal(p.whole.forward(p.batch, &upper), resumed)) << "blocks below are left as they are";
}

}  // namespace
}  // namespace qinglan
