#pragma once
// Properties of test rows by which a reader may want them apart.

#include "data/dataset.h"
#include "record/record.h"

namespace qinglan {

inline constexpr const char* kLengthSlices = "words in the text";

// The named columns' values (in the order of their bytes), and quarters of the rows by the number of words of
// the data set's text: rows equally long stay together, so there may be fewer than four. No length where the
// rows hold other columns than `text` names.
std::map<std::string, Slicing> slices_of(const std::vector<Example>& rows, const std::string& text,
                                         const std::vector<std::string>& columns);

}  // namespace qinglan
