#include "catalog/architecture.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "catalog/model_cost.h"

namespace qinglan {
namespace {

TEST(Architecture, NamesAreFoundAndUnknownOnesListTheKnown) {
  EXPECT_STREQ(architecture_of_hf("bert", "f").name, "bert");
  EXPECT_STREQ(architecture_of_gguf("llama", "f").name, "llama");
  try {
    architecture_of_hf("mamba", "config.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr("config.json"), testing::HasSubstr("llama, mistral")));
  }
  EXPECT_THROW(architecture_of_gguf("", "f"), Error);  // an empty name is no architecture's
}

TEST(Architecture, WeightNamesTakeTheLayer) {
  const auto& llama = architecture_named("llama");
  EXPECT_EQ(llama.hf_name(WeightRole::q, 3), "model.layers.3.self_attn.q_proj.weight");
  EXPECT_EQ(weight_name(llama.find(WeightRole::q).gguf, 3), "blk.3.attn_q.weight");
  EXPECT_EQ(llama.hf_name(WeightRole::lm_head, -1), "lm_head.weight");
  EXPECT_EQ(architecture_named("bert").hf_name(WeightRole::down_bias, 0),
            "encoder.layer.0.output.dense.bias");
}

TEST(Architecture, FlopsCountEveryProduct) {
  ModelConfig c;
  c.architecture = "llama";
  c.hidden = 10;
  c.heads = 2;
  c.kv_heads = 1;
  c.head_dim = 4;
  c.intermediate = 7;
  // q, o: 10 x 8; k, v: 10 x 4; gate, up, down: 10 x 7; causal scores and values over (5 + 1) / 2 keys of 8.
  EXPECT_DOUBLE_EQ(token_flops(c, 1, 5, false), 2.0 * (2 * 80 + 2 * 40 + 3 * 70 + 2 * 3 * 8));
  EXPECT_DOUBLE_EQ(token_flops(c, 3, 5, false), 3 * token_flops(c, 1, 5, false));
  EXPECT_DOUBLE_EQ(token_flops(c, 3, 5, true), 3 * token_flops(c, 3, 5, false));
  // A window of 3 tokens: the five tokens see 1, 2, 3, 3 and 3.
  c.windowed = {true};
  c.layers = 1;
  c.reach = 2;
  EXPECT_DOUBLE_EQ(token_flops(c, 1, 5, false), 2.0 * (2 * 80 + 2 * 40 + 3 * 70 + 2 * 2.4 * 8));
  ModelConfig e;
  e.kind = ModelKind::encoder;
  e.gated = false;
  e.hidden = 10;
  e.heads = e.kv_heads = 1;
  e.head_dim = 10;
  e.intermediate = 7;
  EXPECT_DOUBLE_EQ(token_flops(e, 1, 5, false), 2.0 * (4 * 100 + 2 * 70 + 2 * 5 * 10));
}

}  // namespace
}  // namespace qinglan
