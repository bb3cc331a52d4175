#include "experiment/supervisor_nodes.h"

#include <algorithm>

#include "base/error.h"
#include "experiment/corrupted.h"
#include "experiment/elicit.h"
#include "experiment/model_nodes.h"
#include "experiment/student_nodes.h"
#include "supervise/combiner.h"
#include "supervise/label_file.h"
#include "supervise/lexicon.h"

namespace qinglan {
namespace {

void require_some(const WeakLabels& labels, const std::string& path) {
  if (std::all_of(labels.abstain.begin(), labels.abstain.end(), [](auto abstains) { return abstains; }))
    throw Error(ErrorKind::invalid_input, "every train row abstains: there is nothing to learn")
        .in(path)
        .expected("a label for some of the train rows");
}

// What is wrong with a word list, a label file or annotators is known before any work starts.
void try_rule(PlanDraft& draft, const LearnerSpec& spec) {
  if (!draft.tried.insert(spec.path + spec.values.dump()).second) return;
  if (spec.kind == "lexicon") {
    Lexicon::load(spec.path);
    if (draft.data.classes.size() != 2)
      throw Error(ErrorKind::usage, "a lexicon labels two classes, negative first")
          .found(std::to_string(draft.data.classes.size()) + " classes");
    return;
  }
  const Inputs inputs = read_inputs(draft.data.inputs_folder);
  std::vector<std::string> ids;
  RowPlaces places;
  for (const auto& example : inputs.train) ids.push_back(example.id), places.rows.push_back(example.row);
  if (spec.kind == "annotators")
    find_combiner(spec.values["combine"])
        .fit(read_annotations(spec.path, ids, draft.data.classes, places, spec.values["annotators"]));
  else
    require_some(read_label_file(spec.path, ids, draft.data.classes, places), spec.path);
}

// The one supervisor that sees true labels of the transfer half, and of test: to make errors of them.
std::string corrupted(PlanDraft& draft, const Learner& supervisor, std::uint64_t seed) {
  Node node;
  node.kind = "weak_floor";
  node.params = {{"rows", "transfer"},
                 {"seed", seed},
                 {"learner", corruption_of(supervisor.spec.values, draft.data.classes)}};
  node.inputs = {{"dataset", draft.data.dataset}, {"truth", draft.data.truth}};
  if (!supervisor.spec.model_path.empty()) node.inputs["features"] = features(draft, supervisor, false);
  node.title = "supervisor " + supervisor.spec.name + ", seed " + std::to_string(seed);
  return draft.add(std::move(node));
}

// In keys: what is shown and the text are encoded as one string. Answers of before were of each by itself.
constexpr char kJoined[] = "as one string";

std::string few_shot(PlanDraft& draft, const Learner& supervisor, std::uint64_t seed) {
  const std::int64_t each = supervisor.spec.values["shots"],
                     shots = each * static_cast<std::int64_t>(draft.data.classes.size());
  if (shots > draft.half())
    throw Error(ErrorKind::usage, "supervisor.shots: more rows than the supervision half has")
        .expected("at most " + std::to_string(draft.half()) + " of all classes together")
        .found(std::to_string(shots));
  const std::string seed_words = ", seed " + std::to_string(seed);
  Node shown;
  shown.kind = "shots";
  shown.params = {{"each", each}, {"seed", seed}};
  shown.inputs = {{"dataset", draft.data.dataset}, {"truth", draft.data.truth}};
  shown.title = std::to_string(shots) + " rows to show" + seed_words;
  Node node = zero_shot(draft, supervisor, "weak_floor");
  node.params["learner"].update({{"kind", "few-shot"}, {"shots", shots}, {"encoded", kJoined}});
  node.params["seed"] = seed;
  node.inputs["shots"] = draft.add(std::move(shown));
  node.title = "supervisor " + supervisor.spec.name + seed_words;
  return draft.add(std::move(node));
}

// Labels sought without ground truth, and then few-shot after those.
std::string coherent(PlanDraft& draft, const Learner& supervisor, std::uint64_t seed) {
  Node node = zero_shot(draft, supervisor, "weak_floor");
  node.params["learner"].update(coherence_of(supervisor.spec.values, draft.data.classes.size(), draft.half(),
                                             !draft.spec.data.choices.empty()));
  node.params["learner"].update({{"encoded", kJoined}});
  node.params["seed"] = seed;
  node.title = "supervisor " + supervisor.spec.name + ", seed " + std::to_string(seed);
  return draft.add(std::move(node));
}

// What the model says of one statement a class, made one answer.
std::string consistent(PlanDraft& draft, const Learner& supervisor) {
  const Json& values = supervisor.spec.values;
  Node node;
  node.kind = "weak_floor";
  node.params = {{"learner", {{"kind", "consistency"}}}};
  node.title = "supervisor " + supervisor.spec.name;
  for (std::size_t k = 0; k < draft.data.classes.size(); ++k) {
    Node asked = zero_shot(draft, supervisor, "weak_floor");
    asked.params["learner"]["label_words"] = values["truth_words"];
    asked.params["learner"]["suffix"] = statement_of(values, k);
    asked.title = "whether it is" + pair_word(values, k) + ", by " + values["model"].get<std::string>();
    node.inputs[statement_role(k)] = draft.add(std::move(asked));
  }
  return draft.add(std::move(node));
}

// The last token's hidden states of all rows, each followed by the word of one class.
std::string contrast_side(PlanDraft& draft, const Learner& supervisor, std::size_t label) {
  const Json& values = supervisor.spec.values;
  const std::string word = pair_word(values, label);
  const Json params = {{"depth", values["depth"]},
                       {"pooling", {"last"}},
                       {"max_tokens", values["max_tokens"]},
                       {"dtype", values["dtype"]},
                       {"suffix", word}};
  return frozen_pass(draft, "features", "\"" + word + "\" read by ", params, supervisor, false);
}

// No ground truth is among its inputs, but of a few-shot supervisor the rows it shows. A direction is
// fitted on the rows of the supervision half.
std::string elicited(PlanDraft& draft, const Learner& supervisor, std::uint64_t seed) {
  const Json& way = supervisor.spec.values["elicit"];
  if (way == "few-shot") return few_shot(draft, supervisor, seed);
  if (way == "icm") return coherent(draft, supervisor, seed);
  if (way == "consistency") return consistent(draft, supervisor);
  const std::string answers = draft.add(zero_shot(draft, supervisor, "weak_floor"));
  if (!is_direction(supervisor.spec.values)) return answers;
  Node node;
  node.kind = "weak_floor";
  node.params = {
      {"rows", "supervision"}, {"seed", seed}, {"learner", elicit_recipe_of(supervisor.spec.values)}};
  node.inputs = {{"dataset", draft.data.dataset},
                 {"zero_shot", answers},
                 {"first", contrast_side(draft, supervisor, 0)},
                 {"second", contrast_side(draft, supervisor, 1)}};
  node.profile = draft.profile;
  node.title = "supervisor " + supervisor.spec.name + ", seed " + std::to_string(seed);
  return draft.add(std::move(node));
}

}  // namespace

std::string weak_floor(PlanDraft& draft, const Learner& supervisor, std::uint64_t seed) {
  const LearnerSpec& spec = supervisor.spec;
  if (spec.kind == "elicit") return elicited(draft, supervisor, seed);
  if (spec.kind == "corrupted") return corrupted(draft, supervisor, seed);
  Node node;
  if (is_rule(spec)) {
    try_rule(draft, spec);
    node.kind = "weak_floor";
    node.inputs = {{"dataset", draft.data.dataset}};
    node.params = {{"learner", spec.values}};
    node.params["learner"].erase("path");
    node.params["file"] = draft.memo.digest(spec.path);
    node.params["classes"] = draft.data.classes;
    node.files[spec.kind] = spec.path;
    if (spec.kind != "lexicon") node.params["files_apart"] = dataset_files(draft.spec.data).size() > 1;
    node.title = "supervisor " + spec.name;
  } else {
    node = fit(draft, "weak_floor", supervisor, "supervision", seed, naive_spec());
    node.inputs["truth"] = draft.data.truth;
    node.title = "supervisor " + spec.name + ", seed " + std::to_string(seed);
  }
  return draft.add(std::move(node));
}

}  // namespace qinglan
