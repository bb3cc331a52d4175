#include "experiment/plan_draft.h"

#include "experiment/choice.h"
#include "experiment/profile.h"

namespace qinglan {

PlanDraft::PlanDraft(const Spec& of_spec, const PlannedData& of_data, DigestMemo& digests)
    : spec(of_spec), data(of_data), memo(digests), profile(numerics_profile(spec.threads, spec.device)) {
  plan.dataset = data.dataset;
  plan.truth = data.truth;
}

std::string PlanDraft::add(Node node) {
  const std::string key = node.key();
  if (plan.nodes.emplace(key, std::move(node)).second) plan.order.push_back(key);
  return key;
}

std::string PlanDraft::add_fit(const Node& fit) {
  const std::vector<Json> settings = settings_of(fit.params.at("learner"));
  if (settings.empty()) return add(fit);
  std::vector<std::string> candidates;
  for (const Json& values : settings) candidates.push_back(add(with_settings(fit, values)));
  return add(choice_node(fit, settings, candidates));
}

}  // namespace qinglan
