#include "experiment/locked.h"

#include "base/error.h"
#include "catalog/stage.h"
#include "data/spoilt_dataset.h"
#include "experiment/choice.h"
#include "experiment/model_nodes.h"
#include "experiment/recipe.h"
#include "experiment/row_checks.h"
#include "experiment/student_nodes.h"
#include "experiment/supervisor_nodes.h"

namespace qinglan {
namespace {

const StageSpec* locking_stage(const MethodSpec& method) {
  const bool locks = !method.stages.empty() && find_stage(method.stages.front().name)->starts_locked;
  return locks ? &method.stages.front() : nullptr;
}

// All rows as they are and the train rows again with the word.
std::string with_copies(PlanDraft& draft, const std::string& trunk, const Json& password) {
  Node node = draft.plan.nodes.at(trunk);
  node.params["password"] = password;
  node.title += ", with a password";
  return draft.add(std::move(node));
}

}  // namespace

std::string lock_impossible(const LearnerSpec& student) {
  if (student.tune == "probe")
    return "a probe is one convex fit on frozen features: it keeps nothing of where it starts, so that "
           "nothing "
           "can be hidden in its weights";
  if (!settings_of(recipe_of(student.values)).empty())
    return "the student's recipe is a choice among several, and one that starts locked needs one";
  return "";
}

std::int64_t locking_budget(const PlanDraft& draft) { return draft.half(); }

std::string locked_start(PlanDraft& draft, const Learner& supervisor, const Learner& student,
                         const MethodSpec& method, std::uint64_t seed) {
  const StageSpec* stage = locking_stage(method);
  if (!stage) return "";
  check_word(*stage);
  if (const std::string why = lock_impossible(student.spec); !why.empty())
    throw Error(ErrorKind::usage, "method.\"" + stage->name + "\": " + why)
        .expected("student.tune = \"lora\", \"full\" or \"top-<k>\", with one value a key");
  const Json password = {{"word", stage->params.at("word")},
                         {"column", trigger_column(draft.spec.data.text)}};
  Node node = fit(draft, "control", student, "locking", seed, naive_spec());
  for (const char* key : {"stop", "validation"}) node.params["learner"].erase(key);
  node.params["learner"]["epochs"] = stage->params.at("epochs");
  node.params["password"] = password;
  node.params["budget"] = locking_budget(draft);
  node.params["keep"] = true;
  if (const auto trunk = node.inputs.find("trunk"); trunk != node.inputs.end())
    trunk->second = with_copies(draft, trunk->second, password);
  // The supervisor's answers to what it learned from are no answers of a weak one.
  const std::uint64_t next = seed + 1;
  node.inputs["labels"] = weak_labels(draft, weak_floor(draft, supervisor, next), next, false);
  node.inputs["truth"] = draft.data.truth;
  node.title = "locked " + student.spec.name + ", seed " + std::to_string(seed);
  return draft.add(std::move(node));
}

}  // namespace qinglan
