#pragma once
// Rows for tests of stages: two clouds with weak labels, a student's answers and true labels of some.

#include <string>
#include <vector>

#include "base/random.h"
#include "catalog/stage.h"
#include "data/labels.h"
#include "supervise/stage.h"

namespace qinglan {

struct StageRows {
  WeakLabels labels;
  std::vector<float> values, answers;
  std::vector<std::string> texts;
  std::uint64_t seed = 0;
  std::size_t width = 0;
  GoldRows gold;

  FeatureRows features() const { return {values, width}; }
  StageView view() const { return {features(), {answers, labels.classes}, &gold, texts, seed}; }

  void add(std::vector<float> x, float p, float answer, int truth) {
    width = x.size();
    labels.classes = gold.classes = 2;
    labels.ids.push_back("id" + std::to_string(labels.size()));
    labels.p.insert(labels.p.end(), {1 - p, p});
    labels.abstain.push_back(p == 0.5f);
    values.insert(values.end(), x.begin(), x.end());
    answers.insert(answers.end(), {1 - answer, answer});
    const std::size_t row = texts.size();  // every seventh has the word, and lengths differ
    texts.push_back((row % 7 ? "" : "harbour ") + std::string(1 + row % 13, 'x'));
    truths.push_back(truth);
  }
  void give_truth(std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i)
      gold.ids.push_back(labels.ids[i]), gold.labels.push_back(truths[i]);
  }
  // Share of labels that are the truth; their ids are those of `add`.
  double right(const WeakLabels& some) const {
    double count = 0;
    for (std::size_t i = 0; i < some.size(); ++i)
      count += some.hard(i) == truths[static_cast<std::size_t>(std::stoi(some.ids[i].substr(2)))];
    return count / static_cast<double>(some.size());
  }

  std::vector<int> truths;
};

// A fifth of the labels is wrong, and a twelfth of the student's answers; every tenth row has no label.
inline StageRows invent(std::size_t n, std::uint64_t seed) {
  Random random(seed), beside(seed, "beside");
  StageRows rows;
  for (std::size_t i = 0; i < n; ++i) {
    const bool truth = random.below(2), wrong = random.uniform() < 0.2;
    std::vector<float> x;
    for (std::size_t d = 0; d < 7; ++d)
      x.push_back(static_cast<float>(random.normal() + (truth ? 1.5 : -1.5)));
    const auto sure = static_cast<float>(0.6 + 0.28 * beside.uniform());
    const auto answer = static_cast<float>(0.55 + 0.4 * beside.uniform());
    const bool known = beside.uniform() < 11 / 12.0;
    rows.add(x,
             i % 10 == 9      ? 0.5f
             : truth != wrong ? sure
                              : 1 - sure,
             truth == known ? answer : 1 - answer, truth);
  }
  rows.give_truth(n / 2);
  return rows;
}

// Few neighbours, for few rows.
inline Json defaults(const std::string& stage, Json given = Json::object()) {
  for (const auto& [name, value] : {std::pair{"k", 9}, {"k_zeta", 5}})
    for (const auto& parameter : find_stage(stage)->about.parameters)
      if (parameter.name == name && !given.contains(name)) given[name] = value;
  for (const auto& parameter : find_stage(stage)->about.parameters)
    if (parameter.name == "word" && !given.contains("word")) given["word"] = "harbour";
  return resolve_parameters(find_stage(stage)->about, given);
}

// As nodes have it: what a stage does not ask for is not there.
inline WeakLabels apply(const std::string& stage, const StageRows& rows, Json given = Json::object()) {
  const StageInfo& info = *find_stage(stage);
  StageView view = rows.view();
  if (!info.reads_features) view.features = {};
  if (info.answers == StageAnswers::none) view.answers = {};
  if (!info.judges_by_gold) view.gold = nullptr;
  if (!info.reads_texts) view.texts.clear();
  return apply_stage(stage, defaults(stage, std::move(given)), rows.labels, view);
}

}  // namespace qinglan
