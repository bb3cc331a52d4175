#pragma once
// A gold budget spent: rows of the transfer half whose true labels a method is given by declaration. They
// are all the ground truth that reaches such a student.

#include <cstdint>
#include <string>
#include <vector>

#include "data/labels.h"

namespace qinglan {

// Of a method's certificate: what true labels are read for when they decide where the budget goes.
inline constexpr char kGoldPlacePurpose[] = "place of the gold budget";

// random; or rows that the supervisor labels wrongly before all others. The latter is out of a user's reach
// and says how much choosing rows could bring at most.
enum class GoldPlace { random, wrong_first };

// Throws Error{usage}.
GoldPlace gold_place(const std::string& word);

// As many of the labelled rows as the budget allows, by the stream "gold" of the run seed; a smaller budget's
// rows are among a larger one's. Throws Error{invalid_input} when the budget is larger than the labels.
GoldRows draw_gold(const GroundTruth& truth, const WeakLabels& labels, const GoldBudget& budget,
                   GoldPlace place, std::uint64_t run_seed);

// File: canonical JSON {"classes": K, "consulted": c, "rows": [[id, label]...]}.
void write_gold_rows(FileSystem& fs, const std::string& path, const GoldRows& gold);
// Throws Error{corrupt_data}: an id twice, a label outside the classes.
GoldRows read_gold_rows(FileSystem& fs, const std::string& path);

}  // namespace qinglan
