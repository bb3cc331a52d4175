#pragma once
// Words as the supervisors see them: lower-cased runs of ASCII letters, digits, ' and bytes above ASCII,
// without ' at either end. Nothing depends on a locale.

#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

std::vector<std::string> split_words(std::string_view text);

// Whether one of the text's words is `word`.
bool has_word(std::string_view text, const std::string& word);

}  // namespace qinglan
