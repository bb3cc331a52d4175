// weak_floor of supervisors that are not trained: a word list, a file of labels. All train rows and the test
// rows are labelled once; run seeds move only which of them are the transfer half.

#include <cmath>
#include <functional>

#include "base/error.h"
#include "supervise/label_file.h"
#include "supervise/lexicon.h"
#include "worker/step.h"

namespace qinglan {
namespace {

// log p; a p of 0 becomes the smallest normal float, so that a stored logit is finite.
Predictions as_predictions(const WeakLabels& labels) {
  Predictions predictions{labels.ids, labels.classes, {}};
  predictions.logits.reserve(labels.p.size());
  for (const float p : labels.p)
    predictions.logits.push_back(std::log(std::max(p, std::numeric_limits<float>::min())));
  return predictions;
}

using Label = std::function<WeakLabels(const std::vector<Example>& rows, const std::string& split)>;

Label labeller(const Step& step) {
  const Json learner = step.node.params.at("learner");
  if (learner.at("kind") == "lexicon") {
    if (step.node.params.at("classes").size() != 2)
      throw Error(ErrorKind::usage, "a lexicon labels two classes, negative first")
          .found(step.node.params.at("classes").dump());
    const Lexicon lexicon = Lexicon::load(step.node.files.at("lexicon"));
    return [=](const std::vector<Example>& rows, const std::string&) {
      return lexicon.label(ids_of(rows), render_texts(rows, learner.at("text")), learner.at("scale"));
    };
  }
  const std::string path = step.node.files.at("labels");
  const auto classes = step.node.params.at("classes").get<std::vector<std::string>>();
  const bool apart = step.node.params.at("files_apart");
  return [=](const std::vector<Example>& rows, const std::string& split) {
    RowPlaces places{.rows = {}, .split = split, .files_apart = apart};
    for (const auto& row : rows) places.rows.push_back(row.row);
    return read_label_file(path, ids_of(rows), classes, places);
  };
}

}  // namespace

void run_rule_floor(Step& step) {
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const Label label = labeller(step);
  PredictionSets sets = {{"train", as_predictions(label(inputs.train, "train"))}};
  Json summary = Json::object();
  try {
    sets["test"] = as_predictions(label(inputs.test, "test"));
  } catch (const Error& e) {
    // Weak labels of the transfer rows are enough to teach; only the floor needs those of the test rows.
    if (e.kind() != ErrorKind::invalid_input) throw;
    summary["undefined"] = "the supervisor has no labels for the test rows: " + e.message() + ". " + e.hint();
  }
  step.write_predictions(sets);
  step.write_summary(summary);
}

}  // namespace qinglan
