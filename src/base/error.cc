#include "base/error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <utility>

namespace qinglan {
namespace {

constexpr std::array kNames = {
    std::pair{ErrorKind::usage, "usage"},
    std::pair{ErrorKind::invalid_input, "invalid_input"},
    std::pair{ErrorKind::corrupt_data, "corrupt_data"},
    std::pair{ErrorKind::io, "io"},
    std::pair{ErrorKind::unsupported, "unsupported"},
    std::pair{ErrorKind::out_of_memory, "out_of_memory"},
    std::pair{ErrorKind::diverged, "diverged"},
    std::pair{ErrorKind::interrupted, "interrupted"},
    std::pair{ErrorKind::internal, "internal"},
};

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row.back();
}

// A hint may be written as a sentence; it goes on after a semicolon.
std::string as_clause(std::string text) {
  const bool sentence = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[0])) &&
                        std::islower(static_cast<unsigned char>(text[1]));
  if (sentence) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// What comes from a file may be as long as the file: the middle is left out, between characters of UTF-8.
std::string shortened(std::string text) {
  constexpr std::size_t kHead = 500, kTail = 250;
  if (text.size() <= kHead + kTail) return text;
  const auto inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  std::size_t head = kHead, tail = text.size() - kTail;
  while (head > kHead - 4 && inside(head)) --head;
  while (tail < text.size() - kTail + 4 && inside(tail)) ++tail;
  return text.substr(0, head) + " [...] " + text.substr(tail);
}

}  // namespace

const char* name_of(ErrorKind kind) {
  for (const auto& [k, name] : kNames)
    if (k == kind) return name;
  return "internal";
}

std::optional<ErrorKind> error_kind_of(const std::string& name) {
  for (const auto& [kind, text] : kNames)
    if (name == text) return kind;
  return std::nullopt;
}

Error::Error(ErrorKind kind, std::string message) : kind_(kind), message_(shortened(std::move(message))) {
  compose();
}

Error& Error::in(std::string path) {
  path_ = shortened(std::move(path));
  compose();
  return *this;
}
Error& Error::line(std::uint64_t line) {
  line_ = line;
  compose();
  return *this;
}
Error& Error::offset(std::uint64_t offset) {
  offset_ = offset;
  compose();
  return *this;
}
Error& Error::expected(std::string expected) {
  expected_ = shortened(std::move(expected));
  compose();
  return *this;
}
Error& Error::found(std::string found) {
  found_ = shortened(std::move(found));
  compose();
  return *this;
}
Error& Error::hint(std::string hint) {
  hint_ = std::move(hint);
  compose();
  return *this;
}

void Error::compose() {
  text_.clear();
  if (!path_.empty()) text_ += path_ + (line_ ? ":" + std::to_string(*line_) : "") + ": ";
  text_ += message_;
  if (offset_) text_ += " (at byte " + std::to_string(*offset_) + ")";
  if (!expected_.empty()) text_ += ": expected " + expected_;
  if (!found_.empty()) text_ += (expected_.empty() ? ": found " : ", found ") + found_;
  if (!hint_.empty()) text_ += "; " + as_clause(hint_);
}

std::optional<std::string> nearest_word(const std::string& word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 2) + 1;
  for (const auto& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) best = candidate, best_distance = distance;
  }
  return best;
}

void check_failed(const char* condition, const char* file, int line, const std::string& message) {
  throw Error(ErrorKind::internal, message + " [" + condition + "]")
      .in(file)
      .line(static_cast<std::uint64_t>(line))
      .hint("this is a bug in Qinglan: please report it with the command that led here");
}

}  // namespace qinglan
