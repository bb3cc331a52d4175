#pragma once
// What counts as the same text: ASCII letters lower-cased, runs of ASCII white space made one space, both
// ends trimmed. Everything else, punctuation and other alphabets included, is compared byte for byte.

#include <string>
#include <string_view>

namespace qinglan {

std::string normalise_text(std::string_view text);

// First 16 hex digits of SHA-256(normalised text, newline, occurrence): the id of a row without an id column.
// Occurrences count from 0 the rows of one split that have this normalised text.
std::string text_id(const std::string& normalised, std::size_t occurrence);

// Where one file is cut in two, 20% of the keys go to test: those whose SHA-256("qinglan/test/" + key) starts
// with a 32-bit number below 0.2 * 2^32.
bool hashed_to_test(const std::string& key);

}  // namespace qinglan
