#pragma once
// A tokenizer definition is data from anywhere. Before the tokenizer library gets it, what would make ids
// random, or time and memory unbounded, is refused; patterns are bounded where they run
// (tokenizers_ffi/src/lib.rs).

#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

// A word longer than this many characters may not be cut by WordPiece, which takes the cube of its length.
inline constexpr std::int64_t kLongestWord = 1000;
// How many times longer replacements may make a text.
inline constexpr double kMostGrowth = 1 << 16;

// Throws Error{corrupt_data | unsupported}: no object, ids that are none or are given twice, dropout, limits
// above those here.
void check_definition(const Json& definition, const std::string& source);

// The regular expressions anywhere in it.
std::vector<std::string> patterns_of(const Json& definition);

}  // namespace qinglan
