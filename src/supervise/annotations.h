#pragma once
// What several annotators said of the same examples: people, rules, programs. Any of them may be silent.

#include <cstdint>
#include <string>
#include <vector>

#include "supervise/example_rows.h"

namespace qinglan {

struct Answer {
  std::size_t annotator = 0;  // of Annotations::annotators
  std::size_t label = 0;      // class
};

struct Annotations {
  std::vector<std::string> ids;
  std::size_t classes = 0;                   // K
  std::vector<std::string> annotators;       // sorted; all there are in the file, those silent here too
  std::vector<std::vector<Answer>> answers;  // [n], each by annotator; empty: nobody said anything of the row
  std::size_t unused = 0;                    // answers about examples that were not asked for

  std::size_t size() const { return ids.size(); }
};

// Long: a row an answer, columns "annotator" and "label". Wide: a row an example, a column an annotator: the
// columns named in `only`, else all that begin with "annotator_"; an empty cell or null is no answer. Rows
// name examples as in supervise/example_rows.h. `only`: the annotators that count; empty: all.
// Throws Error{invalid_input}: an annotator twice on one example, a label outside the classes, an annotator
// that is not there, no columns of annotators, no answer for any asked example; where it can, it names line
// and id.
Annotations read_annotations(const std::string& path, const std::vector<std::string>& ids,
                             const std::vector<std::string>& classes, const RowPlaces& places = {},
                             const std::vector<std::string>& only = {});

}  // namespace qinglan
