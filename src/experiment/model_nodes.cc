#include "experiment/model_nodes.h"

#include "experiment/recipe.h"

namespace qinglan {
namespace {

// A model without pretraining has no file to stay in.
std::string base_of(const Learner& learner) { return learner.spec.values.value("base", "compute"); }

// What students of the top blocks start from.
std::string trunk(PlanDraft& draft, const Learner& learner, bool random_init) {
  const Json params = {{"depth", learner.config.layers - learner.layers},
                       {"max_tokens", learner.spec.values["max_tokens"]},
                       {"dtype", learner.spec.values["dtype"]}};
  return frozen_pass(draft, "trunk", "lower blocks of ", params, learner, random_init);
}

}  // namespace

std::string frozen_pass(PlanDraft& draft, const char* kind, const std::string& what, const Json& params,
                        const Learner& learner, bool random_init) {
  Node node;
  node.kind = kind;
  node.params = params;
  node.params["model"] = learner.digest;
  node.params.update(learner.prompt);
  if (random_init) node.params["init"] = "random";
  node.inputs = {{"dataset", draft.data.dataset}};
  node.profile = draft.profile;
  node.files["model"] = learner.spec.model_path;
  if (!random_init) node.base = base_of(learner);
  node.title = what + learner.spec.name + (random_init ? " without pretraining" : "");
  return draft.add(std::move(node));
}

std::string features(PlanDraft& draft, const Learner& learner, bool random_init) {
  return frozen_pass(draft, "features", "features of ", feature_spec_of(learner.spec.values), learner,
                     random_init);
}

std::string stage_features(PlanDraft& draft, const Learner& student, double depth) {
  Json spec = feature_spec_of(student.spec.values);
  spec["depth"] = static_cast<std::int64_t>(depth * static_cast<double>(student.config.layers));
  spec["pooling"] = Json::array({student.config.kind == ModelKind::decoder ? "last" : "mean"});
  return frozen_pass(draft, "features", "features of ", spec, student, false);
}

Node zero_shot(const PlanDraft& draft, const Learner& learner, const char* kind) {
  Node node;
  node.kind = kind;
  node.params = {{"learner",
                  {{"kind", "zero-shot"},
                   {"label_words", learner.spec.values["label_words"]},
                   {"max_tokens", learner.spec.values["max_tokens"]},
                   {"dtype", learner.spec.values["dtype"]}}},
                 {"model", learner.digest}};
  node.params["learner"].update(learner.prompt);
  node.inputs = {{"dataset", draft.data.dataset}};
  node.profile = draft.profile;
  node.files["model"] = learner.spec.model_path;
  node.base = base_of(learner);
  node.title = "zero-shot " + learner.spec.values["model"].get<std::string>();
  return node;
}

Node fit(PlanDraft& draft, const char* kind, const Learner& learner, const char* rows, std::uint64_t seed,
         const MethodSpec& method, bool random_init) {
  Node node;
  node.kind = kind;
  node.inputs = {{"dataset", draft.data.dataset}};
  node.params = {
      {"rows", rows}, {"seed", seed}, {"method", {{"name", method.name}, {"params", method.params}}}};
  if (learner.spec.values.contains("ensemble"))
    node.params["ensemble"] = {{"kind", learner.spec.values["ensemble"]},
                               {"rounds", learner.spec.values["rounds"]}};
  if (learner.spec.kind == "ngrams") {
    node.params["learner"] = single_member(learner).spec.values;
  } else {
    node.params["learner"] = recipe_of(learner.spec.values);
    node.params["learner"]["kind"] = learner.tune.kind;
    node.profile = draft.profile;
    if (learner.spec.tune == "probe") {
      node.inputs["features"] = features(draft, learner, random_init);
    } else {
      node.params["model"] = learner.digest;
      if (learner.layers > 0) {
        node.inputs["trunk"] = trunk(draft, learner, random_init);
        node.params["learner"]["layers"] = learner.layers;
        node.params["learner"].erase("max_tokens");  // the trunk's
      } else {
        node.params["learner"].update(learner.prompt);
      }
      if (random_init) node.params["init"] = "random";
      node.files["model"] = learner.spec.model_path;
      if (!random_init) node.base = base_of(learner);
      node.recompute = learner.spec.values.value("recompute", false);
    }
  }
  return node;
}

}  // namespace qinglan
