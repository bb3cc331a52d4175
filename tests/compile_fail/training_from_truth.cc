// Ground truth becomes labels to train on only together with a declared budget. Built twice: as it is it must
// compile, with QL_WITHOUT_BUDGET it must not.
#include "data/labels.h"

using namespace qinglan;

TrainingLabels labels_to_train_on(const GroundTruth& truth, const std::vector<std::string>& ids) {
#ifdef QL_WITHOUT_BUDGET
  return TrainingLabels::from(truth, ids);
#else
  return TrainingLabels::from(truth, ids, GoldBudget{"ceiling", ids.size()});
#endif
}
