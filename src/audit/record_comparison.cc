#include "audit/record_comparison.h"

#include <algorithm>
#include <map>

#include "audit/comparison.h"
#include "audit/series_scores.h"
#include "base/error.h"
#include "metrics/crossed.h"

namespace qinglan {
namespace {

[[noreturn]] void not_comparable(const Record& a, const Record& b, const std::string& what) {
  throw Error(ErrorKind::invalid_input, "these runs cannot be compared: " + what)
      .in(a.name + " and " + b.name)
      .hint("Test rows are drawn by data.seed: give both specs the same [data].");
}

template <typename T>
std::vector<T> permuted(const std::vector<T>& values, const std::vector<std::size_t>& from,
                        std::size_t width) {
  std::vector<T> result;
  if (values.empty()) return result;
  result.reserve(values.size());
  for (const std::size_t row : from)
    result.insert(result.end(), values.begin() + static_cast<std::ptrdiff_t>(row * width),
                  values.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
  return result;
}

// `b` with its test rows in the order, and the groups, of `a`.
Record aligned(const Record& a, Record b) {
  if (a.data.classes != b.data.classes) not_comparable(a, b, "their classes differ");
  if (a.items.size() != b.items.size()) not_comparable(a, b, "they have different numbers of test rows");
  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < b.items.size(); ++i) row_of[b.items[i]] = i;
  std::vector<std::size_t> from;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    const auto found = row_of.find(a.items[i]);
    if (found == row_of.end()) not_comparable(a, b, "the second was not tested on row " + a.items[i]);
    if (a.truth.at(i) != b.truth.at(found->second))
      not_comparable(a, b, "they disagree on the truth of row " + a.items[i]);
    from.push_back(found->second);
  }
  const std::size_t classes = b.data.classes.size();
  for (auto& [name, series] : b.series) {
    series.logits = permuted(series.logits, from, classes);
    series.abstained = permuted(series.abstained, from, 1);
  }
  b.items = a.items;
  b.truth = a.truth;
  b.groups = a.groups;
  return b;
}

// Students of the seeds that both cells have, in the first cell's order.
struct Students {
  std::vector<std::string> a, b;
};

Students common_students(const Cell& a, const Cell& b) {
  Students students;
  for (const SeedRun& one : a.seeds)
    for (const SeedRun& other : b.seeds)
      if (one.seed == other.seed) {
        students.a.push_back(one.weak_to_strong);
        students.b.push_back(other.weak_to_strong);
      }
  return students;
}

Scored scores_of(SeriesScores& scores, const Cell& cell, const std::vector<std::string>& names,
                 const std::string& metric) {
  if (cell.status != "done") return {{}, "the cell failed"};
  if (names.empty()) return {{}, "no seed in common"};
  return scores.matrix(names, metric, "no weak-to-strong student");
}

CellPair compare_pair(SeriesScores& scores_a, SeriesScores& scores_b, const Cell& a, const Cell& b,
                      const std::string& metric) {
  const Students students = common_students(a, b);
  const Scored first = scores_of(scores_a, a, students.a, metric),
               second = scores_of(scores_b, b, students.b, metric), gain = difference(second, first);
  CellPair pair{
      a.id, b.id, scores_a.share_interval(first), scores_b.share_interval(second), {scores_a.interval(gain)}};
  if (pair.difference.difference.defined()) pair.difference.p = two_sided_p(gain.matrix);
  return pair;
}

Json pair_json(const CellPair& pair) {
  Json difference = to_json(pair.difference.difference);
  if (pair.difference.difference.defined())
    difference.update(
        {{"p", pair.difference.p}, {"p_holm", pair.difference.p_holm}, {"family", pair.difference.family}});
  return {{"a", pair.a},
          {"b", pair.b},
          {"score_a", to_json(pair.score_a)},
          {"score_b", to_json(pair.score_b)},
          {"difference", std::move(difference)}};
}

}  // namespace

RecordComparison compare_records(const Record& a, const Record& b) {
  const Record other = aligned(a, b);
  SeriesScores scores_a(a), scores_b(other);
  RecordComparison comparison{.metric = a.claim.metric};
  const bool alone = a.cells.size() == 1 && other.cells.size() == 1;
  std::vector<bool> taken(other.cells.size());
  for (const Cell& cell : a.cells) {
    const auto partner = std::find_if(other.cells.begin(), other.cells.end(),
                                      [&](const Cell& one) { return alone || one.id == cell.id; });
    if (partner == other.cells.end()) {
      comparison.only_a.push_back(cell.id);
      continue;
    }
    taken[static_cast<std::size_t>(partner - other.cells.begin())] = true;
    comparison.pairs.push_back(compare_pair(scores_a, scores_b, cell, *partner, comparison.metric));
  }
  for (std::size_t i = 0; i < other.cells.size(); ++i)
    if (!taken[i]) comparison.only_b.push_back(other.cells[i].id);
  std::vector<Comparison*> differences;
  for (CellPair& pair : comparison.pairs) differences.push_back(&pair.difference);
  adjust_for_all(differences);
  return comparison;
}

Json comparison_document(const Record& a, const Record& b, const RecordComparison& comparison) {
  const auto named = [](const Record& record) { return Json{{"name", record.name}, {"run", record.run}}; };
  Json pairs = Json::array();
  for (const CellPair& pair : comparison.pairs) pairs.push_back(pair_json(pair));
  return {{"schema", 1},
          {"metric", comparison.metric},
          {"a", named(a)},
          {"b", named(b)},
          {"pairs", std::move(pairs)},
          {"only_a", comparison.only_a},
          {"only_b", comparison.only_b}};
}

}  // namespace qinglan
