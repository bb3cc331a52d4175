#include "text/definition_check.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/base64.h"
#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::int64_t kMostId = std::numeric_limits<std::int32_t>::max() - 1;
constexpr std::size_t kLongestMapping = 1024;

const Json* find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto entry = object.find(key);
  return entry == object.end() || entry->is_null() ? nullptr : &*entry;
}

std::size_t length_of(const Json* value) {
  return value && value->is_string() ? value->get_ref<const std::string&>().size() : 0;
}

void check_ids(const Json& vocab, const std::string& source) {
  std::vector<std::int64_t> ids;
  ids.reserve(vocab.size());
  for (const auto& [token, id] : vocab.items()) {
    if (!id.is_number_integer() || id < 0 || id > kMostId)
      throw Error(ErrorKind::corrupt_data, "the id of token \"" + token + "\" is not one")
          .in(source)
          .expected("0 to " + std::to_string(kMostId))
          .found(id.dump());
    ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end())
    throw Error(ErrorKind::corrupt_data, "two tokens of the vocabulary have one id")
        .in(source)
        .expected("ids that differ")
        .found(std::to_string(*twice) + " twice");
}

void check_model(const Json& model, const std::string& source) {
  if (const Json* vocab = find(model, "vocab"); vocab && vocab->is_object()) check_ids(*vocab, source);
  if (const Json* dropout = find(model, "dropout"); dropout && *dropout != 0.0)
    throw Error(ErrorKind::unsupported, "the definition drops merges at random, so that ids differ each time")
        .in(source)
        .expected("dropout null")
        .found(dropout->dump());
  const Json* longest = find(model, "max_input_chars_per_word");
  if (longest && (!longest->is_number_integer() || *longest < 0 || *longest > kLongestWord))
    throw Error(ErrorKind::unsupported, "max_input_chars_per_word is out of range")
        .in(source)
        .expected("0 to " + std::to_string(kLongestWord))
        .found(longest->dump());
}

// SentencePiece's mapping: the size of a trie in bytes, the trie, then replacements that each end in NUL.
void check_charsmap(const Json& step, const std::string& source) {
  const Json* text = find(step, "precompiled_charsmap");
  if (!text || !text->is_string()) return;
  const auto bytes = base64_decode(text->get_ref<const std::string&>());
  std::uint32_t trie = 0;
  if (bytes && bytes->size() >= sizeof trie) std::memcpy(&trie, bytes->data(), sizeof trie);
  if (!bytes || bytes->size() < sizeof trie || trie % 4 != 0 || trie > bytes->size() - sizeof trie)
    throw Error(ErrorKind::corrupt_data, "precompiled_charsmap is not SentencePiece's mapping").in(source);
  std::size_t run = 0;
  for (std::size_t at = sizeof trie + trie; at < bytes->size(); ++at) {
    run = (*bytes)[at] == '\0' ? 0 : run + 1;
    if (run > kLongestMapping)
      throw Error(ErrorKind::unsupported, "precompiled_charsmap replaces a character by a long text")
          .in(source)
          .expected("at most " + std::to_string(kLongestMapping) + " bytes");
  }
}

// The most by which a step and those inside it can lengthen a text.
double growth_of(const Json& step, const std::string& source) {
  if (step.is_array()) {
    double growth = 1;
    for (const auto& item : step) growth = std::min(growth * growth_of(item, source), 1e300);
    return growth;
  }
  if (!step.is_object()) return 1;
  check_charsmap(step, source);
  double growth = 1;
  if (const auto added = length_of(find(step, "prepend"))) growth *= 1.0 + static_cast<double>(added);
  if (const Json* pattern = find(step, "pattern")) {
    const auto replaced = std::max<std::size_t>(1, length_of(find(*pattern, "String")));
    const auto by = static_cast<double>(length_of(find(step, "content")));
    // A regular expression may match nothing between any two characters.
    growth *= find(*pattern, "Regex") ? 1 + by : std::max(1.0, by / static_cast<double>(replaced));
  }
  for (const char* list : {"normalizers", "decoders", "pretokenizers"})
    if (const Json* steps = find(step, list)) growth = std::min(growth * growth_of(*steps, source), 1e300);
  return growth;
}

void collect_patterns(const Json& value, std::vector<std::string>& patterns) {
  if (value.is_object())
    if (const auto regex = value.find("Regex"); regex != value.end() && regex->is_string())
      patterns.push_back(*regex);
  if (value.is_structured())
    for (const auto& item : value) collect_patterns(item, patterns);
}

}  // namespace

void check_definition(const Json& definition, const std::string& source) {
  if (!definition.is_object())
    throw Error(ErrorKind::corrupt_data, "a tokenizer definition is a JSON object")
        .in(source)
        .found(definition.type_name());
  if (const Json* model = find(definition, "model")) check_model(*model, source);
  for (const char* part : {"normalizer", "decoder"}) {
    const Json* steps = find(definition, part);
    if (!steps || growth_of(*steps, source) <= kMostGrowth) continue;
    throw Error(ErrorKind::unsupported, "the " + std::string(part) + " can make a text grow without bounds")
        .in(source)
        .expected("replacements that lengthen it at most " + std::to_string(static_cast<int>(kMostGrowth)) +
                  " times");
  }
}

std::vector<std::string> patterns_of(const Json& definition) {
  std::vector<std::string> patterns;
  for (const char* part : {"normalizer", "pre_tokenizer", "decoder"})
    if (const Json* steps = find(definition, part)) collect_patterns(*steps, patterns);
  return patterns;
}

}  // namespace qinglan
