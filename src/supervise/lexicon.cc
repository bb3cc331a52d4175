#include "supervise/lexicon.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "io/file_system.h"
#include "io/rows.h"
#include "supervise/words.h"

namespace qinglan {
namespace {

constexpr double kRounding = 1e-9;  // valences have a few decimals; sums that should be 0 may miss it by this
constexpr std::string_view kBlank = " \t\r\n\f\v";

std::vector<std::string_view> split_pieces(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (auto start = text.find_first_not_of(kBlank); start != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(kBlank, start), text.size());
    pieces.push_back(text.substr(start, end - start));
    start = text.find_first_not_of(kBlank, end);
  }
  return pieces;
}

std::string join(const std::vector<std::string>& words, std::size_t from, std::size_t count) {
  std::string text = words[from];
  for (std::size_t i = from + 1; i < from + count; ++i) text += " " + words[i];
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

}  // namespace

Lexicon Lexicon::load(const std::string& path) {
  if (!real_file_system().exists(path))
    throw Error(ErrorKind::invalid_input, "there is no such word list")
        .in(path)
        .hint(
            "Set [supervisor] path to a file of lines \"word<TAB>valence\"; ./dev setup fetches packaged "
            "ones.");
  return parse(read_text(path), path);
}

Lexicon Lexicon::parse(const std::string& text, const std::string& source) {
  if (!is_valid_utf8(text))
    throw Error(ErrorKind::corrupt_data, "the word list is not UTF-8")
        .in(source)
        .hint("Convert it to UTF-8.");
  Lexicon lexicon;
  std::uint64_t line = 0;
  for (std::size_t start = 0; start < text.size();) {
    ++line;
    const auto end = std::min(text.find('\n', start), text.size());
    std::string_view row(text.data() + start, end - start);
    start = end + 1;
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    if (row.find_first_not_of(kBlank) == std::string_view::npos) continue;
    const auto tab = row.find('\t');
    const std::string_view word = row.substr(0, std::min(tab, row.size()));
    if (tab == std::string_view::npos || split_pieces(word).empty())
      throw Error(ErrorKind::corrupt_data, "not an entry of a word list")
          .in(source)
          .line(line)
          .expected("word<TAB>valence");
    std::string_view number = row.substr(tab + 1);
    number = number.substr(0, std::min(number.find('\t'), number.size()));
    double valence = 0;
    const auto [stop, problem] = std::from_chars(number.data(), number.data() + number.size(), valence);
    if (problem != std::errc() || stop != number.data() + number.size() || !std::isfinite(valence))
      throw Error(ErrorKind::corrupt_data, "the valence is not a number")
          .in(source)
          .line(line)
          .found("\"" + std::string(number) + "\"");
    const auto words = split_words(word);
    const std::string phrase = words.empty() ? "" : join(words, 0, words.size());
    if (phrase == lower(word)) {
      lexicon.words_[phrase] = valence;
      lexicon.longest_ = std::max(lexicon.longest_, words.size());
    } else {
      lexicon.pieces_[std::string(word)] = valence;
    }
  }
  if (!lexicon.size())
    throw Error(ErrorKind::invalid_input, "the word list is empty").in(source).expected("word<TAB>valence");
  return lexicon;
}

double Lexicon::valence(const std::string& text) const {
  double sum = 0;
  std::vector<std::string> words;
  for (const auto piece : split_pieces(text)) {
    const auto entry = pieces_.find(std::string(piece));
    if (entry != pieces_.end()) {
      sum += entry->second;
      continue;
    }
    for (auto& word : split_words(piece)) words.push_back(std::move(word));
  }
  for (std::size_t i = 0; i < words.size();) {
    std::size_t used = 1;
    for (std::size_t count = std::min(longest_, words.size() - i); count >= 1; --count) {
      const auto entry = words_.find(count == 1 ? words[i] : join(words, i, count));
      if (entry == words_.end()) continue;
      sum += entry->second;
      used = count;
      break;
    }
    i += used;
  }
  return std::abs(sum) < kRounding ? 0 : sum;
}

WeakLabels Lexicon::label(const std::vector<std::string>& ids, const std::vector<std::string>& texts,
                          double scale) const {
  QL_CHECK(ids.size() == texts.size(), "a text for each id");
  if (!(scale > 0) || !std::isfinite(scale))
    throw Error(ErrorKind::usage, "the lexicon's scale must be above 0")
        .found(std::to_string(scale))
        .hint("Set [supervisor] scale to the summed valence at which p(positive) is 0.73.");
  WeakLabels labels;
  labels.ids = ids;
  labels.classes = 2;
  labels.provenance = {{"kind", "lexicon"}, {"entries", size()}, {"scale", scale}};
  for (const auto& text : texts) {
    const double sum = valence(text);
    const double positive = 1 / (1 + std::exp(-sum / scale));
    labels.p.push_back(static_cast<float>(1 - positive));
    labels.p.push_back(static_cast<float>(positive));
    labels.abstain.push_back(sum == 0);
  }
  return labels;
}

}  // namespace qinglan
