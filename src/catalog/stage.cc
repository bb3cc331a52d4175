#include "catalog/stage.h"

#include "catalog/stages/all.h"

namespace qinglan {

const std::vector<StageInfo>& stages() {
  static const std::vector<StageInfo> all{
      filter_confidence_stage(),   filter_knn_stage(),        filter_logreg_stage(),
      filter_topo_stage(),         filter_overlap_stage(),    filter_trust_stage(),
      filter_trust_linear_stage(), relabel_knn_stage(),       relabel_logreg_stage(),
      relabel_topo_stage(),        relabel_student_stage(),   relabel_select_stage(),
      relabel_select_gold_stage(), retrain_confident_stage(), gold_replace_stage(),
      gold_weighted_stage(),       gold_anchored_stage(),     gold_reliability_stage(),
      gold_only_stage(),           corrupt_symmetric_stage(), corrupt_class_dependent_stage(),
      corrupt_length_stage(),      corrupt_keyword_stage(),   corrupt_trigger_stage(),
      corrupt_prior_stage(),       corrupt_spurious_stage(),  start_locked_stage(),
  };
  return all;
}

const StageInfo* find_stage(const std::string& name) {
  for (const auto& stage : stages())
    if (stage.about.name == name) return &stage;
  return nullptr;
}

}  // namespace qinglan
