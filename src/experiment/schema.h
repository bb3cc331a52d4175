#pragma once
// Every key a spec may have, with its default and help: the spec's checks and `qinglan spec` come from this
// table.

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace qinglan {

enum class KeyType {
  text,
  integer,
  number,
  boolean,
  number_list,
  integer_or_list,
  number_or_list,
  flag_or_auto,
  text_or_list,
  word_lists
};

struct KeyInfo {
  const char* section;  // "" for the top level
  const char* key;
  KeyType type;
  Json fallback;  // null: no default, the value stays absent
  const char* help;
};

const std::vector<KeyInfo>& spec_keys();
std::vector<std::string> spec_sections();
// nullptr when there is none.
const KeyInfo* find_key(const std::string& section, const std::string& key);
// Throws Error{usage} naming section.key when the value is not of the key's type.
void check_type(const KeyInfo& info, const Json& value, const std::string& source);

// Error{usage}: "unknown <what> '<word>'", with the nearest known word.
Error unknown_word(const std::string& what, const std::string& word, const std::vector<std::string>& known,
                   const std::string& source);
// Throws it unless values[key] is one of `words`.
void require_one_of(const Json& values, const std::string& section, const std::string& key,
                    const std::vector<std::string>& words, const std::string& source);

}  // namespace qinglan
