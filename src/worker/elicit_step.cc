// weak_floor of a direction in a model's hidden states: fitted on the inputs of the seed's supervision half,
// without a label; of its two signs the one is taken that agrees with the model's zero-shot answers on those
// rows.

#include <cmath>
#include <functional>

#include "base/error.h"
#include "data/split.h"
#include "train/ccs.h"
#include "train/contrast_mean.h"
#include "train/contrast_pca.h"
#include "train/ueeh.h"
#include "worker/step.h"

namespace qinglan {
namespace {

using Rows = std::vector<std::int64_t>;

ContrastPairs pick_pairs(const ContrastPairs& pairs, const Rows& rows) {
  const torch::Tensor index = torch::tensor(rows, torch::kInt64);
  return {pairs.first.index_select(0, index), pairs.second.index_select(0, index)};
}

// Log-odds of the second class for these train rows.
torch::Tensor zero_shot_odds(const Step& step, const std::vector<Example>& train, const Rows& rows) {
  const PredictionSets sets = read_predictions(step.input("zero_shot") + "/" + kPredictionsFile);
  const Predictions& answers = sets.at("train");
  QL_CHECK(answers.ids == ids_of(train) && answers.classes == 2, "zero-shot answers are for other rows");
  std::vector<double> odds;
  for (const std::int64_t row : rows) odds.push_back(answers.logits[2 * row + 1] - answers.logits[2 * row]);
  return torch::tensor(odds, torch::kFloat64);
}

// [N, 2] log-probabilities of standardised pairs.
using Answer = std::function<torch::Tensor(const ContrastPairs&)>;

template <typename Direction>
Answer answer_of(const Direction& direction, Json& summary) {
  summary["share"] = direction.share();
  return [=](const ContrastPairs& asked) { return direction.log_probabilities(asked); };
}

Answer search(Step& step, const ContrastPairs& pairs, const torch::Tensor& odds, Json& summary) {
  const Json& learner = step.node.params.at("learner");
  const CcsOptions options{.lr = learner.at("lr"),
                           .weight_decay = learner.at("weight_decay"),
                           .clip = learner.at("clip"),
                           .epochs = learner.at("epochs"),
                           .restarts = learner.at("restarts")};
  CcsLoss loss = [&](const CcsDirections& at) { return ccs_value(pairs, at); };
  if (learner.at("kind") == "ueeh") {
    const EasyRows easy = easy_rows(odds, learner.at("easy"));
    summary["easy"] = easy.rows.size(0);
    loss = [&pairs, easy](const CcsDirections& at) { return ueeh_value(pairs, easy, at); };
  }
  const Ccs ccs = Ccs::fit(loss, pairs.width(), options, step.node.params.at("seed"), step.hooks);
  step.flops = 8.0 * static_cast<double>(pairs.rows() * pairs.width() * options.restarts * options.epochs);
  summary["loss"] = ccs.loss();
  summary["losses"] = ccs.losses();
  return [=](const ContrastPairs& asked) { return ccs.log_probabilities(asked); };
}

Answer fit(Step& step, const ContrastScale& scale, const ContrastPairs& pairs, const torch::Tensor& odds,
           Json& summary) {
  const Json& kind = step.node.params.at("learner").at("kind");
  if (kind == "pca") return answer_of(ContrastPca::fit(pairs), summary);
  if (kind == "mean-diff") return answer_of(ContrastMean::fit(scale, pairs), summary);
  return search(step, pairs, odds, summary);
}

// Whether the direction must be turned round; says in the summary how sure that is.
bool is_reversed(const torch::Tensor& log_p, const torch::Tensor& odds, Json& summary) {
  const double correlation = agreement(log_p, odds);
  if (!std::isfinite(correlation) || correlation == 0)
    throw Error(ErrorKind::invalid_input,
                "the zero-shot answers do not say which sign the direction has: all rows get the same")
        .hint("try other label words or another text template");
  summary["agreement_with_zero_shot"] = std::abs(correlation);
  return correlation < 0;
}

std::vector<float> logits_of(const torch::Tensor& log_p, bool reversed) {
  const float least = std::log(std::numeric_limits<float>::min());
  return values_of(torch::clamp_min(reversed ? log_p.flip(1) : log_p, least));
}

}  // namespace

void run_elicit(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const Halves halves = split_halves(inputs.train, step.node.params.at("seed"));
  const ContrastPairs all{step.inputs.features(step.node.inputs.at("first")),
                          step.inputs.features(step.node.inputs.at("second"))};
  QL_CHECK(all.rows() == static_cast<std::int64_t>(inputs.train.size() + inputs.test.size()),
           "features are for other rows");
  const Rows supervision(halves.supervision.begin(), halves.supervision.end()),
      transfer(halves.transfer.begin(), halves.transfer.end());
  Rows test(inputs.test.size());
  for (std::size_t i = 0; i < test.size(); ++i) test[i] = static_cast<std::int64_t>(inputs.train.size() + i);

  Json summary = {{"ground_truth", Json::array()}, {"rows", supervision.size()}};
  const ContrastPairs chosen = pick_pairs(all, supervision);
  const ContrastScale scale(chosen);
  const ContrastPairs pairs = scale.standardised(chosen);
  const torch::Tensor odds = zero_shot_odds(step, inputs.train, supervision);
  const Answer answer = fit(step, scale, pairs, odds, summary);
  const bool reversed = is_reversed(answer(pairs), odds, summary);
  const auto answers = [&](const std::vector<Example>& examples, const Rows& rows) {
    const torch::Tensor log_p = answer(scale.standardised(pick_pairs(all, rows)));
    return predictions_of(examples, 2, logits_of(log_p, reversed));
  };
  step.write_predictions({{"transfer", answers(pick(inputs.train, halves.transfer), transfer)},
                          {"test", answers(inputs.test, test)}});
  step.write_summary(summary);
}

}  // namespace qinglan
