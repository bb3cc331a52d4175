#include "data/normalise.h"

#include "base/hash.h"

namespace qinglan {

std::string normalise_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool gap = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      gap = !result.empty();
      continue;
    }
    if (gap) result += ' ';
    gap = false;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

std::string text_id(const std::string& normalised, std::size_t occurrence) {
  return sha256_hex(normalised + "\n" + std::to_string(occurrence)).substr(0, 16);
}

bool hashed_to_test(const std::string& key) {
  const auto number = std::stoull(sha256_hex("qinglan/test/" + key).substr(0, 8), nullptr, 16);
  return number < 858993460;  // the least number that is no less than 0.2 * 2^32
}

}  // namespace qinglan
