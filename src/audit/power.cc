#include "audit/power.h"

#include <algorithm>
#include <cmath>

namespace qinglan {
namespace {

constexpr std::int64_t kMostSeeds = 1000, kMostItems = 1000000;

struct Range {
  double low, high;
};

Range at(double mean, const CrossedParts& parts, const Evidence& e, double seeds, double columns) {
  const double half =
      half_width(parts.scaled(seeds / static_cast<double>(e.seeds), columns / static_cast<double>(e.columns))
                     .spread(seeds, columns));
  return {mean - half, mean + half};
}

// Would a rule other than `underpowered` match?
bool settles(const Evidence& e, double seeds, double columns) {
  const double delta = e.effective_delta();
  const Range d = at(e.gain.value, *e.gain_parts, e, seeds, columns);
  const bool small = d.low > -delta && d.high < delta;
  if (d.high < 0 || !e.gap) return d.high < 0 || d.low > delta || small;
  const Range g = at(e.gap->value, *e.gap_parts, e, seeds, columns);
  if (g.high <= e.gamma) return true;
  return g.low > e.gamma && (small || d.low > 0);
}

// The smallest number from `from` to `most` that holds, for a condition that stays true once it is.
template <typename Condition>
std::int64_t smallest(std::int64_t from, std::int64_t most, Condition holds) {
  if (holds(from)) return from;
  std::int64_t low = from, high = from;
  while (!holds(high)) {
    if (high >= most) return 0;
    low = high;
    high = std::min(high * 2, most);
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

Need need(const Evidence& e) {
  if (e.columns <= 0) return {.items = kLeastItems};
  const double items_a_column = static_cast<double>(e.items) / static_cast<double>(e.columns);
  const auto in_items = [items_a_column](std::int64_t columns) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(columns) * items_a_column));
  };
  const std::int64_t seeds = std::max(e.seeds, kLeastSeeds), columns = std::max(e.columns, kLeastItems);
  const bool few_seeds = e.seeds < kLeastSeeds, few_items = e.columns < kLeastItems;
  const Need least{few_seeds ? seeds : 0, few_items ? in_items(columns) : 0, few_seeds && few_items};
  if (!e.gain.defined() || !e.gain_parts || (e.gap && (!e.gap->defined() || !e.gap_parts))) return least;
  const auto settled = [&e](std::int64_t s, std::int64_t n) {
    return settles(e, static_cast<double>(s), static_cast<double>(n));
  };
  if ((few_seeds || few_items) && settled(seeds, columns)) return least;
  Need result;
  result.seeds = smallest(seeds, kMostSeeds, [&](std::int64_t s) { return settled(s, columns); });
  const std::int64_t most = static_cast<std::int64_t>(static_cast<double>(kMostItems) / items_a_column);
  const std::int64_t found =
      most < columns ? 0 : smallest(columns, most, [&](std::int64_t n) { return settled(seeds, n); });
  result.items = found == 0 ? 0 : in_items(found);
  return result;
}

}  // namespace qinglan
