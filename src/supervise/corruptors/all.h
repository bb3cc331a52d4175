#pragma once
// The corruptors, one file each, and what several share.

#include "supervise/corruptor.h"

namespace qinglan {

Corruptor symmetric_corruptor();
Corruptor class_dependent_corruptor();
Corruptor length_corruptor();
Corruptor learnable_corruptor();

// round(rate n), halves up.
std::size_t wrong_rows(double rate, std::size_t n);

// Another class than the truth, all equally likely.
std::int32_t other_class(std::int32_t truth, std::size_t classes, Random& random);

// Of `rows` the `count` of highest priority, of equal ones the lower, get another class.
void make_wrong(const CorruptorInput& input, std::vector<std::size_t> rows, std::size_t count,
                const std::vector<double>& priority, std::vector<std::int32_t>& labels);

// [n] in [0, 1), a row after the other.
std::vector<double> random_priority(const CorruptorInput& input);

}  // namespace qinglan
