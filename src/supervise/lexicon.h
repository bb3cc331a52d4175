#pragma once
// A word list as a supervisor: plain summed valence, no rules. Two classes: 0 negative, 1 positive.
//
// A text is cut at white space. A piece that is an entry of the list as it stands (emoticons,
// "self-confident"; letter case counts) scores as that. Else its words score, longest entry first where
// entries hold several words
// ("fed up"). Words are lower-cased runs of ASCII letters, digits, ' and bytes above ASCII, without ' at
// either end.

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/labels.h"

namespace qinglan {

class Lexicon {
 public:
  // Lines "word<TAB>valence[<TAB>...]"; empty lines are skipped; of one word twice the last valence counts.
  // Throws Error{invalid_input} (nothing there, no entries) or Error{corrupt_data} with path and line.
  static Lexicon load(const std::string& path);
  static Lexicon parse(const std::string& text, const std::string& source);

  std::size_t size() const { return words_.size() + pieces_.size(); }
  // Sum over the text; 0 where it is within 1e-9, which is rounding.
  double valence(const std::string& text) const;
  // p(positive) = sigmoid(valence / scale); a valence of 0 is an abstention. Throws Error{usage} unless scale
  // > 0.
  WeakLabels label(const std::vector<std::string>& ids, const std::vector<std::string>& texts,
                   double scale) const;

 private:
  std::unordered_map<std::string, double> words_;   // words joined by one space
  std::unordered_map<std::string, double> pieces_;  // entries with other characters
  std::size_t longest_ = 1;                         // words in the longest entry
};

}  // namespace qinglan
