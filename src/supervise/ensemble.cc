#include "supervise/ensemble.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {
namespace {

std::int32_t argmax(const float* logits, std::size_t classes) {
  return static_cast<std::int32_t>(std::max_element(logits, logits + classes) - logits);
}

// sum += softmax of each row.
void add_probabilities(const std::vector<float>& logits, std::size_t classes, std::vector<double>& sum) {
  for (std::size_t at = 0; at < logits.size(); at += classes) {
    const double top = *std::max_element(&logits[at], &logits[at] + classes);
    double norm = 0;
    for (std::size_t k = 0; k < classes; ++k) norm += std::exp(logits[at + k] - top);
    for (std::size_t k = 0; k < classes; ++k) sum[at + k] += std::exp(logits[at + k] - top) / norm;
  }
}

std::vector<float> log_of(const std::vector<double>& sums, double total) {
  std::vector<float> logits;
  for (const double sum : sums)
    logits.push_back(static_cast<float>(
        std::log(std::max(sum / total, static_cast<double>(std::numeric_limits<float>::min())))));
  return logits;
}

std::string percent_of(double share) {
  const auto tenths = std::lround(share * 1000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

}  // namespace

std::vector<std::int32_t> classes_of(const std::vector<float>& values, std::size_t classes) {
  std::vector<std::int32_t> result;
  for (std::size_t at = 0; at < values.size(); at += classes) result.push_back(argmax(&values[at], classes));
  return result;
}

AdaBoost::AdaBoost(std::vector<std::int32_t> labels, std::size_t classes)
    : labels_(std::move(labels)), classes_(classes) {
  QL_CHECK(!labels_.empty() && classes_ >= 2, "rows and classes to boost on");
  weights_.assign(labels_.size(), 1 / static_cast<double>(labels_.size()));
}

std::optional<std::string> AdaBoost::add(const std::vector<std::int32_t>& answers) {
  QL_CHECK(answers.size() == labels_.size(), "an answer a row");
  double error = 0;
  for (std::size_t i = 0; i < labels_.size(); ++i)
    if (answers[i] != labels_[i]) error += weights_[i];
  if (error == 0) return "makes no error on the rows that taught it, so there is none to learn from";
  if (error >= 1 - 1 / static_cast<double>(classes_))
    return "errs on " + percent_of(error) + " of the weighted rows, no less than guessing";
  const double alpha = (std::log((1 - error) / error) + std::log(static_cast<double>(classes_ - 1))) / 2;
  double sum = 0;
  for (std::size_t i = 0; i < labels_.size(); ++i)
    sum += weights_[i] *= std::exp(answers[i] == labels_[i] ? -alpha : alpha);
  for (double& weight : weights_) weight /= sum;
  rounds_.push_back({error, alpha});
  return std::nullopt;
}

std::vector<float> bootstrap_counts(std::size_t rows, std::uint64_t seed, std::size_t member) {
  Random random(seed, "bagging", member);
  std::vector<float> counts(rows, 0);
  for (std::size_t i = 0; i < rows; ++i) counts[random.below(rows)] += 1;
  return counts;
}

EnsembleAnswers bag(std::size_t rows, std::size_t classes, std::size_t rounds, std::uint64_t seed,
                    const TrainMember& train) {
  std::vector<double> sum;
  for (std::size_t member = 0; member < rounds; ++member) {
    const MemberAnswers answers = train(bootstrap_counts(rows, seed, member));
    sum.resize(answers.asked.size(), 0.0);
    add_probabilities(answers.asked, classes, sum);
  }
  return {log_of(sum, static_cast<double>(rounds)), {{"members", rounds}}};
}

EnsembleAnswers boost(const std::vector<std::int32_t>& labels, std::size_t classes, std::size_t rounds,
                      const TrainMember& train) {
  AdaBoost boosting(labels, classes);
  std::vector<double> votes;
  double total = 0;
  EnsembleAnswers result{{}, {{"members", Json::array()}}};
  while (boosting.rounds().size() < rounds) {
    const std::size_t taken = boosting.rounds().size();
    std::vector<float> shares;
    for (const double weight : boosting.weights())
      shares.push_back(static_cast<float>(weight * static_cast<double>(labels.size())));
    const MemberAnswers member = train(shares);
    if (const auto why = boosting.add(classes_of(member.trained, classes))) {
      result.facts["stopped"] = "adaboost stopped after " + std::to_string(taken) + " of " +
                                std::to_string(rounds) + " members: the next one " + *why +
                                (taken == 0 ? "; it answers alone" : "");
      if (taken == 0) return {member.asked, result.facts};
      break;
    }
    const auto& [error, alpha] = boosting.rounds().back();
    result.facts["members"].push_back({{"error", error}, {"alpha", alpha}});
    votes.resize(member.asked.size(), 0.0);
    for (std::size_t at = 0; at < member.asked.size(); at += classes)
      votes[at + static_cast<std::size_t>(argmax(&member.asked[at], classes))] += alpha;
    total += alpha;
  }
  result.logits = log_of(votes, total);
  return result;
}

}  // namespace qinglan
