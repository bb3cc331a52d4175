#pragma once
// Base64 of RFC 4648 section 4: padded, one line.

#include <optional>
#include <string>
#include <string_view>

namespace qinglan {

std::string base64_encode(std::string_view bytes);
// Nothing where `text` is not exactly what base64_encode would write: a foreign character, white space,
// missing or misplaced padding, unused bits that are not zero.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace qinglan
