#include "audit/slices.h"

#include <algorithm>
#include <numeric>

#include "audit/cell_scores.h"
#include "audit/rates.h"
#include "metrics/crossed.h"
#include "metrics/multiple.h"
#include "metrics/pgr.h"

namespace qinglan {
namespace {

constexpr std::int64_t kLeastItems = 20;
constexpr std::size_t kMostValues = 24;

// Right answers and answers like the supervisor's, [S, n]; ceilings empty where there are none.
struct SliceData {
  SeedMatrix gain, gap;       // student - supervisor, ceiling - supervisor, in right answers
  SeedMatrix wrong;           // the supervisor spoke and erred
  SeedMatrix agrees, excess;  // student = supervisor; less the share of other seeds' ceilings that are
};

SeedMatrix right_answers(const std::vector<std::vector<std::int32_t>>& by_seed, const Record& record) {
  const double flat = 1 / static_cast<double>(record.data.classes.size());
  return matrix_over(by_seed.size(), record.items.size(), [&](std::size_t s, std::size_t i) {
    return by_seed[s][i] < 0 ? flat : double(by_seed[s][i] == record.truth[i]);
  });
}

SliceData data_of(const SeriesScores& scores, const Cell& cell) {
  const Record& record = scores.record();
  const std::size_t seeds = cell.seeds.size(), items = record.items.size();
  const auto weak = decide_all(scores, role_names(cell, &SeedRun::weak_floor)),
             student = decide_all(scores, role_names(cell, &SeedRun::weak_to_strong)),
             ceiling = decide_all(scores, role_names(cell, &SeedRun::strong_ceiling));
  if (weak.size() != seeds || student.size() != seeds) return {};
  const double flat = 1 / static_cast<double>(record.data.classes.size());
  const auto same = [flat](std::int32_t answer, std::int32_t with) {
    return answer < 0 ? flat : double(answer == with);
  };
  SliceData data;
  const SeedMatrix floor = right_answers(weak, record);
  data.gain = difference(right_answers(student, record), floor);
  data.wrong = matrix_over(
      seeds, items, [&](auto s, auto i) { return double(weak[s][i] >= 0 && weak[s][i] != record.truth[i]); });
  data.agrees = matrix_over(seeds, items, [&](auto s, auto i) { return same(student[s][i], weak[s][i]); });
  if (ceiling.size() != seeds) return data;
  data.gap = difference(right_answers(ceiling, record), floor);
  if (seeds < 2) return data;
  data.excess = matrix_over(seeds, items, [&](std::size_t s, std::size_t i) {
    double others = 0;
    for (std::size_t t = 0; t < seeds; ++t)
      if (t != s) others += same(ceiling[t][i], weak[s][i]);
    return data.agrees.values[s * items + i] - others / static_cast<double>(seeds - 1);
  });
  return data;
}

SliceReading read(const SeriesScores& scores, const SliceData& data, const Slicing& slicing,
                  std::size_t value) {
  const std::size_t seeds = data.gain.seeds, items = data.gain.columns;
  const auto inside = matrix_over(seeds, items, [&](std::size_t, std::size_t i) {
    return double(slicing.of[i] == static_cast<std::int32_t>(value));
  });
  SliceReading made{
      .value = slicing.values[value],
      .items = std::count(slicing.of.begin(), slicing.of.end(), static_cast<std::int32_t>(value))};
  const auto gain = conditional_columns(scores, data.gain, inside, "no test rows");
  const auto count = [&](Estimate estimate, std::int64_t of) {
    if (estimate.defined()) estimate.items = of;
    return estimate;
  };
  made.gain = count(scores.interval(gain), made.items);
  if (made.gain.defined()) made.p = two_sided_p(gain.matrix);
  if (data.gap.seeds == 0) {
    made.pgr = Estimate::no("no ceiling");
  } else {
    const auto gap = conditional_columns(scores, data.gap, inside, "no test rows");
    made.pgr = count(pgr_interval(gain.matrix, gap.matrix), made.items);
  }
  SeedMatrix wrong = inside;
  for (std::size_t i = 0; i < wrong.values.size(); ++i) wrong.values[i] *= data.wrong.values[i];
  const std::string never = "the supervisor is never wrong here";
  made.imitation = count(conditional_share(scores, data.agrees, wrong, never), made.items);
  made.excess_imitation =
      data.excess.seeds == 0
          ? Estimate::no(data.gap.seeds == 0 ? "no ceiling" : "one seed has no ceiling of another seed")
          : count(conditional_difference(scores, data.excess, wrong, never), made.items);
  return made;
}

// Values worth reading, the most frequent first where there are too many; else in their own order.
std::vector<std::size_t> readable(const Slicing& slicing) {
  std::vector<std::int64_t> count(slicing.values.size());
  for (const std::int32_t value : slicing.of) ++count[static_cast<std::size_t>(value)];
  std::vector<std::size_t> values;
  for (std::size_t v = 0; v < count.size(); ++v)
    if (count[v] >= kLeastItems) values.push_back(v);
  if (values.size() <= kMostValues) return values;
  std::stable_sort(values.begin(), values.end(), [&](auto a, auto b) { return count[a] > count[b]; });
  values.resize(kMostValues);
  return values;
}

void adjust(std::vector<SliceReading>& slices) {
  std::vector<double> family;
  for (const SliceReading& one : slices)
    if (one.gain.defined()) family.push_back(one.p);
  const auto strict = holm(family), rate = benjamini_hochberg(family);
  std::size_t next = 0;
  for (SliceReading& one : slices) {
    if (!one.gain.defined()) continue;
    one.p_holm = strict[next];
    one.p_bh = rate[next++];
  }
}

}  // namespace

std::vector<SliceReading> audit_slices(const SeriesScores& scores, const Cell& cell, std::string& why_none) {
  const Record& record = scores.record();
  std::map<std::string, Slicing> all = record.slices;
  all["true class"] = {record.data.classes, record.truth};
  const SliceData data = data_of(scores, cell);
  std::vector<SliceReading> slices;
  if (data.gain.seeds == 0) {
    why_none = "not every seed has a floor and a student";
    return slices;
  }
  for (const auto& [by, slicing] : all)
    for (const std::size_t value : readable(slicing)) {
      slices.push_back(read(scores, data, slicing, value));
      slices.back().by = by;
    }
  if (slices.empty()) why_none = "no slice has " + std::to_string(kLeastItems) + " test rows";
  adjust(slices);
  return slices;
}

}  // namespace qinglan
