#include "audit/comparison.h"

#include <algorithm>

#include "audit/cell_scores.h"
#include "audit/paired_tests.h"
#include "metrics/crossed.h"
#include "metrics/multiple.h"

namespace qinglan {
namespace {

bool same_seeds(const Cell& a, const Cell& b) {
  if (a.seeds.size() != b.seeds.size()) return false;
  for (std::size_t s = 0; s < a.seeds.size(); ++s)
    if (a.seeds[s].seed != b.seeds[s].seed) return false;
  return true;
}

Json parameter(const Cell& cell, const char* name, const Json& fallback) {
  return cell.params.is_object() ? cell.params.value(name, fallback) : fallback;
}

bool same_chain(const Cell& a, const Cell& b) {
  return std::equal(a.chain.begin(), a.chain.end(), b.chain.begin(), b.chain.end(),
                    [&](const ChainStudent& one, const ChainStudent& other) {
                      const bool last = &one == &a.chain.back();  // whose method is what differs
                      return one.name == other.name && one.tune == other.tune &&
                             (last || one.method == other.method);
                    });
}

Comparison no_comparison(const std::string& why) {
  Comparison none{Estimate::no(why)};
  none.tests = no_tests(why);
  return none;
}

Comparison compare(SeriesScores& scores, const Cell& cell) {
  const Record& record = scores.record();
  const Cell* naive = naive_partner(record, cell);
  if (naive == nullptr) return no_comparison("no naive cell differs from this one in the method alone");
  const auto students = [&](const Cell& one) {
    return scores.matrix(role_names(one, &SeedRun::weak_to_strong), record.claim.metric,
                         "no weak-to-strong student");
  };
  const Scored gain = difference(students(cell), students(*naive));
  Comparison made{scores.interval(gain)};
  made.tests = paired_tests(scores, cell, role_names(cell, &SeedRun::weak_to_strong),
                            role_names(*naive, &SeedRun::weak_to_strong));
  if (made.difference.defined()) made.p = two_sided_p(gain.matrix);
  return made;
}

}  // namespace

const Cell* naive_partner(const Record& record, const Cell& cell) {
  for (const Cell& other : record.cells)
    if (&other != &cell && other.method == "naive" && other.status == "done" &&
        !parameter(other, "hard", false).get<bool>() && other.supervisor == cell.supervisor &&
        other.student == cell.student && other.supervisor_tune == cell.supervisor_tune &&
        other.student_tune == cell.student_tune &&
        parameter(other, "prior", Json()) == parameter(cell, "prior", Json()) && same_chain(cell, other) &&
        same_seeds(cell, other))
      return &other;
  return nullptr;
}

Comparison compare_with_naive(SeriesScores& scores, const Cell& cell) {
  const bool naive = cell.method == "naive" && !parameter(cell, "hard", false).get<bool>();
  Comparison made = naive                   ? no_comparison("this is naive")
                    : cell.status != "done" ? no_comparison("the cell failed")
                                            : compare(scores, cell);
  made.primary = !cell.id.empty() && cell.id == scores.record().claim.primary;
  return made;
}

void adjust_for_all(const std::vector<Comparison*>& comparisons) {
  std::vector<double> family;
  for (const Comparison* one : comparisons)
    if (one->difference.defined() && !one->primary) family.push_back(one->p);
  const std::vector<double> strict = holm(family), rate = benjamini_hochberg(family);
  std::size_t next = 0;
  for (Comparison* one : comparisons) {
    if (!one->difference.defined()) continue;
    one->p_holm = one->primary ? one->p : strict[next];
    one->p_bh = one->primary ? one->p : rate[next];
    one->family = one->primary ? 1 : std::ssize(family);
    next += !one->primary;
  }
}

}  // namespace qinglan
