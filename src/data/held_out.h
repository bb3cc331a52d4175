#pragma once
// Rows of the transfer half that take no part in training: what a student's settings and its epoch are chosen
// by. Their labels are of the kind that it is trained on, so a student of weak labels is chosen by weak
// labels.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/labels.h"

namespace qinglan {

// Ids of about `share` of the rows: whole groups in an order drawn by (seed, "validation"), until they hold
// as much. Depends on ids and groups only. Throws Error{invalid_input} when none would be left to train on.
std::set<std::string> draw_held_out(const std::vector<Example>& rows, double share, std::uint64_t seed);

struct HeldOutLabels {
  WeakLabels train;
  WeakLabels held_out;  // without abstentions: a row that nobody labelled chooses nothing
};

// Both in the order they had. Throws Error{invalid_input} when either has no row.
HeldOutLabels hold_out(const WeakLabels& labels, const std::set<std::string>& held_out);

}  // namespace qinglan
