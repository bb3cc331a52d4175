#include "worker/fit_task.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "data/gold_rows.h"
#include "data/held_out.h"
#include "data/split.h"
#include "record/locked.h"
#include "supervise/gold_use.h"
#include "supervise/locking.h"
#include "text/prompt.h"

namespace qinglan {
namespace {

struct FitLabels {
  TrainingLabels train;
  std::optional<TrainingLabels> held_out = {};
};

// Whether `some` are of `all`, in the same order.
bool are_some_of(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  auto at = all.begin();
  return std::all_of(some.begin(), some.end(), [&](const std::string& id) {
    at = std::find(at, all.end(), id);
    return at != all.end() && at++ != all.end();
  });
}

// Empty where the recipe holds nothing out.
std::set<std::string> held_out_ids(const Step& step, const std::vector<Example>& half, const GoldRows& gold) {
  const double share = step.node.params.at("learner").value("validation", 0.0);
  if (share == 0) return {};
  const std::set<std::string> known(gold.ids.begin(), gold.ids.end());
  std::set<std::string> groups;
  for (const auto& row : half)
    if (known.contains(row.id)) groups.insert(row.group);
  std::vector<Example> rows = half;
  std::erase_if(rows, [&](const Example& row) { return groups.contains(row.group); });
  return draw_held_out(rows, share, step.node.params.at("seed"));
}

FitLabels labels_of_truth(const Step& step, const std::vector<Example>& half) {
  const std::string purpose = step.node.params.at("rows") == "supervision" ? "supervision" : "ceiling";
  const GroundTruth truth = read_truth(step.input("truth"));
  const std::set<std::string> held_out = held_out_ids(step, half, {});
  std::vector<std::string> train, chosen_by;
  for (const auto& row : half) (held_out.contains(row.id) ? chosen_by : train).push_back(row.id);
  FitLabels labels{TrainingLabels::from(truth, train, GoldBudget{purpose, half.size()}), {}};
  if (!held_out.empty())
    labels.held_out =
        TrainingLabels::from(truth, chosen_by, GoldBudget{purpose + " validation", chosen_by.size()});
  return labels;
}

// Answers and truth of rows of the supervisor's half that lock a student.
FitLabels labels_of_lock(const Step& step, const std::vector<Example>& half) {
  const GoldBudget budget{kLockingPurpose, step.node.params.at("budget").get<std::size_t>()};
  return {locking_labels(read_weak_labels(step.input("labels") + "/" + kLabelsFile), ids_of(half),
                         read_truth(step.input("truth")), budget)};
}

FitLabels labels_of_supervisor(const Step& step, const std::vector<Example>& half) {
  const Json& params = step.node.params;
  WeakLabels weak = read_weak_labels(step.input("labels") + "/" + kLabelsFile);
  const bool whole = params.at("rows") == "transfer";  // else those of it that stages left
  QL_CHECK(whole ? weak.ids == ids_of(half) : are_some_of(weak.ids, ids_of(half)),
           "weak labels are for other rows");
  const bool hard = params.at("method").at("params").value("hard", false);
  GoldRows gold;
  if (step.node.inputs.contains("gold"))
    gold = read_gold_rows(step.store.fs(), step.input("gold") + "/" + kGoldFile);
  std::optional<TrainingLabels> chosen_by;
  if (const auto held_out = held_out_ids(step, half, gold); !held_out.empty()) {
    HeldOutLabels parts = hold_out(weak, held_out);
    weak = std::move(parts.train);
    chosen_by = TrainingLabels::from(parts.held_out, hard);
  }
  if (!step.node.inputs.contains("gold")) return {TrainingLabels::from(weak, hard), std::move(chosen_by)};
  const Json& use = params.at("method").at("gold");
  const GoldUse how = gold_use(use.at("use"), use.at("params"), weak, gold);
  return {TrainingLabels::with_gold(weak, gold, how, hard), std::move(chosen_by)};
}

// What the student whose weights this one starts from has seen of the truth.
Json behind_start(const Step& step) {
  if (!step.node.inputs.contains("start")) return Json::array();
  const std::string path = step.input("start") + "/" + kSummaryFile;
  const Json summary = parse_json(step.store.fs().read(path), path);
  if (summary.contains("failure"))
    throw Error(ErrorKind::invalid_input, "there are no weights to start from: " +
                                              summary["failure"].value("message", "their training failed"));
  return summary.at("ground_truth");
}

}  // namespace

Json FitTask::certificate() const {
  Json uses = train.labels.certificate();
  if (held_out)
    for (const auto& use : held_out->labels.certificate()) uses.push_back(use);
  for (const auto& use : behind) uses.push_back(use);
  return uses;
}

FitTask read_fit_task(Step& step) {
  const std::uint64_t seed = step.node.params.at("seed");
  const Inputs& inputs = step.inputs.rows(step.node);
  const Halves halves = split_halves(step.inputs.dataset(step.node.inputs.at("dataset")).train, seed);
  const std::string rows = step.node.params.at("rows");
  const bool supervision = rows == "supervision" || rows == "locking";
  const auto half = pick(inputs.train, supervision ? halves.supervision : halves.transfer);
  FitLabels labels = rows == "locking"         ? labels_of_lock(step, half)
                     : step.node.reads_truth() ? labels_of_truth(step, half)
                                               : labels_of_supervisor(step, half);
  const auto with_rows = [&](TrainingLabels made) {
    std::vector<std::size_t> rows = rows_by_id(inputs.train, made.ids());
    return LabelledRows{std::move(made), std::move(rows)};
  };
  FitTask task{inputs,
               pick(inputs.train, halves.transfer),
               halves.transfer,
               with_rows(std::move(labels.train)),
               {},
               seed,
               behind_start(step)};
  if (labels.held_out) task.held_out = with_rows(std::move(*labels.held_out));
  return task;
}

std::unique_ptr<Objective> objective_of(const Step& step, const FitTask& task) {
  const Json& method = step.node.params.at("method");
  return make_objective(method.at("name"), method.at("params"), static_cast<std::int64_t>(task.classes()));
}

Recipe recipe_of(const Step& step) {
  Json learner = step.node.params.at("learner");
  learner["tune"] = learner.at("kind");
  learner.erase("kind");
  return Recipe::from_json(Prompt::without_keys(std::move(learner)));
}

NgramConfig ngram_config(const Json& learner) {
  return {.max_n = learner.at("max_n"),
          .min_count = learner.at("min_count"),
          .l2 = learner.at("ngram_l2"),
          .length_only = learner.value("length_only", false)};
}

torch::Tensor feature_rows(const torch::Tensor& features, const std::vector<std::size_t>& rows) {
  const std::vector<std::int64_t> wanted(rows.begin(), rows.end());
  return features.index_select(0, torch::tensor(wanted, torch::kInt64));
}

Json summary_of(const FitTask& task) {
  return {{"label_entropy", task.train.labels.prior_entropy()},
          {"ground_truth", task.certificate()},
          {"skipped", task.train.labels.skipped()},
          {"rows", task.train.labels.size()}};
}

}  // namespace qinglan
