// weak_floor made of ground truth with errors put in on purpose: of one seed's transfer half and of test.

#include "base/error.h"
#include "data/split.h"
#include "supervise/corruptor.h"
#include "supervise/relabel.h"
#include "worker/step.h"

namespace qinglan {
namespace {

CorruptPart part_of(const std::vector<Example>& rows, const Json& learner) {
  if (learner.contains("text")) return {ids_of(rows), render_texts(rows, learner.at("text"))};
  return {ids_of(rows), std::vector<std::string>(rows.size())};
}

// Of the transfer rows, then of the test rows: [n, D].
std::vector<float> features_of(Step& step, const Inputs& inputs, const std::vector<std::size_t>& transfer) {
  if (!step.node.inputs.contains("features")) return {};
  std::vector<std::int64_t> rows(transfer.begin(), transfer.end());
  for (std::size_t i = 0; i < inputs.test.size(); ++i)
    rows.push_back(static_cast<std::int64_t>(inputs.train.size() + i));
  const torch::Tensor all = step.inputs.features(step.node.inputs.at("features"));
  return values_of(all.index_select(0, torch::tensor(rows, torch::kInt64)));
}

}  // namespace

void run_corrupt(Step& step) {
  const Json& learner = step.node.params.at("learner");
  const std::uint64_t seed = step.node.params.at("seed");
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const auto transfer = split_halves(inputs.train, seed).transfer;
  const std::vector<CorruptPart> parts = {part_of(pick(inputs.train, transfer), learner),
                                          part_of(inputs.test, learner)};
  const std::size_t rows = transfer.size() + inputs.test.size();
  const std::vector<float> values = features_of(step, inputs, transfer);
  const auto labels = corrupt(find_corruptor(learner.at("corrupt")), learner, read_truth(step.input("truth")),
                              GoldBudget{kCorruptPurpose, rows}, parts, {values, values.size() / rows}, seed);
  step.write_predictions({{"transfer", predictions_from(labels[0])}, {"test", predictions_from(labels[1])}});
  step.write_summary({{"ground_truth", Json::array({{{"rows", rows}, {"purpose", kCorruptPurpose}}})},
                      {"corrupted", {{"transfer", labels[0].provenance}, {"test", labels[1].provenance}}}});
}

}  // namespace qinglan
