#include "catalog/special_tokens.h"

namespace qinglan {

std::optional<std::string> special_token_text(const Json& config, const char* key) {
  const auto entry = config.find(key);
  if (entry == config.end()) return std::nullopt;
  const Json token = entry->is_object() ? entry->value("content", Json()) : *entry;
  if (token.is_string()) return token.get<std::string>();
  return std::nullopt;
}

}  // namespace qinglan
