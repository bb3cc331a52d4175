#include "catalog/model_files.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/listed.h"
#include "catalog/weight_index.h"

namespace qinglan {
namespace {

// All that a loader of the model may read beside its weights, and the card that states the licence.
const std::vector<std::string>& settings() {
  static const std::vector<std::string> names{"README.md",
                                              "config.json",
                                              "generation_config.json",
                                              "tokenizer.json",
                                              "added_tokens.json",
                                              "vocab.txt",
                                              "special_tokens_map.json",
                                              "tokenizer_config.json",
                                              "vocab.json",
                                              "merges.txt",
                                              "tokenizer.model",
                                              "sentencepiece.bpe.model",
                                              "spiece.model",
                                              "spm.model",
                                              "chat_template.jinja",
                                              "chat_template.json",
                                              "1_Pooling/config.json"};
  return names;
}

bool has(const std::vector<std::string>& all, const std::string& file) {
  return std::find(all.begin(), all.end(), file) != all.end();
}

[[noreturn]] void refuse_pickle(const std::string& model, const std::string& file) {
  throw Error(ErrorKind::unsupported, "only pickle weights are there, which can run code when they are read")
      .in(model)
      .expected("model.safetensors or a .gguf file")
      .found(file)
      .hint(
          "many such models have a converted branch (model@refs/pr/N, see the hub's pull requests); else "
          "load it in "
          "Python and save it with save_pretrained");
}

std::vector<std::string> named_files(const std::vector<std::string>& all,
                                     const std::vector<std::string>& wanted, const std::string& model) {
  for (const auto& file : wanted) {
    if (is_pickle(file)) refuse_pickle(model, file);
    if (has(all, file)) continue;
    const auto near = nearest_word(file, all);
    throw Error(ErrorKind::usage, "the model has no file " + file)
        .in(model)
        .hint(near ? "Did you mean " + *near + "?" : "");
  }
  return wanted;
}

std::vector<std::string> matching_files(const std::vector<std::string>& all,
                                        const std::vector<std::string>& patterns, const std::string& model) {
  std::vector<std::string> chosen, pickled;
  for (const auto& file : all)
    for (const auto& pattern : patterns)
      if (fnmatch(pattern.c_str(), file.c_str(), 0) == 0) {
        (is_pickle(file) ? pickled : chosen).push_back(file);
        break;
      }
  if (!chosen.empty()) return chosen;
  if (!pickled.empty()) refuse_pickle(model, pickled.front());
  throw Error(ErrorKind::usage, "no file of the model matches " + listed(patterns))
      .in(model)
      .found(listed(all));
}

std::vector<std::string> gguf_files(const std::vector<std::string>& all) {
  std::vector<std::string> files;
  for (const auto& file : all)
    if (file.ends_with(".gguf")) files.push_back(file);
  return files;
}

std::string weights_of(const std::vector<std::string>& all, const std::string& model) {
  for (const char* name : {"model.safetensors", kWeightIndexFile})
    if (has(all, name)) return name;
  const auto ggufs = gguf_files(all);
  if (ggufs.size() == 1) return ggufs.front();
  if (ggufs.size() > 1)
    throw Error(ErrorKind::usage, "the model has several .gguf files")
        .in(model)
        .found(listed(ggufs))
        .hint("Say which: --file " + ggufs.front());
  const auto pickle = std::find_if(all.begin(), all.end(), is_pickle);
  if (pickle != all.end()) refuse_pickle(model, *pickle);
  throw Error(ErrorKind::unsupported, "the model has no weights that can be read")
      .in(model)
      .expected("model.safetensors, its shards or a .gguf file")
      .found(listed(all));
}

}  // namespace

bool is_pickle(const std::string& file) {
  for (const char* ending : {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib"})
    if (file.ends_with(ending)) return true;
  return false;
}

std::vector<std::string> choose_files(const std::vector<std::string>& all, const FileChoice& choice,
                                      const std::string& model) {
  std::vector<std::string> chosen;
  if (!choice.files.empty()) {
    chosen = named_files(all, choice.files, model);
  } else if (!choice.patterns.empty()) {
    chosen = matching_files(all, choice.patterns, model);
  } else {
    chosen = {weights_of(all, model)};
    const bool whole = chosen.front().ends_with(".gguf");  // holds settings and tokenizer too
    for (const auto& file : all)
      if (whole ? file == "README.md" : has(settings(), file)) chosen.push_back(file);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<std::string> shards_in(const std::string& index, const std::vector<std::string>& all,
                                   const std::string& source) {
  std::set<std::string> shards;
  for (const auto& [weight, name] : parse_weight_index(index, source)) {
    if (!has(all, name))
      throw Error(ErrorKind::corrupt_data, "the shard of " + weight + " is not a file of the model")
          .in(source)
          .found('"' + name + '"');
    shards.insert(name);
  }
  return {shards.begin(), shards.end()};
}

}  // namespace qinglan
