#include "worker/job_inputs.h"

#include "data/spoilt_dataset.h"
#include "experiment/job.h"
#include "io/safetensors.h"
#include "train/tensor_view.h"

namespace qinglan {
namespace {

// Rows follow from data set, half and seed, and from the labels where stages or abstentions leave some out.
// Labels are the weak ones or the truth, soft or hard, and true ones among weak ones.
std::string problem_name(const Node& node) {
  const Json& learner = node.params.at("learner");
  const auto labels = node.inputs.find("labels"), gold = node.inputs.find("gold");
  const Json& method = node.params.at("method");
  return canonical_json(Json{node.inputs.at("features"), node.inputs.at("dataset"), node.params.at("rows"),
                             node.params.at("seed")}) +
         canonical_json(Json{labels == node.inputs.end() ? node.inputs.at("truth") : labels->second,
                             method.at("params").value("hard", false), learner.value("l2", Json()),
                             learner.value("folds", Json()),
                             gold == node.inputs.end() ? Json() : Json{gold->second, method.at("gold")}});
}

}  // namespace

const Inputs& JobInputs::dataset(const std::string& key) {
  const auto known = datasets_.find(key);
  if (known != datasets_.end()) return known->second;
  return datasets_.emplace(key, read_inputs(store_.result_folder(key))).first->second;
}

const Inputs& JobInputs::rows(const Node& node) {
  const Inputs& plain = dataset(node.inputs.at("dataset"));
  const auto password = node.params.find("password");
  if (password == node.params.end()) return plain;
  const std::string name = node.inputs.at("dataset") + canonical_json(*password);
  if (const auto known = with_copies_.find(name); known != with_copies_.end()) return known->second;
  Inputs more = plain;
  const auto copies = copies_with(password->at("word"), password->at("column"), plain.train);
  more.train.insert(more.train.end(), copies.begin(), copies.end());
  return with_copies_.emplace(name, std::move(more)).first->second;
}

torch::Tensor JobInputs::features(const std::string& key) {
  for (const auto& [known, features] : features_)
    if (known == key) return features;
  if (features_.size() == 2) features_.erase(features_.begin());
  const SafetensorsFile file = SafetensorsFile::open(store_.result_folder(key) + "/" + kFeaturesFile);
  return features_.emplace_back(key, tensor_of(file.tensor("features"))).second;
}

const TrunkStates& JobInputs::trunk(const std::string& key, std::int64_t depth) {
  const auto known = trunks_.find(key);
  if (known != trunks_.end()) return known->second;
  return trunks_.emplace(key, TrunkStates::open(store_.fs(), store_.result_folder(key), depth)).first->second;
}

SharedProblem JobInputs::problem(const Node& node, const std::vector<std::size_t>& rows,
                                 const TrainingLabels& labels, const ProbeOptions& options) {
  const std::string name = problem_name(node);
  if (problem_ && name == problem_name_) {
    QL_CHECK(rows == design_rows_ && labels.p() == problem_labels_, "probes of one name have other labels");
    return {problem_, design_->logistic().flops()};
  }
  const std::string& source = node.inputs.at("features");
  const bool new_design = !design_ || source != design_features_ || rows != design_rows_;
  if (new_design) {
    problem_.reset();
    design_.reset();  // before the next one takes as much again
    const std::vector<std::int64_t> wanted(rows.begin(), rows.end());
    const torch::Tensor index = torch::tensor(wanted, torch::kInt64);
    design_ = std::make_shared<ProbeDesign>(features(source).index_select(0, index),
                                            static_cast<std::int64_t>(labels.classes()));
    design_features_ = source;
    design_rows_ = rows;
  }
  const double before = new_design ? 0 : design_->logistic().flops();
  problem_ = std::make_shared<const ProbeProblem>(design_, labels, options, node.params.at("seed"));
  problem_name_ = name;
  problem_labels_ = labels.p();
  return {problem_, before};
}

std::string JobInputs::probe_order(const Node& node) {
  return node.inputs.contains("features") && node.params.contains("method") ? problem_name(node) : "";
}

}  // namespace qinglan
