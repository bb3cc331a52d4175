#include "text/folder_tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/error.h"
#include "base/listed.h"
#include "io/rows.h"
#include "text/byte_level.h"
#include "text/folder_settings.h"
#include "text/sentencepiece.h"
#include "text/sentencepiece_model.h"
#include "text/wordpiece.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;

struct Folder {
  FolderSettings settings;
  const TokenizerFiles& files;
};

// A class of transformers: by its name, or by the types of models that use it where the folder does not say.
struct TokenizerClass {
  TokenizerKind kind;
  std::vector<const char*> classes, model_types;
  TokenizerDefinition (*build)(const Folder&);
};

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream text(read_text(path));
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

std::optional<SpecialToken> special(const Json& vocab, const std::vector<AddedToken>& added,
                                    const std::string& token) {
  if (const auto known = vocab.find(token); known != vocab.end())
    return SpecialToken{token, known->get<std::int32_t>()};
  for (const auto& entry : added)
    if (entry.content == token) return SpecialToken{token, entry.id};
  return std::nullopt;
}

SpecialToken need_special(const Json& vocab, const std::vector<AddedToken>& added, const std::string& token,
                          const Folder& folder) {
  if (auto found = special(vocab, added, token)) return *found;
  throw Error(ErrorKind::corrupt_data, "the vocabulary has no token \"" + token + "\"").in(folder.files.main);
}

Json list_of(const std::vector<AddedToken>& tokens) {
  Json list = Json::array();
  for (const auto& token : tokens) list.push_back(to_json(token));
  return list;
}

TokenizerDefinition finish(TokenizerParts parts, const std::optional<SpecialToken>& bos,
                           const std::optional<SpecialToken>& eos) {
  TokenizerDefinition definition;
  if (bos) definition.bos = bos->id;
  if (eos) definition.eos = eos->id;
  definition.json = to_json(std::move(parts));
  return definition;
}

TokenizerDefinition build_bert(const Folder& folder) {
  const auto& settings = folder.settings;
  WordPieceOptions options;
  options.lowercase = settings.flag("do_lower_case", true);
  options.split_chinese = settings.flag("tokenize_chinese_chars", true);
  options.strip_accents = settings.flag("strip_accents");
  options.unk_token = settings.named("unk_token", "[UNK]");
  auto parts = wordpiece_parts(lines_of(folder.files.main), options, folder.files.main);
  const Json& vocab = parts.model["vocab"];
  const auto added = settings.added_tokens(vocab, {{"unk_token", "[UNK]"},
                                                   {"sep_token", "[SEP]"},
                                                   {"pad_token", "[PAD]"},
                                                   {"cls_token", "[CLS]"},
                                                   {"mask_token", "[MASK]"}});
  parts.post_processor =
      template_processing(need_special(vocab, added, settings.named("cls_token", "[CLS]"), folder),
                          need_special(vocab, added, settings.named("sep_token", "[SEP]"), folder), true);
  parts.added_tokens = list_of(added);
  return finish(std::move(parts), std::nullopt, std::nullopt);
}

// The names a class has for its special tokens where the folder does not say.
struct ByteLevelNames {
  const char *family, *bos, *eos, *pad;
};

Json read_vocab(const std::string& path) {
  Json vocab = parse_json(read_text(path), path);
  if (!vocab.is_object()) throw Error(ErrorKind::corrupt_data, "a vocabulary is a JSON object").in(path);
  for (const auto& [token, id] : vocab.items())
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > INT32_MAX - 1)
      throw Error(ErrorKind::corrupt_data, "the id of \"" + token + "\" is not one")
          .in(path)
          .found(id.dump());
  return vocab;
}

TokenizerDefinition build_byte_level(const Folder& folder, const ByteLevelNames& names) {
  const auto& settings = folder.settings;
  const fs::path merges_path = fs::path(folder.files.main).parent_path() / "merges.txt";
  auto merges = lines_of(merges_path.string());
  std::erase_if(merges, [](const auto& line) { return line.starts_with("#version"); });
  const bool prefix_space = settings.flag("add_prefix_space", false);
  auto parts = byte_level_parts(byte_level_family(names.family), read_vocab(folder.files.main),
                                merge_pairs(merges, merges_path.string()), prefix_space);
  const Json& vocab = parts.model["vocab"];
  const auto added = settings.added_tokens(vocab, {{"bos_token", names.bos},
                                                   {"eos_token", names.eos},
                                                   {"unk_token", names.eos},
                                                   {"sep_token", ""},
                                                   {"pad_token", names.pad},
                                                   {"cls_token", ""},
                                                   {"mask_token", ""}});
  const auto bos = special(vocab, added, settings.named("bos_token", names.bos));
  const auto eos = special(vocab, added, settings.named("eos_token", names.eos));
  parts.post_processor = template_processing(settings.flag("add_bos_token", false) ? bos : std::nullopt,
                                             settings.flag("add_eos_token", false) ? eos : std::nullopt);
  parts.added_tokens = list_of(added);
  return finish(std::move(parts), bos, eos);
}

TokenizerDefinition build_gpt2(const Folder& folder) {
  return build_byte_level(folder, {"gpt2", "<|endoftext|>", "<|endoftext|>", ""});
}
TokenizerDefinition build_neox(const Folder& folder) {
  return build_byte_level(folder, {"neox", "<|endoftext|>", "<|endoftext|>", "<|padding|>"});
}
TokenizerDefinition build_qwen2(const Folder& folder) {
  return build_byte_level(folder, {"qwen2", "", "<|endoftext|>", "<|endoftext|>"});
}

TokenizerDefinition build_roberta(const Folder& folder) {
  auto definition = build_byte_level(folder, {"gpt2", "<s>", "</s>", "<pad>"});
  const auto& settings = folder.settings;
  const Json& vocab = definition.json["model"]["vocab"];
  std::vector<AddedToken> added = settings.added_tokens(vocab, {{"bos_token", "<s>"},
                                                                {"eos_token", "</s>"},
                                                                {"unk_token", "<unk>"},
                                                                {"sep_token", "</s>"},
                                                                {"pad_token", "<pad>"},
                                                                {"cls_token", "<s>"},
                                                                {"mask_token", "<mask>"}});
  const auto cls = need_special(vocab, added, settings.named("cls_token", "<s>"), folder);
  const auto sep = need_special(vocab, added, settings.named("sep_token", "</s>"), folder);
  definition.json["added_tokens"] = list_of(added);
  definition.json["post_processor"] = {{"type", "RobertaProcessing"},
                                       {"sep", Json::array({sep.content, sep.id})},
                                       {"cls", Json::array({cls.content, cls.id})},
                                       {"trim_offsets", true},
                                       {"add_prefix_space", settings.flag("add_prefix_space", false)}};
  return definition;
}

SentencePieceModel read_model(const Folder& folder, SentencePieceModel::Kind kind) {
  auto model = parse_sentencepiece_model(read_text(folder.files.main), folder.files.main);
  if (model.kind != kind)
    throw Error(ErrorKind::unsupported,
                "this class of tokenizer is not built from such a SentencePiece model")
        .in(folder.files.main)
        .expected(kind == SentencePieceModel::Kind::bpe ? "a BPE model" : "a unigram model")
        .found("model type " + std::to_string(static_cast<int>(model.kind)));
  return model;
}

TokenizerDefinition build_sentencepiece_bpe(const Folder& folder, const SentencePieceOptions& options,
                                            const std::vector<FolderSettings::Default>& names) {
  const auto& settings = folder.settings;
  const auto model = read_model(folder, SentencePieceModel::Kind::bpe);
  auto parts = sentencepiece_bpe(model.pieces, options, folder.files.main);
  const Json& vocab = parts.model["vocab"];
  auto added = settings.added_tokens(vocab, names);
  for (std::size_t id = 0; id < model.pieces.size(); ++id) {
    const auto& piece = model.pieces[id];
    const bool is_added = piece.type == PieceType::control || piece.type == PieceType::user_defined;
    const auto same = [&](const AddedToken& token) { return token.content == piece.text; };
    if (is_added && std::none_of(added.begin(), added.end(), same))
      added.push_back({.id = static_cast<std::int32_t>(id),
                       .content = piece.text,
                       .special = piece.type == PieceType::control});
  }
  const auto bos = special(vocab, added, settings.named("bos_token", names[0].token));
  const auto eos = special(vocab, added, settings.named("eos_token", names[1].token));
  parts.post_processor = template_processing(settings.flag("add_bos_token", true) ? bos : std::nullopt,
                                             settings.flag("add_eos_token", false) ? eos : std::nullopt);
  parts.added_tokens = list_of(added);
  return finish(std::move(parts), bos, eos);
}

TokenizerDefinition build_llama(const Folder& folder) {
  SentencePieceOptions options{.order = MergeOrder::by_id_left_short};
  if (!folder.settings.flag("add_prefix_space", true))
    options.space = SpaceStyle::as_is;
  else if (folder.settings.flag("legacy", false))
    options.space = SpaceStyle::before_each;
  return build_sentencepiece_bpe(
      folder, options,
      {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", ""}});
}

TokenizerDefinition build_gemma(const Folder& folder) {
  const SentencePieceOptions options{
      .order = MergeOrder::by_id_left_short, .space = SpaceStyle::as_is, .splits_at_spaces = true};
  return build_sentencepiece_bpe(folder, options,
                                 {{"bos_token", "<bos>"},
                                  {"eos_token", "<eos>"},
                                  {"unk_token", "<unk>"},
                                  {"pad_token", "<pad>"},
                                  {"mask_token", "<mask>"}});
}

TokenizerDefinition build_xlm_roberta(const Folder& folder) {
  const auto model = read_model(folder, SentencePieceModel::Kind::unigram);
  return finish(xlm_roberta_unigram(model.pieces, model.charsmap, folder.files.main), SpecialToken{"<s>", 0},
                SpecialToken{"</s>", 2});
}

const std::vector<TokenizerClass>& classes() {
  using enum TokenizerKind;
  static const std::vector<TokenizerClass> table = {
      {vocab_txt,
       {"BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"},
       {"bert", "distilbert", "electra"},
       build_bert},
      {vocab_json, {"GPT2Tokenizer"}, {"gpt2", "opt"}, build_gpt2},
      {vocab_json, {"RobertaTokenizer"}, {"roberta"}, build_roberta},
      {vocab_json, {"Qwen2Tokenizer"}, {"qwen2", "qwen3"}, build_qwen2},
      {vocab_json, {"GPTNeoXTokenizer"}, {"gpt_neox"}, build_neox},
      {sentencepiece, {"LlamaTokenizer"}, {"llama", "mistral", "phi3"}, build_llama},
      {sentencepiece, {"GemmaTokenizer"}, {"gemma", "gemma2", "gemma3", "gemma3_text"}, build_gemma},
      {sentencepiece, {"XLMRobertaTokenizer"}, {"xlm-roberta"}, build_xlm_roberta},
  };
  return table;
}

[[noreturn]] void refuse_class(const Folder& folder) {
  std::vector<std::string> known;
  for (const auto& entry : classes())
    if (entry.kind == folder.files.kind)
      known.insert(known.end(), entry.classes.begin(), entry.classes.end());
  const auto& settings = folder.settings;
  throw Error(ErrorKind::unsupported, "no tokenizer can be built from " +
                                          fs::path(folder.files.main).filename().string() + " for this model")
      .in(settings.source())
      .expected("tokenizer.json, or tokenizer_class " + listed(known))
      .found("tokenizer_class \"" + settings.tokenizer_class() + "\", model_type \"" + settings.model_type() +
             "\"")
      .hint("AutoTokenizer.from_pretrained(...).save_pretrained(...) of transformers writes tokenizer.json.");
}

}  // namespace

TokenizerDefinition build_folder_tokenizer(const std::string& path, const TokenizerFiles& files) {
  const Folder folder{FolderSettings(path), files};
  const auto names = [](const std::vector<const char*>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& entry : classes()) {
    if (entry.kind != files.kind) continue;
    const auto& settings = folder.settings;
    if (settings.tokenizer_class().empty() ? names(entry.model_types, settings.model_type())
                                           : names(entry.classes, settings.tokenizer_class()))
      return entry.build(folder);
  }
  refuse_class(folder);
}

}  // namespace qinglan
