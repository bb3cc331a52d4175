#pragma once
// Just enough UTF-8 to show foreign strings safely: invalid bytes and control characters become U+FFFD.

#include <cstdint>
#include <string>
#include <string_view>

namespace qinglan {

// The code point at `at`, which moves past it; U+FFFD (and one byte on) where the bytes are no UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(std::string& out, char32_t code_point);

// One line: control characters (line breaks, escapes, bidirectional overrides) and invalid bytes become
// U+FFFD.
std::string plain_line(std::string_view text);
// Columns on a terminal: wide East Asian characters are 2, combining marks 0.
int display_width(std::string_view text);

}  // namespace qinglan
