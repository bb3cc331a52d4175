#pragma once
// UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace qinglan {

// The offset of the first byte that begins no valid sequence; std::string_view::npos where there is none.
std::size_t find_invalid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);
std::string latin1_to_utf8(std::string_view text);

}  // namespace qinglan
