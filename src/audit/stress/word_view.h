#pragma once
// What a test of one word looks at: both students' decisions, and the test items that have the word.

#include <vector>

#include "audit/cell_scores.h"
#include "audit/stress/evidence.h"

namespace qinglan {

inline constexpr char kNoRow[] = "no such test row";

struct WordView {
  explicit WordView(const SpoiltCell& cell)
      : scores(*cell.scores),
        clean(scores, role_names(*cell.clean, &SeedRun::weak_to_strong)),
        spoilt(scores, role_names(*cell.spoilt, &SeedRun::weak_to_strong)),
        with(items_with_word(scores.record(), cell.params.at("word"))) {}

  bool known() const { return clean.known() && spoilt.known() && !with.empty(); }

  // Mean of value(seed, item) over the items that `wanted` picks: of 0 and 1, or of differences of these.
  template <typename Value, typename Wanted>
  Estimate share(Value value, Wanted wanted, const char* never) const {
    return share_over(scores, over(value), picked(wanted), never);
  }
  template <typename Value, typename Wanted>
  Estimate difference(Value value, Wanted wanted, const char* never) const {
    return difference_over(scores, over(value), picked(wanted), never);
  }

  template <typename Value>
  SeedMatrix over(Value value) const {
    return matrix_over(clean.seeds(), with.size(), [&](auto s, auto i) { return double(value(s, i)); });
  }
  template <typename Wanted>
  SeedMatrix picked(Wanted wanted) const {
    return over([&](auto, auto i) { return wanted(i); });
  }

  const SeriesScores& scores;
  Decisions clean, spoilt;
  std::vector<std::uint8_t> with;
};

// Of a view that is not known().
inline StressFinding nothing_to_view() {
  return {StressResult::undefined,
          "a student failed, or the record does not say which test rows have the word",
          {}};
}

}  // namespace qinglan
