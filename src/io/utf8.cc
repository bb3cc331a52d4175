#include "io/utf8.h"

#include <cstdint>
#include <cstring>

namespace qinglan {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

// Length of the valid sequence at `at` (not ASCII), 0 where there is none. The second byte's bounds depend on
// the first (RFC 3629, section 4): that is what shuts out overlong forms, surrogates and what lies above
// U+10FFFF.
std::size_t sequence_length(const unsigned char* at, std::size_t left) {
  const unsigned char first = at[0];
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < low || at[1] > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((at[i] & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t i = 0;
  while (i < text.size()) {
    if (data[i] >= 0x80) {
      const std::size_t length = sequence_length(data + i, text.size() - i);
      if (length == 0) return i;
      i += length;
      continue;
    }
    ++i;
    for (std::uint64_t words[4]; i + sizeof words <= text.size(); i += sizeof words) {
      std::memcpy(words, data + i, sizeof words);
      if ((words[0] | words[1] | words[2] | words[3]) & kHighBits) break;
    }
    while (i < text.size() && data[i] < 0x80) ++i;
  }
  return std::string_view::npos;
}

bool is_valid_utf8(std::string_view text) { return find_invalid_utf8(text) == std::string_view::npos; }

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

}  // namespace qinglan
