#include "experiment/student_nodes.h"

#include "base/error.h"
#include "catalog/method.h"
#include "catalog/stage.h"
#include "experiment/gold_stages.h"
#include "experiment/model_nodes.h"
#include "experiment/row_checks.h"

namespace qinglan {
namespace {

// The untrained student's own answers to all rows.
std::string own_answers(PlanDraft& draft, const Learner& student, const std::string& stage) {
  if (const std::string why = zero_shot_impossible(student); !why.empty())
    throw Error(ErrorKind::usage, "method.\"" + stage + "\" asks the untrained student: " + why)
        .hint("Take a decoder as the student and name a word for each class in student.label_words.");
  return draft.add(zero_shot(draft, student, "weak_floor"));
}

// True labels that a method spends, and nothing else of the ground truth.
std::string gold_rows(PlanDraft& draft, const StageSpec& stage, const std::string& raw_labels,
                      std::uint64_t seed) {
  const std::int64_t rows = stage.params.at("rows");
  if (rows > draft.half())
    throw Error(ErrorKind::usage,
                "method.\"" + stage.name + "\".rows is a larger budget than the transfer half has rows")
        .expected("at most " + std::to_string(draft.half()))
        .found(std::to_string(rows));
  Node node;
  node.kind = "gold_rows";
  node.params = {{"rows", rows}, {"place", gold_place_of(stage)}, {"seed", seed}};
  node.inputs = {{"labels", raw_labels}, {"truth", draft.data.truth}};
  node.title = std::to_string(rows) + " true labels, seed " + std::to_string(seed);
  return draft.add(std::move(node));
}

// A student of the method's loss, as its cell has it without the stages that follow.
std::string first_student(PlanDraft& draft, const Learner& student, const std::string& labels,
                          bool whole_half, std::uint64_t seed, const MethodSpec& method, const Start& start) {
  Node node = fit(draft, "weak_to_strong", student, whole_half ? "transfer" : "labelled", seed, method);
  node.inputs["labels"] = labels;
  if (!start.weights.empty()) node.inputs["start"] = start.weights;
  node.title = "first student " + student.spec.name + ", seed " + std::to_string(seed);
  return draft.add_fit(node);
}

// The labels that the pipeline makes of a supervisor's. What a stage does depends on the run seed by its
// inputs alone, unless it draws.
std::string staged(PlanDraft& draft, const std::string& raw_labels, const MethodSpec& method,
                   const Learner& student, std::uint64_t seed, const Start& start) {
  std::string labels = raw_labels;
  for (const auto& stage : method.stages) {
    const StageInfo& info = *find_stage(stage.name);
    if (!info.changes_labels()) continue;
    check_neighbours(stage, draft.half());
    Node node;
    node.kind = "weak_labels";
    node.params = {{"transform", stage.name}, {"params", stage.params}};
    if (info.reads_features) {
      node.inputs["dataset"] = draft.data.dataset;
      node.inputs["features"] = stage_features(draft, student, stage.params.at("depth"));
      node.params["params"].erase("depth");  // the features'
    }
    if (info.reads_texts) {
      check_word(stage);
      node.inputs["dataset"] = draft.data.dataset;
      node.params["text"] = student.spec.text;
    }
    if (info.draws) node.params["seed"] = seed;
    if (info.judges_by_gold) {
      node.inputs["gold"] = gold_rows(draft, stage, raw_labels, seed);
      node.params["params"].erase("rows");  // the budget's
    }
    if (info.answers == StageAnswers::zero_shot)
      node.inputs["answers"] = own_answers(draft, student, stage.name);
    node.title = stage.name + ", seed " + std::to_string(seed);
    node.params["params"].erase("rounds");
    for (std::int64_t round = stage.params.value("rounds", std::int64_t{1}); round > 0; --round) {
      node.inputs["labels"] = labels;
      if (info.answers == StageAnswers::first_student)
        node.inputs["answers"] =
            first_student(draft, student, labels, labels == raw_labels, seed, method, start);
      labels = draft.add(node);
    }
  }
  return labels;
}

}  // namespace

MethodSpec naive_spec() { return {"naive", resolve_parameters(find_method("naive"), Json::object())}; }

std::string weak_labels(PlanDraft& draft, const std::string& floor, std::uint64_t seed, bool shuffled) {
  Node node;
  node.kind = "weak_labels";
  node.params = {{"seed", seed}, {"transform", shuffled ? "shuffle" : "none"}};
  node.inputs = {{"dataset", draft.data.dataset}, {"floor", floor}};
  const Node& teacher = draft.plan.nodes.at(floor);
  const bool chained = teacher.kind == "weak_to_strong";
  node.title = std::string(shuffled ? "shuffled " : "") + "weak labels" +
               (chained ? " of " + teacher.title : ", seed " + std::to_string(seed));
  return draft.add(std::move(node));
}

std::string taught(PlanDraft& draft, const char* kind, const Learner& student, const std::string& raw_labels,
                   std::uint64_t seed, const MethodSpec& method, const std::string& what,
                   const Start& start) {
  const char* rows = method.stages.empty() ? "transfer" : "labelled";  // those that stages left
  Node node = fit(draft, kind, student, rows, seed, method, start.random);
  node.inputs["labels"] = staged(draft, raw_labels, method, student, seed, start);
  if (!start.weights.empty()) node.inputs["start"] = start.weights;
  if (const StageSpec* gold = stage_of_gold_targets(method)) {
    node.inputs["gold"] = gold_rows(draft, *gold, raw_labels, seed);
    node.params["method"]["gold"] = {{"use", gold->name}, {"params", gold->params}};
    for (const char* key : {"rows", "place"}) node.params["method"]["gold"]["params"].erase(key);
  }
  node.title = what + " " + student.spec.name + ", seed " + std::to_string(seed);
  return draft.add_fit(node);
}

std::string ceiling(PlanDraft& draft, const Learner& student, std::uint64_t seed) {
  Node node = fit(draft, "strong_ceiling", student, "transfer", seed, naive_spec());
  node.inputs["truth"] = draft.data.truth;
  node.title = "ceiling " + student.spec.name + ", seed " + std::to_string(seed);
  return draft.add_fit(node);
}

}  // namespace qinglan
