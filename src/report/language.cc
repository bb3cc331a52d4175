#include "report/language.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr int kDeepest = 6;  // holes in holes

// "a {} b {t}" cut at its holes.
struct Pattern {
  std::vector<std::string> english, translated;  // literal pieces, one more than holes
  std::string holes;                             // of each its letter: t, n, or a space for {}

  std::size_t letters() const {
    std::size_t all = 0;
    for (const auto& piece : english) all += piece.size();
    return all;
  }
};

// Length of the hole that `rest` begins with; 0: none.
std::size_t hole_length(std::string_view rest) {
  for (const std::string_view hole : {"{}", "{t}", "{n}"})
    if (rest.starts_with(hole)) return hole.size();
  return 0;
}

std::vector<std::string> pieces_of(std::string_view pattern, std::string& holes) {
  std::vector<std::string> pieces(1);
  for (std::size_t at = 0; at < pattern.size();) {
    if (const std::size_t length = hole_length(pattern.substr(at))) {
      holes += length == 2 ? ' ' : pattern[at + 1];
      pieces.emplace_back();
      at += length;
    } else {
      pieces.back() += pattern[at++];
    }
  }
  return pieces;
}

bool may_hold(char hole, std::string_view what) {
  if (what.empty() || what.find(". ") != what.npos || what.find("; ") != what.npos) return false;
  return hole != 'n' || what.find_first_not_of("0123456789.,+-%[] <") == what.npos;
}

class Translator {
 public:
  Translator() {
    for (const auto table : {chinese_page(), chinese_findings(), chinese_notes()})
      for (const Saying& saying : table) add(saying);
    std::stable_sort(patterns_.begin(), patterns_.end(),
                     [](const Pattern& a, const Pattern& b) { return a.letters() > b.letters(); });
  }

  std::string say(std::string_view english, int depth = 0) const {
    if (const auto whole = said_whole(english, depth)) return *whole;
    // Sentences of a paragraph, then clauses of a sentence.
    for (const std::string_view end : {". ", "; ", ": "})
      if (const auto parts = said_in_parts(english, end, depth)) return *parts;
    return std::string(english);
  }

 private:
  void add(const Saying& saying) {
    Pattern pattern;
    std::string holes;
    pattern.english = pieces_of(saying.english, pattern.holes);
    pattern.translated = pieces_of(saying.translated, holes);
    QL_CHECK(pattern.holes == holes, "a saying has other holes in Chinese");
    if (holes.empty())
      exact_.emplace(pattern.english[0], pattern.translated[0]);
    else
      patterns_.push_back(std::move(pattern));
  }

  std::optional<std::string> said_whole(std::string_view english, int depth) const {
    if (const auto it = exact_.find(std::string(english)); it != exact_.end()) return it->second;
    if (depth >= kDeepest) return std::nullopt;
    for (const Pattern& pattern : patterns_)
      if (const auto holes = match(pattern, english)) {
        std::string line = pattern.translated[0];
        for (std::size_t h = 0; h < holes->size(); ++h)
          line += (pattern.holes[h] == 't' ? say((*holes)[h], depth + 1) : std::string((*holes)[h])) +
                  pattern.translated[h + 1];
        return line;
      }
    return std::nullopt;
  }

  // Nothing where `end` does not part it, or no part is known.
  std::optional<std::string> said_in_parts(std::string_view english, std::string_view end, int depth) const {
    const std::size_t first = english.find(end);
    if (first == std::string_view::npos || depth >= kDeepest) return std::nullopt;
    const std::size_t kept = end == ". " ? 1 : 0;  // the full stop belongs to its sentence
    const std::string_view head = english.substr(0, first + kept), tail = english.substr(first + end.size());
    const std::string one = say(head, depth + 1), rest = say(tail, depth);
    if (one == head && rest == tail) return std::nullopt;
    const std::string_view joint = end == ". " ? "" : end == "; " ? "；" : "：";
    return one + (joint.empty() && one == head ? " " : std::string(joint)) + rest;
  }

  static std::optional<std::vector<std::string_view>> match(const Pattern& pattern,
                                                            std::string_view english) {
    const auto& pieces = pattern.english;
    if (!english.starts_with(pieces.front())) return std::nullopt;
    std::vector<std::string_view> holes;
    std::size_t at = pieces.front().size();
    for (std::size_t p = 1; p < pieces.size(); ++p) {
      const bool last = p + 1 == pieces.size();
      std::size_t next = last && pieces[p].empty() ? english.size() : english.find(pieces[p], at);
      if (last && !pieces[p].empty()) {
        if (english.size() < at + pieces[p].size() || !english.ends_with(pieces[p])) return std::nullopt;
        next = english.size() - pieces[p].size();
      }
      if (next == std::string_view::npos || !may_hold(pattern.holes[p - 1], english.substr(at, next - at)))
        return std::nullopt;
      holes.push_back(english.substr(at, next - at));
      at = next + pieces[p].size();
    }
    return holes;
  }

  std::unordered_map<std::string, std::string> exact_;
  std::vector<Pattern> patterns_;
};

// What text() escaped.
std::string unescaped(std::string_view escaped) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
  std::string raw;
  for (std::size_t at = 0; at < escaped.size();) {
    std::size_t length = 1;
    char c = escaped[at];
    for (const auto& [entity, meant] : kEntities)
      if (escaped.substr(at).starts_with(entity)) length = entity.size(), c = meant;
    raw += c;
    at += length;
  }
  return raw;
}

}  // namespace

std::string_view html_code(Language language) { return language == Language::english ? "en" : "zh-Hans"; }

Language language_named(const std::string& name) {
  if (name == "en") return Language::english;
  if (name == "zh") return Language::chinese;
  throw Error(ErrorKind::usage, "no such language").expected("en or zh").found(name);
}

std::string in_language(const Markup& markup, Language language) {
  static const Translator chinese;
  const std::string& bytes = markup.str();
  std::unordered_map<std::string_view, std::string> known;  // most sentences of a grid are said many times
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = bytes.find(kWordsBegin, at);
    if (begin == std::string::npos) return out += std::string_view(bytes).substr(at);
    const std::size_t end = bytes.find(kWordsEnd, begin);
    out += std::string_view(bytes).substr(at, begin - at);
    const std::string_view english = std::string_view(bytes).substr(begin + 1, end - begin - 1);
    if (language == Language::english) {
      out += english;
    } else {
      const auto [it, fresh] = known.try_emplace(english);
      if (fresh) it->second = text(chinese.say(unescaped(english))).str();
      out += it->second;
    }
    at = end + 1;
  }
  return out;
}

}  // namespace qinglan
