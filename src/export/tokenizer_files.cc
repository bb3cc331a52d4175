#include "export/tokenizer_files.h"

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "io/gguf.h"
#include "io/rows.h"

namespace qinglan {
namespace {

constexpr const char* kNamed[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                  "pad_token", "cls_token", "mask_token"};

std::optional<std::string> text_of_id(const Tokenizer& tokenizer, std::int64_t id) {
  const Json definition = parse_json(tokenizer.definition(), "tokenizer.json");
  if (const auto added = definition.find("added_tokens"); added != definition.end())
    for (const auto& token : *added)
      if (token.value("id", std::int64_t{-1}) == id) return token.value("content", "");
  return std::nullopt;
}

// tokenizer_config.json of the base, {} where it has none.
Json source_config(const ModelSource& source) {
  const auto path = std::filesystem::path(source.tokenizer_path) / "tokenizer_config.json";
  if (source.format == WeightFormat::gguf || !std::filesystem::exists(path)) return Json::object();
  Json config = parse_json(read_text(path.string()), path.string());
  return config.is_object() ? config : Json(Json::object());
}

// Named special tokens as texts.
std::map<std::string, std::string> named_tokens(const LoadedModel& model) {
  std::map<std::string, std::string> named;
  const Json config = source_config(model.source);
  for (const char* key : kNamed) {
    const auto entry = config.find(key);
    if (entry == config.end()) continue;
    if (entry->is_string()) named[key] = entry->get<std::string>();
    if (entry->is_object() && entry->contains("content")) named[key] = entry->value("content", "");
  }
  const auto add = [&](const char* key, std::optional<std::int64_t> id) {
    if (!id || named.contains(key)) return;
    if (const auto text = text_of_id(model.tokenizer, *id)) named[key] = *text;
  };
  add("bos_token", model.tokenizer.bos());
  add("eos_token", model.tokenizer.eos());
  if (model.source.format == WeightFormat::gguf) {
    const GgufFile file = GgufFile::open(model.source.weight_files.front());
    for (const auto& [key, name] : {std::pair{"pad_token", "padding"}, std::pair{"unk_token", "unknown"},
                                    std::pair{"sep_token", "seperator"}, std::pair{"cls_token", "cls"},
                                    std::pair{"mask_token", "mask"}})
      if (const auto id = file.get_or<std::int64_t>("tokenizer.ggml." + std::string(name) + "_token_id", -1);
          id >= 0)
        add(key, id);
  }
  return named;
}

}  // namespace

PadToken pad_token_of(const LoadedModel& model) {
  const ModelConfig& config = model.backbone.config();
  if (config.kind == ModelKind::encoder && config.position_offset > 0) {
    // RoBERTa counts positions over what is not padding, from the row after the padding token's number.
    const std::int32_t id = static_cast<std::int32_t>(config.position_offset - 1);
    if (const auto text = text_of_id(model.tokenizer, id)) return {id, *text};
  }
  const auto named = named_tokens(model);
  const auto sample = model.tokenizer.encode("a", true);
  const std::int64_t suffix = model.tokenizer.special_suffix();
  const std::int32_t last = suffix > 0 ? sample.back() : -1;
  for (const char* key : {"pad_token", "eos_token", "bos_token", "unk_token"}) {
    const auto token = named.find(key);
    if (token == named.end()) continue;
    const auto id = model.tokenizer.token_id(token->second);
    if (id && *id != last && *id < config.vocab) return {*id, token->second};
  }
  throw Error(ErrorKind::unsupported, "the tokenizer has no token that can pad")
      .in(model.source.path)
      .expected("a padding, end, begin or unknown token that does not end every text");
}

void write_tokenizer(FileSystem& fs, const std::string& folder, const LoadedModel& model,
                     std::int64_t max_tokens) {
  fs.write(folder + "/tokenizer.json", model.tokenizer.definition());
  Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                 {"model_input_names", {"input_ids", "attention_mask"}},
                 {"model_max_length", max_tokens},
                 {"truncation_side", "right"},
                 {"padding_side", "right"},
                 {"clean_up_tokenization_spaces", false}};
  for (const auto& [key, text] : named_tokens(model)) config[key] = text;
  config["pad_token"] = pad_token_of(model).text;
  const Json source = source_config(model.source);
  if (source.contains("chat_template")) config["chat_template"] = source["chat_template"];
  fs.write(folder + "/tokenizer_config.json", config.dump(2) + "\n");
}

}  // namespace qinglan
