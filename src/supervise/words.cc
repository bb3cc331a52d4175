#include "supervise/words.h"

#include <algorithm>

namespace qinglan {
namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\'' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && in_word(text[end])) ++end;
    std::string_view run = text.substr(i, end - i);
    while (!run.empty() && run.front() == '\'') run.remove_prefix(1);
    while (!run.empty() && run.back() == '\'') run.remove_suffix(1);
    if (!run.empty()) {
      std::string word(run);
      for (char& c : word)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      words.push_back(std::move(word));
    }
    i = end + 1;
  }
  return words;
}

bool has_word(std::string_view text, const std::string& word) {
  const auto words = split_words(text);
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace qinglan
