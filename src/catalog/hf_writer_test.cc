#include "catalog/hf_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "catalog/model_source.h"
#include "io/rows.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

void expect_same_rotary(const Rotary& a, const Rotary& b) {
  EXPECT_EQ(a.theta, b.theta);
  EXPECT_EQ(a.width, b.width);
  EXPECT_DOUBLE_EQ(a.magnitude, b.magnitude);
  for (const bool is_long : {false, true}) EXPECT_EQ(a.frequencies(is_long), b.frequencies(is_long));
}

void expect_same(const ModelConfig& a, const ModelConfig& b) {
  EXPECT_EQ(std::tuple(a.hidden, a.layers, a.heads, a.kv_heads, a.head_dim, a.intermediate, a.vocab),
            std::tuple(b.hidden, b.layers, b.heads, b.kv_heads, b.head_dim, b.intermediate, b.vocab));
  EXPECT_EQ(
      std::tuple(a.max_positions, a.learned_positions, a.position_offset, a.type_vocab, a.embedding_norm),
      std::tuple(b.max_positions, b.learned_positions, b.position_offset, b.type_vocab, b.embedding_norm));
  EXPECT_EQ(std::tuple(a.attention_cap, a.logit_cap, a.reach, a.windowed, a.qk_norm, a.norm, a.norm_eps),
            std::tuple(b.attention_cap, b.logit_cap, b.reach, b.windowed, b.qk_norm, b.norm, b.norm_eps));
  EXPECT_EQ(std::tuple(a.unit_offset_norm, a.residual, a.activation, a.gated, a.tied_embeddings),
            std::tuple(b.unit_offset_norm, b.residual, b.activation, b.gated, b.tied_embeddings));
  EXPECT_EQ(std::tuple(a.norm_bias, a.qkv_bias, a.o_bias, a.ffn_bias),
            std::tuple(b.norm_bias, b.qkv_bias, b.o_bias, b.ffn_bias));
  EXPECT_DOUBLE_EQ(a.query_scale, b.query_scale);
  EXPECT_DOUBLE_EQ(a.embedding_scale, b.embedding_scale);
  expect_same_rotary(a.rotary, b.rotary);
  expect_same_rotary(a.local_rotary, b.local_rotary);
}

TEST(HfWriter, WritesWhatTheReaderReads) {
  int written = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("architectures"))) {
    SCOPED_TRACE(entry.path().filename().string());
    const std::string file = entry.path().string() + "/config.json";
    const ModelConfig config = config_from_hf(read_text(file), file);
    if (architecture_named(config.architecture).gguf_names.empty()) {
      expect_error(ErrorKind::unsupported, {config.architecture}, [&] { hf_config(config); });
      continue;
    }
    // A window of all layers has no place in a file of Qwen2 that came from GGUF, which has none.
    if (config.architecture == "qwen2" && !config.windowed.empty()) continue;
    expect_same(config, config_from_hf(hf_config(config).dump(), "written"));
    ++written;
  }
  EXPECT_GE(written, 16);
}

TEST(HfWriter, KnowsTheClassOfEveryArchitecture) {
  for (const auto& architecture : architectures())
    for (const std::string type : architecture.hf_model_types)
      if (type != "gemma3") {
        EXPECT_FALSE(hf_class_stem(type).empty());
      }
}

}  // namespace
}  // namespace qinglan
