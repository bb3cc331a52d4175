// weak_floor of supervisors that are not trained: a word list, a file of labels, annotators whose answers are
// combined. All train rows and the test rows are labelled once; run seeds move only which of them are the
// transfer half.

#include <functional>

#include "base/error.h"
#include "supervise/combiner.h"
#include "supervise/label_file.h"
#include "supervise/lexicon.h"
#include "supervise/relabel.h"
#include "worker/step.h"

namespace qinglan {
namespace {

using Rows = std::vector<Example>;

struct Rule {
  std::function<WeakLabels(const Rows& rows, const std::string& split)> label;
  Json summary = Json::object();  // what there is to say of it beside its labels
};

Rule lexicon_rule(const Step& step) {
  const Json learner = step.node.params.at("learner");
  if (step.node.params.at("classes").size() != 2)
    throw Error(ErrorKind::usage, "a lexicon labels two classes, negative first")
        .found(step.node.params.at("classes").dump());
  return {[learner, lexicon = Lexicon::load(step.node.files.at("lexicon"))](const Rows& rows,
                                                                            const std::string&) {
    return lexicon.label(ids_of(rows), render_texts(rows, learner.at("text")), learner.at("scale"));
  }};
}

RowPlaces places_of(const Step& step, const Rows& rows, const std::string& split) {
  RowPlaces places{.rows = {}, .split = split, .files_apart = step.node.params.at("files_apart")};
  for (const auto& row : rows) places.rows.push_back(row.row);
  return places;
}

Rule label_rule(const Step& step) {
  return {[&step](const Rows& rows, const std::string& split) {
    return read_label_file(step.node.files.at("labels"), ids_of(rows), step.node.params.at("classes"),
                           places_of(step, rows, split));
  }};
}

// What is learned about the annotators is learned from the train rows' answers, and serves the test rows too.
Rule annotator_rule(const Step& step, const Rows& train) {
  const Json learner = step.node.params.at("learner");
  const auto read = [&step, learner](const Rows& rows, const std::string& split) {
    return read_annotations(step.node.files.at("annotators"), ids_of(rows), step.node.params.at("classes"),
                            places_of(step, rows, split), learner.at("annotators"));
  };
  const Annotations answers = read(train, "train");
  const Combination combination = find_combiner(learner.at("combine")).fit(answers);
  const WeakLabels labels = combine(combination, answers);
  std::int64_t unanswered = 0;
  for (const auto& row : answers.answers) unanswered += row.empty();
  const Json summary = {{"combine", learner.at("combine")},
                        {"fit", combination.facts},
                        {"annotators", describe_annotators(answers, labels)},
                        {"unanswered", unanswered},
                        {"unused", answers.unused}};
  return {[read, combination](const Rows& rows, const std::string& split) {
            return combine(combination, read(rows, split));
          },
          summary};
}

Rule rule_of(const Step& step, const Rows& train) {
  const std::string kind = step.node.params.at("learner").at("kind");
  if (kind == "lexicon") return lexicon_rule(step);
  if (kind == "annotators") return annotator_rule(step, train);
  return label_rule(step);
}

}  // namespace

void run_rule_floor(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const Rule rule = rule_of(step, inputs.train);
  PredictionSets sets = {{"train", predictions_from(rule.label(inputs.train, "train"))}};
  Json summary = rule.summary;
  try {
    sets["test"] = predictions_from(rule.label(inputs.test, "test"));
  } catch (const Error& e) {
    // Weak labels of the transfer rows are enough to teach; only the floor needs those of the test rows.
    if (e.kind() != ErrorKind::invalid_input) throw;
    summary["undefined"] = "the supervisor has no labels for the test rows: " + e.message() + ". " + e.hint();
  }
  step.write_predictions(sets);
  step.write_summary(summary);
}

}  // namespace qinglan
