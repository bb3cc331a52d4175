#include "audit/agreement.h"

#include <algorithm>
#include <map>

#include "audit/cell_scores.h"
#include "audit/rates.h"

namespace qinglan {
namespace {

using Decisions = std::vector<std::vector<std::int32_t>>;  // [S][n]

struct Answerer {
  std::string name;
  Decisions decided;
};

std::vector<Answerer> answerers(const SeriesScores& scores, const Cell& cell) {
  const std::size_t seeds = cell.seeds.size();
  std::vector<Answerer> all = {{"ground truth", Decisions(seeds, scores.record().truth)}};
  const std::pair<const char*, std::string SeedRun::*> roles[] = {
      {"weak_floor", &SeedRun::weak_floor},
      {"weak_to_strong", &SeedRun::weak_to_strong},
      {"strong_ceiling", &SeedRun::strong_ceiling}};
  for (const auto& [name, role] : roles)
    if (Decisions decided = decide_all(scores, role_names(cell, role)); decided.size() == seeds)
      all.push_back({name, std::move(decided)});
  return all;
}

}  // namespace

std::vector<Agreement> agreements(const SeriesScores& scores, const Cell& cell) {
  const std::size_t seeds = cell.seeds.size(), items = scores.record().items.size();
  const double flat = 1 / static_cast<double>(scores.record().data.classes.size());
  const auto all = answerers(scores, cell);
  const SeedMatrix every = matrix_over(seeds, items, [](auto, auto) { return 1.0; });
  std::vector<Agreement> pairs;
  for (std::size_t a = 0; a < all.size(); ++a)
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      const auto same = matrix_over(seeds, items, [&](auto s, auto i) {
        const std::int32_t one = all[a].decided[s][i], other = all[b].decided[s][i];
        return one < 0 || other < 0 ? flat : double(one == other);
      });
      pairs.push_back({all[a].name, all[b].name, conditional_share(scores, same, every, "no test items")});
    }
  return pairs;
}

std::vector<AnswerPair> answer_pairs(const SeriesScores& scores, const Cell& cell) {
  const Decisions weak = decide_all(scores, role_names(cell, &SeedRun::weak_floor)),
                  student = decide_all(scores, role_names(cell, &SeedRun::weak_to_strong));
  if (weak.size() != student.size()) return {};
  const auto& truth = scores.record().truth;
  std::map<std::pair<std::int32_t, std::int32_t>, AnswerPair> met;
  for (std::size_t s = 0; s < weak.size(); ++s)
    for (std::size_t i = 0; i < truth.size(); ++i) {
      AnswerPair& pair = met[{weak[s][i], student[s][i]}];
      ++pair.answers;
      pair.supervisor_right += weak[s][i] == truth[i];
      pair.student_right += student[s][i] == truth[i];
    }
  std::vector<AnswerPair> pairs;
  for (auto& [classes, pair] : met) {
    pair.supervisor = classes.first;
    pair.student = classes.second;
    pairs.push_back(pair);
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const AnswerPair& a, const AnswerPair& b) { return a.answers > b.answers; });
  return pairs;
}

}  // namespace qinglan
