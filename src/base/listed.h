#pragma once
// Words for messages: "a, b, c".

#include <functional>
#include <string>

namespace qinglan {

// The items of a range one after the other, each as `word` gives it.
template <typename Range, typename Word = std::identity>
std::string listed(const Range& items, const Word& word = {}) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += ", ";
    text += std::invoke(word, item);
  }
  return text;
}

}  // namespace qinglan
