#include "train/harden.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace qinglan {
namespace {

// Rows of p as fp64 numbers that an index reaches.
torch::Tensor readable(const torch::Tensor& p) {
  return p.detach().to(torch::kCPU, torch::kFloat64).contiguous();
}

struct Pair {
  double p;
  std::int64_t row, label;
  std::uint64_t hash;
};

bool before(const Pair& a, const Pair& b) {
  if (a.p != b.p) return a.p > b.p;
  if (a.label != b.label) return a.label > b.label;
  if (a.hash != b.hash) return a.label == 0 ? a.hash > b.hash : a.hash < b.hash;
  return a.label == 0 ? a.row > b.row : a.row < b.row;
}

}  // namespace

std::vector<std::int64_t> class_capacities(std::int64_t rows, std::span<const double> prior) {
  const auto classes = static_cast<std::int64_t>(prior.size());
  std::vector<std::int64_t> capacities(prior.size());
  if (classes == 2) {
    const auto ones = static_cast<std::int64_t>(std::floor(static_cast<double>(rows) * prior[1] + 0.5));
    capacities[1] = std::clamp<std::int64_t>(ones, 0, rows);
    capacities[0] = rows - capacities[1];
    return capacities;
  }
  std::vector<double> remainder(prior.size());
  std::int64_t left = rows;
  for (std::int64_t c = 0; c < classes; ++c) {
    const double share = static_cast<double>(rows) * prior[c];
    capacities[c] = static_cast<std::int64_t>(std::floor(share));
    remainder[c] = share - std::floor(share);
    left -= capacities[c];
  }
  std::vector<std::int64_t> order(prior.size());
  std::iota(order.rbegin(), order.rend(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainder[a] > remainder[b]; });
  for (std::int64_t next = 0; left > 0; --left) ++capacities[order[next++ % classes]];
  QL_CHECK(left == 0, "a prior that sums to more than one");
  return capacities;
}

std::vector<std::int64_t> harden_by_rank(const torch::Tensor& p, std::span<const std::uint64_t> hashes,
                                         std::int64_t class_one_rows) {
  const torch::Tensor values = readable(p);
  const auto at = values.accessor<double, 2>();
  std::vector<std::int64_t> order(hashes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return at[a][1] != at[b][1] ? at[a][1] > at[b][1] : hashes[a] < hashes[b];
  });
  std::vector<std::int64_t> label(hashes.size(), 0);
  for (std::int64_t i = 0; i < class_one_rows; ++i) label[order[i]] = 1;
  return label;
}

std::vector<std::int64_t> harden_greedily(const torch::Tensor& p, std::span<const std::uint64_t> hashes,
                                          std::span<const std::int64_t> capacities) {
  const torch::Tensor values = readable(p);
  const auto at = values.accessor<double, 2>();
  std::vector<Pair> pairs;
  for (std::int64_t row = 0; row < values.size(0); ++row)
    for (std::int64_t c = 0; c < values.size(1); ++c) pairs.push_back({at[row][c], row, c, hashes[row]});
  std::sort(pairs.begin(), pairs.end(), before);
  std::vector<std::int64_t> left(capacities.begin(), capacities.end());
  std::vector<std::int64_t> label(hashes.size(), -1);
  for (const Pair& pair : pairs) {
    if (label[pair.row] >= 0 || left[pair.label] == 0) continue;
    label[pair.row] = pair.label;
    --left[pair.label];
  }
  return label;
}

torch::Tensor harden(const torch::Tensor& p, std::span<const std::uint64_t> hashes,
                     std::span<const double> prior) {
  QL_CHECK(p.size(0) == static_cast<std::int64_t>(hashes.size()) &&
               p.size(1) == static_cast<std::int64_t>(prior.size()),
           "harden: shapes differ");
  const auto capacities = class_capacities(p.size(0), prior);
  const auto label =
      p.size(1) == 2 ? harden_by_rank(p, hashes, capacities[1]) : harden_greedily(p, hashes, capacities);
  const torch::Tensor index = torch::tensor(label, torch::kInt64).unsqueeze(1);
  return torch::zeros_like(p).scatter_(1, index, 1.0);
}

}  // namespace qinglan
