// weak_labels by a stage of a pipeline: labels from labels and, as the stage asks for it, the untrained
// student's hidden states, a model's answers, the rows' texts and the true labels of a declared budget.

#include <unordered_map>

#include "base/error.h"
#include "data/gold_rows.h"
#include "supervise/stage.h"
#include "worker/step.h"

namespace qinglan {
namespace {

// Of the labelled rows, in their order: [n, D].
std::vector<float> features_of(Step& step, const WeakLabels& labels) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const auto rows = rows_by_id(inputs.train, labels.ids);
  const std::vector<std::int64_t> wanted(rows.begin(), rows.end());
  const torch::Tensor all = step.inputs.features(step.node.inputs.at("features"));
  return values_of(all.index_select(0, torch::tensor(wanted, torch::kInt64)));
}

// Probabilities that a student, or the untrained model, gives the labelled rows: [n, K].
std::vector<float> answers_of(const Step& step, const WeakLabels& labels) {
  const std::string path = step.input("answers") + "/" + kPredictionsFile;
  if (!step.store.fs().exists(path))
    throw Error(ErrorKind::invalid_input,
                "the model that the stage asks has no answers: its training failed");
  const PredictionSets sets = read_predictions(path);
  const Predictions& given = sets.contains("transfer") ? sets.at("transfer") : sets.at("train");
  QL_CHECK(given.classes == labels.classes, "answers of other classes");
  std::unordered_map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < given.size(); ++i) place.emplace(given.ids[i], i);
  const auto p = softmax_rows(given.logits, given.classes);
  std::vector<float> answers;
  for (const auto& id : labels.ids) {
    const auto first = p.begin() + static_cast<std::ptrdiff_t>(place.at(id) * given.classes);
    answers.insert(answers.end(), first, first + static_cast<std::ptrdiff_t>(given.classes));
  }
  return answers;
}

std::vector<std::string> texts_of(const Step& step, const WeakLabels& labels) {
  if (!step.node.params.contains("text")) return {};
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  return render_texts(pick(inputs.train, rows_by_id(inputs.train, labels.ids)), step.node.params["text"]);
}

std::size_t width_of(const std::vector<float>& values, const WeakLabels& labels) {
  return labels.size() ? values.size() / labels.size() : 0;
}

}  // namespace

void run_label_stage(Step& step) {
  const WeakLabels labels = read_weak_labels(step.input("labels") + "/" + kLabelsFile);
  const auto reads = [&](const char* role) { return step.node.inputs.contains(role); };
  std::vector<float> values, answers;
  GoldRows gold;
  if (reads("features")) values = features_of(step, labels);
  if (reads("answers")) answers = answers_of(step, labels);
  if (reads("gold")) gold = read_gold_rows(step.store.fs(), step.input("gold") + "/" + kGoldFile);
  const Json& params = step.node.params;
  const WeakLabels made = apply_stage(params.at("transform"), params.at("params"), labels,
                                      {.features = {values, width_of(values, labels)},
                                       .answers = {answers, width_of(answers, labels)},
                                       .gold = reads("gold") ? &gold : nullptr,
                                       .texts = texts_of(step, labels),
                                       .seed = params.value("seed", std::uint64_t{0})});
  write_weak_labels(step.store.fs(), step.result + "/" + kLabelsFile, made);
}

}  // namespace qinglan
