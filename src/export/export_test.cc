// A LoRA student of every tiny architecture against Hugging Face and PEFT (tools/golden/export_golden.py):
// names, shapes and logits of what is exported; then loaded here again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "export/gguf_model.h"
#include "export/hf_folder.h"
#include "export/merged_weights.h"
#include "export/peft_adapter.h"
#include "export/student_card.h"
#include "export/tokenizer_files.h"
#include "export/weight_shards.h"
#include "io/rows.h"
#include "io/safetensors.h"
#include "io/test_support.h"
#include "model/pooling.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

constexpr LoraOptions kLora{2, 4};

std::vector<std::string> names_of_models() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("architectures")))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// Byte-level BPE without merges: 32 tokens, the first of them special.
void write_tiny_tokenizer(const std::string& folder) {
  Json vocab = Json::object(), added = Json::array();
  for (int id = 0; id < 32; ++id)
    vocab[id < 2 ? "<" + std::to_string(id) + ">" : std::string(1, 'a' + id - 2)] = id;
  for (const auto& [token, id] : vocab.items())
    if (token.size() > 1)
      added.push_back({{"id", id},
                       {"content", token},
                       {"single_word", false},
                       {"lstrip", false},
                       {"rstrip", false},
                       {"normalized", false},
                       {"special", true}});
  const Json model = {{"type", "BPE"},
                      {"dropout", nullptr},
                      {"unk_token", nullptr},
                      {"fuse_unk", false},
                      {"continuing_subword_prefix", nullptr},
                      {"end_of_word_suffix", nullptr},
                      {"byte_fallback", false},
                      {"vocab", vocab},
                      {"merges", Json::array()}};
  const Json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  const Json definition = {
      {"version", "1.0"},          {"truncation", nullptr}, {"padding", nullptr},
      {"added_tokens", added},     {"normalizer", nullptr}, {"pre_tokenizer", byte_level},
      {"post_processor", nullptr}, {"decoder", byte_level}, {"model", model}};
  std::ofstream(folder + "/tokenizer.json") << definition.dump();
  std::ofstream(folder + "/tokenizer_config.json") << R"({"pad_token": "<0>", "eos_token": "<1>"})";
}

torch::Tensor formula(std::int64_t rows, std::int64_t columns, double (*f)(double), double start,
                      double scale) {
  auto values = torch::empty({rows, columns}, torch::kFloat64);
  for (std::int64_t i = 0; i < rows * columns; ++i)
    values.data_ptr<double>()[i] = scale * f(start + static_cast<double>(i));
  return values.to(torch::kFloat32);
}

LoraAdapter formula_adapter(const ModelConfig& config) {
  const torch::NoGradGuard no_grad;
  LoraAdapter adapter = LoraAdapter::create(config, kLora, 0);
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    for (const auto target : {LoraAdapter::q, LoraAdapter::k, LoraAdapter::v, LoraAdapter::o}) {
      const auto l = static_cast<double>(layer), t = static_cast<double>(target);
      torch::Tensor a = adapter.a(layer, target), b = adapter.b(layer, target);
      a.copy_(formula(a.size(0), a.size(1), std::sin, 1 + 7 * t + 13 * l, 0.1));
      b.copy_(formula(b.size(0), b.size(1), std::cos, 2 + 5 * t + 11 * l, 0.1));
    }
  return adapter;
}

std::map<std::string, std::vector<std::int64_t>> shapes_of(const std::string& path) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  const SafetensorsFile file = SafetensorsFile::open(path);
  for (const auto& [name, view] : file.tensors()) shapes[name] = view.shape;
  return shapes;
}

class Export : public testing::TestWithParam<std::string> {
 protected:
  Export()
      : golden_(parse_json(read_text(golden_path("export/" + GetParam() + ".json")), GetParam())),
        model_(load()),
        rows_(golden_.at("rows").get<std::vector<std::vector<std::int32_t>>>()),
        student_{.base = model_, .adapter = formula_adapter(model_.backbone.config())} {
    const ModelConfig& config = model_.backbone.config();
    student_.head_weight = formula(3, config.hidden, std::sin, 3, 0.3);
    if (config.kind == ModelKind::encoder) student_.head_bias = torch::tensor({0.1f, -0.2f, 0.3f});
    student_.depth = config.layers;
    student_.pooling = {pooling_named(golden_.at("pooling"))};
    student_.classes = {"a", "b", "c"};
    student_.card = {{"title", "tiny"}, {"text", "{text}"}};
  }

  LoadedModel load() {
    ModelSource source = resolve_model(golden_path("architectures/" + GetParam()), NeedTokenizer::no);
    write_tiny_tokenizer(here_);
    source.tokenizer_path = here_;
    Backbone backbone = Backbone::load(source, torch::kFloat32);
    return {source, Tokenizer::load(here_), std::move(backbone)};
  }

  torch::Tensor pooled(const Backbone& backbone, const LoraAdapter* adapter) const {
    const torch::NoGradGuard no_grad;
    const PackedBatch batch = PackedBatch::pack(rows_);
    return pool(backbone.forward(batch, adapter), batch, student_.pooling.front());
  }
  torch::Tensor logits(const torch::Tensor& states) const {
    return torch::linear(states, student_.head_weight, student_.head_bias);
  }
  torch::Tensor theirs() const {
    std::vector<torch::Tensor> rows;
    for (const auto& row : golden_.at("logits"))
      rows.push_back(torch::tensor(row.get<std::vector<double>>(), torch::kFloat64));
    return torch::stack(rows).to(torch::kFloat32);
  }
  std::string folder(const std::string& name) {
    std::filesystem::create_directories(folder_ / name);
    return folder_ / name;
  }
  static double distance(const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b).abs().max().item<double>();
  }

  TemporaryFolder folder_;
  std::string here_ = folder("tokenizer");
  Json golden_;
  LoadedModel model_;
  std::vector<std::vector<std::int32_t>> rows_;
  ExportedStudent student_;
  FileSystem& fs_ = real_file_system();
};

TEST_P(Export, AnswersAsHuggingFaceDoes) {
  EXPECT_LE(distance(logits(pooled(model_.backbone, &*student_.adapter)), theirs()), 1e-4);
}

TEST_P(Export, AFolderHasTheTensorsOfItsClass) {
  const std::string out = folder("hf");
  write_hf_folder(fs_, out, student_, torch::kFloat32);
  write_card(fs_, out, student_, ExportFormat::hf, "");
  const bool apart = head_form(student_) == HeadForm::apart;
  EXPECT_EQ(apart, GetParam().starts_with("modernbert"));
  std::vector<std::string> files{"README.md",    "config.json",    "model.safetensors",
                                 "qinglan.json", "tokenizer.json", "tokenizer_config.json"};
  if (apart) files.insert(files.begin() + 2, "head.safetensors");
  EXPECT_EQ(fs_.list(out), files);
  std::map<std::string, std::vector<std::int64_t>> found;
  for (const auto& [name, shape] : shapes_of(out + "/model.safetensors"))
    found[apart && name.starts_with("model.") ? name.substr(6) : name] = shape;
  const auto expected = golden_.at("hf").get<std::map<std::string, std::vector<std::int64_t>>>();
  EXPECT_EQ(found, expected);
}

TEST_P(Export, AFolderLoadsHereAgain) {
  const std::string out = folder("hf");
  write_hf_folder(fs_, out, student_, torch::kFloat32);
  const ModelSource source = resolve_model(out);
  const Backbone again = Backbone::load(source, torch::kFloat32);
  EXPECT_LE(distance(logits(pooled(again, nullptr)), theirs()), 1e-4);
  EXPECT_EQ(Tokenizer::load(out).encode("abc", true), model_.tokenizer.encode("abc", true));
  const Json config = parse_json(read_text(out + "/config.json"), "config.json");
  EXPECT_EQ(config.at("pad_token_id"),
            GetParam() == "roberta" ? 1 : 0);  // RoBERTa's positions start after it
  if (head_form(student_) != HeadForm::apart) {
    EXPECT_EQ(config.at("id2label").at("2"), "c");
  }
  const SafetensorsFile file = SafetensorsFile::open(out + "/model.safetensors");
  if (head_form(student_) == HeadForm::score) {
    EXPECT_TRUE(torch::equal(tensor_of(file.tensor("score.weight")), student_.head_weight));
  } else if (head_form(student_) == HeadForm::pooler) {
    const bool bert = file.tensors().contains("classifier.weight");
    const auto part = [&](const char* name) { return tensor_of(file.tensor(name)); };
    const torch::Tensor dense = part(bert ? "bert.pooler.dense.weight" : "classifier.dense.weight");
    const torch::Tensor out_weight = part(bert ? "classifier.weight" : "classifier.out_proj.weight");
    const torch::Tensor states = pooled(again, nullptr);
    const torch::Tensor answer =
        torch::linear(torch::tanh(torch::linear(states, dense)), out_weight, student_.head_bias);
    EXPECT_LE(distance(answer, theirs()), 1e-4);
  }
}

TEST_P(Export, ABaseIsTheBase) {
  const std::string out = folder("base");
  write_hf_folder(fs_, out, student_, torch::kFloat32, HfPart::base);
  const Backbone again = Backbone::load(resolve_model(out), torch::kFloat32);
  EXPECT_TRUE(torch::equal(pooled(again, nullptr), pooled(model_.backbone, nullptr)));
}

TEST_P(Export, AnAdapterHasTheTensorsOfPeft) {
  const std::string out = folder("peft");
  write_peft_adapter(fs_, out, student_, "/base");
  const auto expected = golden_.at("peft").get<std::map<std::string, std::vector<std::int64_t>>>();
  EXPECT_EQ(shapes_of(out + "/adapter_model.safetensors"), expected);
}

// Each module's B A times its scale is what folding in changes in that module's weight.
TEST_P(Export, AnAdapterIsTheChangeOfEachModule) {
  const torch::NoGradGuard no_grad;
  const Backbone& backbone = model_.backbone;
  const bool transposed = architecture_named(backbone.config().architecture).find(WeightRole::q).hf_layout ==
                          HfLayout::transposed;
  std::map<std::string, torch::Tensor> change;
  each_merged(backbone, &*student_.adapter, [&](const std::string& name, torch::Tensor value) {
    for (const auto& parameter : backbone.parameters())
      if (parameter.name == name)
        for (const auto& part : backbone.hf_tensors(name, value - parameter.tensor))
          change[part.name] = part.tensor;
  });
  const PeftTensors made = peft_tensors(backbone, *student_.adapter);
  std::size_t checked = 0;
  for (std::size_t i = 0; i < made.tensors.size(); i += 2) {
    const auto& [name, a] = made.tensors[i];
    torch::Tensor product =
        kLora.alpha / static_cast<double>(kLora.rank) * torch::mm(made.tensors[i + 1].tensor, a);
    if (transposed) product = product.t();
    const std::string module = name.substr(0, name.size() - std::string(".lora_A.weight").size());
    EXPECT_LE(distance(product, change.at(module + ".weight")), 1e-5) << module;
    change.erase(module + ".weight");
    ++checked;
  }
  EXPECT_EQ(checked, static_cast<std::size_t>(backbone.config().layers) * (made.fused.empty() ? 4 : 2));
  for (const auto& [name, difference] : change) EXPECT_EQ(difference.abs().max().item<double>(), 0) << name;
}

TEST_P(Export, AGgufLoadsHereAgainOrIsRefusedWithAReason) {
  const std::string path = folder("gguf") + "/model.gguf";
  const std::string& name = model_.backbone.config().architecture;
  const bool known = (name == "llama" || name == "qwen2" || name == "qwen3") &&
                     GetParam() != "qwen2_window" && GetParam() != "llama_yarn_rope";
  if (!known) {
    expect_error(ErrorKind::unsupported, {"GGUF"},
                 [&] { write_gguf_model(fs_, path, student_, DType::f32); });
    return;
  }
  write_gguf_model(fs_, path, student_, DType::f32);
  const Backbone again = Backbone::load(resolve_model(path), torch::kFloat32);
  EXPECT_LE(distance(logits(pooled(again, nullptr)), theirs()), 1e-4);
  EXPECT_EQ(Tokenizer::load(path).encode("abc", true), model_.tokenizer.encode("abc", true));
  // A GGUF file as the base of the next student: keys are copied, and what is not a weight with them.
  const LoadedModel second{resolve_model(path), Tokenizer::load(path),
                           Backbone::load(resolve_model(path), torch::kFloat32)};
  ExportedStudent plain = student_;
  const ExportedStudent next{.base = second,
                             .head_weight = plain.head_weight,
                             .depth = plain.depth,
                             .pooling = plain.pooling,
                             .classes = plain.classes};
  const std::string copy = folder("gguf") + "/second.gguf";
  write_gguf_model(fs_, copy, next, DType::f32);
  EXPECT_TRUE(torch::equal(pooled(Backbone::load(resolve_model(copy), torch::kFloat32), nullptr),
                           pooled(again, nullptr)));
  const std::string out = folder("from-gguf");
  write_hf_folder(fs_, out, next, torch::kFloat32);  // its config.json is made from the file's keys
  EXPECT_LE(
      distance(pooled(Backbone::load(resolve_model(out), torch::kFloat32), nullptr), pooled(again, nullptr)),
      1e-5);
}

// Of an adapter on the upper blocks, the matrices of these alone, at modules that PEFT tells from the others.
TEST_P(Export, AnAdapterOfUpperBlocksLeavesTheOthers) {
  const ModelConfig& config = model_.backbone.config();
  const std::int64_t first = config.layers - 1;
  const std::string number = "." + std::to_string(first) + ".";
  LoraAdapter adapter = LoraAdapter::create(config, kLora, 3, first);
  {
    const torch::NoGradGuard no_grad;
    torch::Tensor(adapter.b(first, LoraAdapter::v)).fill_(0.5);
  }
  std::set<std::string> changed;
  each_merged(model_.backbone, &adapter, [&](const std::string& name, const torch::Tensor& value) {
    for (const auto& parameter : model_.backbone.parameters())
      if (parameter.name == name && !torch::equal(value, parameter.tensor)) changed.insert(name);
  });
  EXPECT_THAT(changed, testing::ElementsAre("layers" + number + "qkv.weight"));
  const PeftTensors made = peft_tensors(model_.backbone, adapter);
  EXPECT_EQ(made.tensors.size(), made.target_modules.size() * 2);
  for (const auto& module : made.target_modules) {
    EXPECT_THAT(module, testing::HasSubstr(number));
    EXPECT_TRUE(std::any_of(made.tensors.begin(), made.tensors.end(), [&](const NamedTensor& tensor) {
      return tensor.name.ends_with(module + ".lora_A.weight");
    })) << module;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Export, testing::ValuesIn(names_of_models()),
                         [](const auto& info) { return info.param; });

TEST(WeightShards, SplitsAndNamesAsHuggingFaceDoes) {
  TemporaryFolder folder;
  FileSystem& fs = real_file_system();
  const std::string out = folder / "shards";
  fs.make_folders(out);
  WeightShards shards(fs, out, torch::kBFloat16, 20);
  for (const char* name : {"a", "b", "c"}) shards.add(name, torch::ones({2, 4}));
  shards.finish();
  EXPECT_EQ(fs.list(out),
            (std::vector<std::string>{"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
                                      "model-00003-of-00003.safetensors", "model.safetensors.index.json"}));
  const Json index = parse_json(fs.read(out + "/model.safetensors.index.json"), "index");
  EXPECT_EQ(index.at("weight_map").at("b"), "model-00002-of-00003.safetensors");
  EXPECT_EQ(index.at("metadata").at("total_size"), 48);
}

}  // namespace
}  // namespace qinglan
