#include "audit/disagreement.h"

#include <algorithm>

#include "audit/cell_scores.h"
#include "audit/rates.h"
#include "metrics/confidence.h"

namespace qinglan {
namespace {

void keep_first(std::vector<Disagreement>& found, std::size_t most) {
  std::stable_sort(found.begin(), found.end(), [](const Disagreement& a, const Disagreement& b) {
    return a.seeds != b.seeds ? a.seeds > b.seeds : a.student_probability > b.student_probability;
  });
  if (found.size() > most) found.resize(most);
}

}  // namespace

Disagreements disagreements(const SeriesScores& scores, const Cell& cell, std::size_t most) {
  const auto names = role_names(cell, &SeedRun::weak_to_strong);
  const auto weak = decide_all(scores, role_names(cell, &SeedRun::weak_floor)),
             student = decide_all(scores, names);
  if (weak.size() != student.size()) return {};
  const auto& truth = scores.record().truth;
  std::vector<std::vector<double>> sure;
  for (std::size_t s = 0; s < student.size(); ++s)
    sure.push_back(confidences(scores.answers(scores.series(names[s])), truth).top);
  Disagreements all;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    Disagreement one{.item = i};
    for (std::size_t s = 0; s < student.size(); ++s) {
      if (weak[s][i] < 0 || weak[s][i] == student[s][i]) continue;
      if (one.seeds++ == 0) one.supervisor = weak[s][i], one.student = student[s][i];
      one.student_probability += sure[s][i];
    }
    if (one.seeds == 0) continue;
    one.student_probability /= static_cast<double>(one.seeds);
    (one.student == truth[i]      ? all.student_right
     : one.supervisor == truth[i] ? all.supervisor_right
                                  : all.neither)
        .push_back(one);
  }
  for (auto* found : {&all.student_right, &all.supervisor_right, &all.neither}) keep_first(*found, most);
  return all;
}

}  // namespace qinglan
