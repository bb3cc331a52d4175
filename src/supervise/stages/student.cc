#include <algorithm>

#include "supervise/stages/all.h"

namespace qinglan {
namespace {

// The answers to `rows`: [rows, K].
std::vector<float> answers_of(const StageInput& input, const std::vector<std::uint32_t>& rows, bool hard) {
  const FeatureRows answers{input.answers, input.labels.classes};
  std::vector<float> p;
  for (const std::uint32_t row : rows) {
    const auto answer = answers.row(row);
    if (hard) {
      const auto one_hot = one_hot_of(answer);
      p.insert(p.end(), one_hot.begin(), one_hot.end());
    } else {
      p.insert(p.end(), answer.begin(), answer.end());
    }
  }
  return p;
}

}  // namespace

StageOutcome relabel_student(const StageInput& input) {
  const auto rows = all_rows(input.labels);
  return {rows, answers_of(input, rows, input.params.at("hard"))};
}

StageOutcome retrain_confident(const StageInput& input) {
  const std::string labels = input.params.at("labels");
  const auto rows = labels == "weak" ? labelled_rows(input.labels) : all_rows(input.labels);
  const FeatureRows answers{input.answers, input.labels.classes};
  std::vector<double> confidence;
  for (const std::uint32_t row : rows) confidence.push_back(*std::ranges::max_element(answers.row(row)));
  StageOutcome outcome{highest(rows, confidence, kept_count(input, rows.size()))};
  if (labels != "weak") outcome.p = answers_of(input, outcome.kept, labels == "student-hard");
  return outcome;
}

}  // namespace qinglan
