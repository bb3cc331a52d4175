#pragma once
// Properties of test rows by which a reader may want them apart.

#include "data/dataset.h"
#include "experiment/spec.h"
#include "record/record.h"

namespace qinglan {

inline constexpr const char* kLengthSlices = "words in the text";

// Whether the rows' texts have a word: word -> the template of the text it is looked for in.
using WordSlices = std::map<std::string, std::string>;

// The words that the cells' stages look for.
WordSlices words_of_stages(const std::vector<CellSpec>& cells);

// The named columns' values (in the order of their bytes), and quarters of the rows by the number of words of
// the data set's text: rows equally long stay together, so there may be fewer than four. No length where the
// rows hold other columns than `text` names. Words: kWithoutWord, kWithWord.
std::map<std::string, Slicing> slices_of(const std::vector<Example>& rows, const std::string& text,
                                         const std::vector<std::string>& columns,
                                         const WordSlices& words = {});

}  // namespace qinglan
