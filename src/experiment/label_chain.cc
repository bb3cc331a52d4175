#include "experiment/label_chain.h"

#include <algorithm>
#include <map>

#include "data/labels.h"
#include "experiment/job.h"

namespace qinglan {
namespace {

// The labels a stage was applied to; empty of a supervisor's own.
std::string labels_before(const Plan& plan, const std::string& labels) {
  const auto node = plan.nodes.find(labels);
  if (node == plan.nodes.end()) return "";
  const auto input = node->second.inputs.find("labels");
  return input == node->second.inputs.end() ? "" : input->second;
}

double count_right(const WeakLabels& labels, const GroundTruth& truth) {
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    right += labels.abstain[i] ? 1.0 / static_cast<double>(labels.classes)
                               : labels.hard(i) == truth.label(labels.ids[i]);
  return right;
}

}  // namespace

std::string raw_labels(const Plan& plan, std::string labels) {
  for (std::string before = labels_before(plan, labels); !before.empty();
       before = labels_before(plan, labels))
    labels = before;
  return labels;
}

std::string supervisor_labels(const Plan& plan, std::string labels) {
  for (;;) {
    labels = raw_labels(plan, labels);
    const Node& teacher = plan.nodes.at(plan.nodes.at(labels).inputs.at("floor"));
    if (teacher.kind != "weak_to_strong") return labels;
    labels = teacher.inputs.at("labels");
  }
}

std::vector<LabelStage> label_stages(const Plan& plan, const Store& store, const std::string& labels,
                                     const GroundTruth& truth) {
  const auto read = [&](const std::string& key) {
    return read_weak_labels(store.result_folder(key) + "/" + kLabelsFile);
  };
  std::vector<LabelStage> stages;
  std::string key = labels;
  for (std::string before = labels_before(plan, key); !before.empty(); before = labels_before(plan, key)) {
    const WeakLabels given = read(before), made = read(key);
    stages.push_back({.name = plan.nodes.at(key).params.at("transform"),
                      .given = static_cast<std::int64_t>(given.size()),
                      .kept = static_cast<std::int64_t>(made.size()),
                      .changed = made.provenance.at("changed"),
                      .given_right = count_right(given, truth),
                      .kept_right = count_right(made, truth),
                      .counts = made.provenance.value("counts", std::map<std::string, std::int64_t>{})});
    key = before;
  }
  std::reverse(stages.begin(), stages.end());
  return stages;
}

}  // namespace qinglan
