#include "catalog/tokenizer_files.h"

#include <algorithm>
#include <filesystem>

namespace qinglan {
namespace {

namespace fs = std::filesystem;

struct KnownFiles {
  TokenizerKind kind;
  std::vector<const char*> needed, beside;
};

const std::vector<KnownFiles>& known() {
  static const std::vector<const char*> settings = {"tokenizer_config.json", "special_tokens_map.json",
                                                    "added_tokens.json"};
  static const std::vector<KnownFiles> table = {
      {TokenizerKind::tokenizer_json, {"tokenizer.json"}, {"tokenizer_config.json"}},
      {TokenizerKind::vocab_txt, {"vocab.txt"}, settings},
      {TokenizerKind::vocab_json, {"vocab.json", "merges.txt"}, settings},
      {TokenizerKind::sentencepiece, {"tokenizer.model"}, settings},
      {TokenizerKind::sentencepiece, {"sentencepiece.bpe.model"}, settings},
  };
  return table;
}

}  // namespace

std::optional<TokenizerFiles> find_tokenizer_files(const std::string& folder) {
  for (const auto& entry : known()) {
    const auto path = [&](const char* name) { return (fs::path(folder) / name).string(); };
    const auto there = [&](const char* name) { return fs::is_regular_file(path(name)); };
    if (!std::all_of(entry.needed.begin(), entry.needed.end(), there)) continue;
    TokenizerFiles found{entry.kind, path(entry.needed[0]), {}};
    for (const auto& names : {entry.needed, entry.beside})
      for (const char* name : names)
        if (there(name)) found.files.push_back(path(name));
    return found;
  }
  return std::nullopt;
}

std::string known_tokenizer_files() {
  std::string text;
  for (const auto& entry : known()) {
    text += text.empty() ? "" : ", ";
    for (std::size_t i = 0; i < entry.needed.size(); ++i)
      text += (i > 0 ? std::string(" with ") : "") + entry.needed[i];
  }
  return text;
}

}  // namespace qinglan
