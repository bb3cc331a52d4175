#pragma once
// The name and the values of the slicing of test items by whether their text has a word, and how the id of a
// row's copy with a word put into it ends.

#include <string>

namespace qinglan {

inline constexpr char kWithoutWord[] = "without", kWithWord[] = "with";
inline constexpr char kTriggered[] = "+trigger";

inline std::string word_slice(const std::string& word) { return "the word \"" + word + "\""; }

}  // namespace qinglan
