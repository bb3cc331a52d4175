#pragma once
// One node's work: reads granted inputs, writes its result folder. A new kind of node is one file and one
// line in step.cc's table.

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "experiment/job.h"
#include "experiment/node.h"
#include "record/predictions.h"
#include "record/record.h"
#include "store/store.h"
#include "train/hooks.h"
#include "worker/job_inputs.h"
#include "worker/model_cache.h"

namespace qinglan {

struct Step {
  const Node& node;
  const Store& store;
  std::string result;  // folder to fill
  std::string work;    // folder that survives a kill: checkpoints
  RunHooks hooks;
  ModelCache& models;
  JobInputs& inputs;
  double flops = 0;  // out: for the ledger

  std::string input(const std::string& role) const { return store.result_folder(node.inputs.at(role)); }
  void write_predictions(const PredictionSets& sets) const;
  void write_summary(const Json& summary) const;
};

// Dispatches on the node's kind and learner. Throws Error{unsupported} for a kind this worker does not know.
void run_step(Step& step);

// The steps, one file each.
void run_features(Step& step);
void run_trunk(Step& step);
void run_rule_floor(Step& step);  // lexicon, labels, annotators
void run_corrupt(Step& step);     // ground truth with errors put in
void run_weak_labels(Step& step);
void run_label_stage(Step& step);  // weak_labels made of weak labels
void run_gold_rows(Step& step);
void run_zero_shot(Step& step);
void run_few_shot(Step& step);
void run_shots(Step& step);
void run_consistency(Step& step);
void run_coherence(Step& step);  // icm
void run_elicit(Step& step);     // ccs, ueeh, pca, mean-diff
void run_export(Step& step);
void run_choice(Step& step);
void run_ensemble(Step& step);  // a fit with "ensemble": ngrams, probe
void run_fit(Step& step);       // ngrams, probe, lora, full on whatever labels

// Texts of rows under the node's template.
std::vector<std::string> render_texts(const std::vector<Example>& rows, const std::string& text_template);
std::vector<std::string> ids_of(const std::vector<Example>& rows);
std::vector<Example> pick(const std::vector<Example>& rows, const std::vector<std::size_t>& wanted);
// Where the rows of these ids stand. Throws Error{internal} for an id that is not there.
std::vector<std::size_t> rows_by_id(const std::vector<Example>& rows, const std::vector<std::string>& ids);
// Numbers of a tensor of any float type as fp32, row-major.
std::vector<float> values_of(const torch::Tensor& tensor);
// logits [n, K] row-major.
Predictions predictions_of(const std::vector<Example>& rows, std::size_t classes, std::vector<float> logits);

}  // namespace qinglan
