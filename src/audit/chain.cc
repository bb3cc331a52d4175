#include "audit/chain.h"

#include "audit/cell_scores.h"
#include "audit/words.h"

namespace qinglan {

std::vector<ChainStep> chain_steps(SeriesScores& scores, const Cell& cell, const std::string& metric) {
  std::vector<ChainStep> steps;
  std::vector<std::string> teacher = role_names(cell, &SeedRun::weak_floor);
  for (const ChainStudent& student : cell.chain) {
    ChainStep step{.name = student.name, .tune = student.tune};
    for (const char* each : kMetrics)
      step.scores[each] =
          scores.share_interval(scores.matrix(student.series, each, "not run for every seed"));
    step.over_teacher =
        scores.interval(difference(scores.matrix(student.series, metric, "not run for every seed"),
                                   scores.matrix(teacher, metric, "no weak floor")));
    steps.push_back(std::move(step));
    teacher = student.series;
  }
  return steps;
}

std::vector<std::string> shrinking_links(const Cell& cell) {
  std::vector<std::string> links;
  for (std::size_t i = 1; i < cell.chain.size(); ++i) {
    const ChainStudent &teacher = cell.chain[i - 1], &student = cell.chain[i];
    if (student.parameters < teacher.parameters)
      links.push_back(teacher.name + " (" + grouped_number(teacher.parameters) + " parameters) teaches " +
                      student.name + " (" + grouped_number(student.parameters) + ")");
  }
  return links;
}

}  // namespace qinglan
