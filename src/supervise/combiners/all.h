#pragma once
// The combiners, one file each.

#include "supervise/combiner.h"

namespace qinglan {

Combiner vote_combiner();
Combiner evidential_combiner();
Combiner dawid_skene_combiner();
Combiner label_model_combiner();

// [K] the votes for each class in one row.
std::vector<double> votes(std::span<const Answer> answers, std::size_t classes);

}  // namespace qinglan
