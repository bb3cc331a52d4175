#include "export/tokenizer_files.h"

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "catalog/special_tokens.h"
#include "io/gguf.h"
#include "io/rows.h"

namespace qinglan {
namespace {

// Added tokens by id. The definition may be of tens of megabytes: it is read once.
using AddedTexts = std::map<std::int64_t, std::string>;

AddedTexts added_texts(const Tokenizer& tokenizer) {
  const Json definition = parse_json(tokenizer.definition(), "tokenizer.json");
  AddedTexts texts;
  if (const auto added = definition.find("added_tokens"); added != definition.end())
    for (const auto& token : *added)
      texts.emplace(token.value("id", std::int64_t{-1}), token.value("content", ""));
  return texts;
}

// tokenizer_config.json of the base, {} where it has none.
Json source_config(const ModelSource& source) {
  const auto path = std::filesystem::path(source.tokenizer_path) / "tokenizer_config.json";
  if (source.format == WeightFormat::gguf || !std::filesystem::exists(path)) return Json::object();
  Json config = parse_json(read_text(path.string()), path.string());
  return config.is_object() ? config : Json(Json::object());
}

// Named special tokens as texts.
std::map<std::string, std::string> named_tokens(const LoadedModel& model, const AddedTexts& added) {
  std::map<std::string, std::string> named;
  const Json config = source_config(model.source);
  for (const auto& name : kSpecialTokens)
    if (const auto text = special_token_text(config, name.hf)) named[name.hf] = *text;
  const auto add = [&](const char* key, std::optional<std::int64_t> id) {
    if (!id || named.contains(key)) return;
    if (const auto text = added.find(*id); text != added.end()) named[key] = text->second;
  };
  add("bos_token", model.tokenizer.bos());
  add("eos_token", model.tokenizer.eos());
  if (model.source.format == WeightFormat::gguf) {
    const GgufFile file = GgufFile::open(model.source.weight_files.front());
    for (const auto& name : kSpecialTokens) add(name.hf, file.get_or<std::int64_t>(name.gguf, -1));
  }
  return named;
}

PadToken pad_token(const LoadedModel& model, const AddedTexts& added,
                   const std::map<std::string, std::string>& named) {
  const ModelConfig& config = model.backbone.config();
  if (config.kind == ModelKind::encoder && config.position_offset > 0) {
    // RoBERTa counts positions over what is not padding, from the row after the padding token's number.
    const std::int32_t id = static_cast<std::int32_t>(config.position_offset - 1);
    if (const auto text = added.find(id); text != added.end()) return {id, text->second};
  }
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

}  // namespace

PadToken pad_token_of(const LoadedModel& model) {
  const AddedTexts added = added_texts(model.tokenizer);
  return pad_token(model, added, named_tokens(model, added));
}

void write_tokenizer(FileSystem& fs, const std::string& folder, const ExportedStudent& student) {
  const LoadedModel& model = student.base;
  const bool left = student.limit.truncation == Truncation::left;
  fs.write(folder + "/tokenizer.json", model.tokenizer.definition());
  Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                 {"model_input_names", {"input_ids", "attention_mask"}},
                 {"model_max_length", student.limit.max_tokens},
                 {"truncation_side", left ? "left" : "right"},
                 {"padding_side", "right"},
                 {"clean_up_tokenization_spaces", false}};
  const AddedTexts added = added_texts(model.tokenizer);
  const auto named = named_tokens(model, added);
  for (const auto& [key, text] : named) config[key] = text;
  config["pad_token"] = pad_token(model, added, named).text;
  const Json source = source_config(model.source);
  if (student.chat)
    config["chat_template"] = student.chat->source.text;
  else if (source.contains("chat_template"))
    config["chat_template"] = source["chat_template"];
  fs.write(folder + "/tokenizer_config.json", config.dump(2) + "\n");
}

}  // namespace qinglan
