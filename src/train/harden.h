#pragma once
// Hard targets from soft answers under a given class prior.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

namespace qinglan {

// How many of `rows` each class gets: floor(rows * prior), the rest by largest remainder, ties to the higher
// class; for two classes that is round(rows * prior[1]), half up. Sums to `rows`.
std::vector<std::int64_t> class_capacities(std::int64_t rows, std::span<const double> prior);

// p [B, K] of any float type, CPU -> the class of each row. Two classes: sort by p1 descending, ties by hash
// ascending; the first capacities[1] are class 1.
std::vector<std::int64_t> harden_by_rank(const torch::Tensor& p, std::span<const std::uint64_t> hashes,
                                         std::int64_t class_one_rows);
// Any number of classes: greedy over (row, class) by p descending while row and class are free. Ties: the
// higher class first, then hash ascending; class 0 takes hashes descending, so that two classes agree with
// the rank rule.
std::vector<std::int64_t> harden_greedily(const torch::Tensor& p, std::span<const std::uint64_t> hashes,
                                          std::span<const std::int64_t> capacities);
// The rank rule for two classes, the greedy one for more. -> one-hot [B, K] of p's type.
torch::Tensor harden(const torch::Tensor& p, std::span<const std::uint64_t> hashes,
                     std::span<const double> prior);

}  // namespace qinglan
