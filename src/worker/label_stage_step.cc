// weak_labels by a stage of a pipeline: labels from labels and the untrained student's hidden states.

#include <map>

#include "supervise/stage.h"
#include "worker/step.h"

namespace qinglan {
namespace {

// Of the labelled rows, in their order: [n, D].
std::vector<float> features_of(Step& step, const WeakLabels& labels) {
  std::map<std::string, std::int64_t> row_of;
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  for (std::size_t i = 0; i < inputs.train.size(); ++i)
    row_of[inputs.train[i].id] = static_cast<std::int64_t>(i);
  std::vector<std::int64_t> rows;
  for (const auto& id : labels.ids) rows.push_back(row_of.at(id));
  const torch::Tensor& all = step.inputs.features(step.node.inputs.at("features"));
  return values_of(all.index_select(0, torch::tensor(rows, torch::kInt64)));
}

}  // namespace

void run_label_stage(Step& step) {
  const WeakLabels labels = read_weak_labels(step.input("labels") + "/" + kLabelsFile);
  std::vector<float> values;
  if (step.node.inputs.contains("features")) values = features_of(step, labels);
  const std::size_t width = labels.size() ? values.size() / labels.size() : 0;
  const Json& params = step.node.params;
  const WeakLabels made = apply_stage(params.at("transform"), params.at("params"), labels, {values, width});
  write_weak_labels(step.store.fs(), step.result + "/" + kLabelsFile, made);
}

}  // namespace qinglan
