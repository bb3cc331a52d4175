// config.json and the index of shards, corrupt or lying about themselves.
#include <gtest/gtest.h>

#include "base/json.h"
#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "catalog/weight_index.h"
#include "io/gguf.h"
#include "io/hostile_runner.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

using namespace std::string_literals;
constexpr auto kCorrupt = ErrorKind::corrupt_data;
constexpr auto kUnsupported = ErrorKind::unsupported;

// What is wrong with a text whatever it is to say.
void add_broken_json(std::vector<HostileCase>& cases, const std::string& good) {
  const std::string inner = good.substr(1, good.size() - 2);
  std::string nested;
  for (int i = 0; i < 150'000; ++i) nested += R"({"a":)";
  cases.insert(
      cases.end(),
      {
          {"empty", "", kCorrupt, {"not valid JSON"}},
          {"a blank", " ", kCorrupt, {"not valid JSON"}},
          {"a byte order mark alone", "\xef\xbb\xbf", kCorrupt, {"not valid JSON"}},
          {"UTF-16", "\xff\xfe{\0}\0"s, kCorrupt, {"not valid JSON"}},
          {"NUL after the end", good + '\0', kCorrupt, {"a NUL byte"}},
          {"two texts", good + good, kCorrupt, {"not valid JSON", "at byte"}},
          {"a comment", "{/**/" + inner + "}", kCorrupt, {"not valid JSON"}},
          {"a comma at the end", "{" + inner + ",}", kCorrupt, {"not valid JSON"}},
          {"single quotes", "{'a':1}", kCorrupt, {"not valid JSON"}},
          {"NaN", "{\"z\":NaN," + inner + "}", kCorrupt, {"not valid JSON"}},
          {"Infinity", "{\"z\":-Infinity," + inner + "}", kCorrupt, {"not valid JSON"}},
          {"1e999", "{\"z\":1e999," + inner + "}", kCorrupt, {"not valid JSON"}},
          {"a number of 500,000 digits",
           "{\"z\":" + std::string(500'000, '7') + "," + inner + "}",
           kCorrupt,
           {"not valid JSON", "[...]"}},
          {"invalid UTF-8", "{\"z\":\"\xff\"," + inner + "}", kCorrupt, {"not valid JSON", "\\xff"}},
          {"overlong UTF-8", "{\"z\":\"\xc0\xaf\"," + inner + "}", kCorrupt, {"not valid JSON"}},
          {"half a surrogate pair", R"({"z":"\ud800",)" + inner + "}", kCorrupt, {"not valid JSON"}},
          {"a key twice", "{\"z\":1,\"z\":2," + inner + "}", kCorrupt, {"'z' twice"}},
          {"a key twice, once escaped", R"({"z":1,"\u007a":2,)" + inner + "}", kCorrupt, {"'z' twice"}},
          {"lists a million deep", "{\"z\":" + std::string(1'000'000, '['), kCorrupt, {"nested deeper"}},
          {"objects 150,000 deep", nested, kCorrupt, {"nested deeper"}},
          {"a string without an end", "{\"" + std::string(500'000, 'a'), kCorrupt, {"not valid JSON"}},
          {"a pickle", "\x80\x02}q\0."s, kCorrupt, {"not valid JSON"}},
          {"a zip", "PK\x03\x04\0\0\0"s, kCorrupt, {"not valid JSON"}},
          {"a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\n", kCorrupt, {"not valid JSON"}},
          {"HTML", "<!DOCTYPE html><html></html>", kCorrupt, {"not valid JSON"}},
      });
  for (const char* other : {"[]", "1", "\"text\"", "null", "true", "[{}]"})
    cases.push_back({"it is "s + other, other, kCorrupt, {"field '", "an object around it"}});
}

Json llama() {
  return {{"model_type", "llama"},    {"hidden_size", 64},        {"num_hidden_layers", 2},
          {"num_attention_heads", 4}, {"num_key_value_heads", 2}, {"head_dim", 16},
          {"intermediate_size", 96},  {"vocab_size", 100},        {"max_position_embeddings", 32},
          {"rms_norm_eps", 1e-6},     {"rope_theta", 10000.0},    {"tie_word_embeddings", false}};
}

std::string with(const std::string& key, const Json& value, Json json = llama()) {
  json[key] = value;
  return json.dump();
}

void add_field_bombs(std::vector<HostileCase>& cases) {
  std::vector<Json> bombs = {std::int64_t{1} << 40, 1'000'000'000, -1, 0, INT64_MIN, 1.5, 1e308, "64", true,
                             Json::array(),         Json::object()};
  for (const std::uint64_t bomb : kSizeBombs) bombs.push_back(bomb);
  for (const char* key : {"hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
                          "head_dim", "intermediate_size", "vocab_size", "max_position_embeddings"}) {
    for (const Json& bomb : bombs) cases.push_back({key + " "s + bomb.dump(), with(key, bomb), kCorrupt, {}});
    Json missing = llama();
    missing.erase(key);
    if (key != "num_key_value_heads"s && key != "head_dim"s)
      cases.push_back({"no "s + key, missing.dump(), kCorrupt, {}});
  }
  for (const char* key : {"rms_norm_eps", "rope_theta"})
    for (const Json& bomb : {Json(0), Json(-1.0), Json(1e308), Json("1e-6"), Json(false), Json::array({1})})
      cases.push_back({key + " "s + bomb.dump(), with(key, bomb), kCorrupt, {}});
  for (const Json& bomb : {Json(0), Json("yes"), Json::array()})
    cases.push_back({"tie_word_embeddings " + bomb.dump(),
                     with("tie_word_embeddings", bomb),
                     kCorrupt,
                     {"'tie_word_embeddings'", "true or false"}});
}

void add_options(std::vector<HostileCase>& cases) {
  cases.insert(
      cases.end(),
      {
          {"no model_type", with("model_type", nullptr), kCorrupt, {"'model_type'", "a string"}},
          {"model_type 1", with("model_type", 1), kCorrupt, {"'model_type'", "a string"}},
          {"another model", with("model_type", "mamba"), kUnsupported, {"one of llama", "found mamba"}},
          {"a model with a name of 500,000 letters",
           with("model_type", std::string(500'000, 'm')),
           kUnsupported,
           {"mmm [...] mmm"}},
          {"an activation", with("hidden_act", "mish"), kUnsupported, {"silu", "found mish"}},
          {"an activation that is a number", with("hidden_act", 3), kCorrupt, {"'hidden_act'"}},
          {"heads that do not divide", with("num_key_value_heads", 3), kCorrupt, {"4 and 3"}},
          {"an odd head", with("head_dim", 15), kCorrupt, {"even width"}},
      });
}

void add_rope_scalings(std::vector<HostileCase>& cases) {
  const auto scaled = [](const Json& parameters) { return with("rope_scaling", parameters); };
  cases.insert(
      cases.end(),
      {
          {"scaling of no kind",
           scaled({{"rope_type", "spiral"}}),
           kUnsupported,
           {"longrope", "found spiral"}},
          {"scaling of kind 1", scaled({{"rope_type", 1}}), kCorrupt, {"'rope_type'"}},
          {"linear without a factor", scaled({{"rope_type", "linear"}}), kCorrupt, {"'factor'"}},
          {"linear by 0",
           scaled({{"rope_type", "linear"}, {"factor", 0}}),
           kCorrupt,
           {"factor is out of range"}},
          {"linear by -2",
           scaled({{"rope_type", "linear"}, {"factor", -2.0}}),
           kCorrupt,
           {"factor is out of range"}},
          {"linear by 1e308",
           scaled({{"rope_type", "linear"}, {"factor", 1e308}}),
           kCorrupt,
           {"factor is out of range"}},
          {"linear by 1e-310",
           scaled({{"rope_type", "linear"}, {"factor", 1e-310}}),
           kCorrupt,
           {"out of range"}},
          {"llama3 without its factors",
           scaled({{"rope_type", "llama3"}, {"factor", 8}}),
           kCorrupt,
           {"'low_freq_factor'"}},
          {"llama3 with factors that cross",
           scaled({{"rope_type", "llama3"}, {"factor", 8}, {"low_freq_factor", 4}, {"high_freq_factor", 1}}),
           kCorrupt,
           {"high_freq_factor is out of range"}},
          {"yarn of length 1e308",
           scaled({{"rope_type", "yarn"}, {"original_max_position_embeddings", 1e308}}),
           kCorrupt,
           {"out of range"}},
          {"yarn of base 0",
           with("rope_scaling", Json{{"rope_type", "yarn"}, {"rope_theta", 0}}),
           kCorrupt,
           {"rotary"}},
          {"longrope without factors", scaled({{"rope_type", "longrope"}}), kCorrupt, {"'short_factor'"}},
          {"longrope with one factor",
           scaled({{"rope_type", "longrope"}, {"short_factor", {1}}, {"long_factor", {1}}}),
           kCorrupt,
           {"8 positive numbers", "1 numbers"}},
          {"longrope with a factor of 1e-310",
           scaled({{"rope_type", "longrope"},
                   {"short_factor", std::vector<double>(8, 1)},
                   {"long_factor", std::vector<double>(8, 1e-310)}}),
           kCorrupt,
           {"long_factor cannot be", "8 positive numbers"}},
          {"longrope of a million factors",
           scaled({{"rope_type", "longrope"},
                   {"short_factor", std::vector<int>(300'000, 1)},
                   {"long_factor", {1}}}),
           kCorrupt,
           {"8 positive numbers", "300000 numbers"}},
          {"a theta of text", scaled({{"rope_theta", "big"}}), kCorrupt, {"'rope_theta'"}},
          {"a rotated share of 2", scaled({{"partial_rotary_factor", 2.0}}), kCorrupt, {"share"}},
      });
  for (const char* model : {"llama", "phi3", "gemma3_text"})
    for (const Json& wrong : {Json("yarn"), Json(1), Json::array({1}), Json(false)})
      cases.push_back({model + " with rope_scaling "s + wrong.dump(),
                       with("rope_scaling", wrong, Json::parse(with("model_type", model))),
                       kCorrupt,
                       {"'rope_scaling'", "expected an object"}});
}

void add_windows(std::vector<HostileCase>& cases) {
  const Json windowed = Json::parse(with("model_type", "gemma3_text"));
  cases.insert(
      cases.end(),
      {
          {"a window of 0", with("sliding_window", 0, windowed), kCorrupt, {"attention window"}},
          {"a window of INT64_MIN",
           with("sliding_window", INT64_MIN, windowed),
           kCorrupt,
           {"'sliding_window'"}},
          {"kinds of too few layers",
           with("layer_types", {"full_attention"}, windowed),
           kCorrupt,
           {"expected 2, found 1"}},
          {"kinds of too many layers",
           with("layer_types", std::vector<std::string>(50'000, "full_attention"), windowed),
           kCorrupt,
           {"found 50000"}},
          {"layers of no kind",
           with("layer_types", {"full_attention", "linear"}, windowed),
           kUnsupported,
           {"found linear"}},
          {"kinds that are numbers", with("layer_types", {1, 2}, windowed), kCorrupt, {"'layer_types'"}},
          {"a query scale of 0", with("query_pre_attn_scalar", 0, windowed), kCorrupt, {"scale or cap"}},
          {"a query scale of -1", with("query_pre_attn_scalar", -1, windowed), kCorrupt, {"scale or cap"}},
          {"a negative cap", with("final_logit_softcapping", -30.0, windowed), kCorrupt, {"scale or cap"}},
          {"a text_config with nothing", with("text_config", Json::object(), windowed), kCorrupt, {}},
      });
}

HostileTable config_table() {
  std::vector<HostileCase> cases;
  const std::string good = llama().dump();
  add_broken_json(cases, good);
  add_field_bombs(cases);
  add_options(cases);
  add_rope_scalings(cases);
  add_windows(cases);
  const auto read = [](const std::string& bytes, const std::string& file) {
    EXPECT_GT(parameter_count(config_from_hf(bytes, file)), 0);
  };
  return {"config.json", read, cases, good};
}

HostileTable index_table() {
  std::vector<HostileCase> cases;
  const std::string good =
      R"({"metadata":{"total_size":8},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}})";
  add_broken_json(cases, good);
  cases.push_back({"no weight_map", "{}", kCorrupt, {"'weight_map' is missing"}});
  for (const char* map : {"{}", "[]", "null", "1", "\"a\"", "[\"a.safetensors\"]"})
    cases.push_back(
        {"weight_map is "s + map, R"({"weight_map":)"s + map + "}", kCorrupt, {"weight_map names no shard"}});
  for (const char* shard :
       {"1", "null", "[]", "{}", "true", "[\"a.safetensors\"]", "\"\"", "\"..\"", "\"../a.safetensors\"",
        "\"/a.safetensors\"", "\"a\\u0000.safetensors\"", "\"model.bin\""})
    cases.push_back({"a shard is "s + shard,
                     R"({"weight_map":{"a":)"s + shard + "}}",
                     kCorrupt,
                     {"the shard of 'a'", "ends in .safetensors"}});
  const auto read = [](const std::string& bytes, const std::string& file) {
    parse_weight_index(bytes, file);
  };
  return {kWeightIndexFile, read, cases, good};
}

// What a GGUF file says of its model; the format itself has its table in io/.
std::string gguf_model(const std::string& key, std::uint32_t type, const std::string& value) {
  using namespace tiny_gguf;
  const std::pair<const char*, std::uint32_t> sizes[] = {
      {"embedding_length", 8},        {"block_count", 46},    {"attention.head_count", 2},
      {"feed_forward_length", 16},    {"context_length", 32}, {"attention.key_length", 4},
      {"attention.sliding_window", 8}};
  Parts parts = {.keys = {tiny_gguf::key("general.architecture", kText, text("gemma2"))},
                 .tensors = {tensor("token_embd.weight", {8, 3}, kF32, 0)},
                 .data_bytes = 96};
  const std::string changed = "gemma2." + key;
  for (const auto& [name, size] : sizes)
    if ("gemma2."s + name != changed)
      parts.keys.push_back(tiny_gguf::key("gemma2."s + name, kU32, u32(size)));
  const std::string epsilon = "gemma2.attention.layer_norm_rms_epsilon";
  if (epsilon != changed) parts.keys.push_back(tiny_gguf::key(epsilon, kFloat, little_endian(1e-6f)));
  if (!key.empty()) parts.keys.push_back(tiny_gguf::key(changed, type, value));
  return file_of(parts);
}

HostileTable gguf_model_table() {
  using namespace tiny_gguf;
  std::vector<HostileCase> cases;
  for (const char* key : {"embedding_length", "block_count", "attention.head_count", "feed_forward_length",
                          "context_length", "attention.key_length", "attention.sliding_window",
                          "attention.head_count_kv", "rope.dimension_count"}) {
    for (const std::uint64_t bomb : {std::uint64_t{0}, std::uint64_t{1} << 31, std::uint64_t{INT64_MAX}})
      if (bomb <= INT64_MAX && (key != "attention.sliding_window"s || bomb != std::uint64_t{1} << 31))
        cases.push_back({key + " "s + std::to_string(bomb), gguf_model(key, kU64, u64(bomb)), kCorrupt, {}});
    cases.push_back({key + " -1"s, gguf_model(key, kI32, little_endian(std::int32_t{-1})), kCorrupt, {}});
    cases.push_back({key + " INT64_MIN"s, gguf_model(key, kI64, little_endian(INT64_MIN)), kCorrupt, {}});
    cases.push_back(
        {key + " as text"s, gguf_model(key, kText, text("8")), kCorrupt, {"expected an integer"}});
  }
  for (const char* key : {"attention.layer_norm_rms_epsilon", "rope.freq_base", "attn_logit_softcapping",
                          "final_logit_softcapping"})
    for (const double bomb :
         {-1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
      cases.push_back(
          {key + " "s + std::to_string(bomb), gguf_model(key, kDouble, little_endian(bomb)), kCorrupt, {}});
  const auto read = [](const std::string& bytes, const std::string& file) {
    EXPECT_GT(parameter_count(config_from_gguf(GgufFile::from_bytes(bytes_of(bytes), file))), 0);
  };
  return {"m.gguf", read, cases, gguf_model("", 0, "")};
}

const std::vector<HostileTable>& tables() {
  static const std::vector<HostileTable> all{config_table(), index_table(), gguf_model_table()};
  return all;
}

TEST(HostileModels, EveryCaseIsRefusedInLittleMemory) { expect_all_refused(tables()); }
TEST(HostileModels, CutAtEveryByteTheyAreRefused) { expect_all_refused_when_cut(tables()); }
TEST(HostileModels, TheTablesAreLong) { expect_many_cases(tables()); }

}  // namespace
}  // namespace qinglan
