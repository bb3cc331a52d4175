// weak_floor by consistency: what a model says of one statement a class, made one answer.

#include "supervise/consistency.h"
#include "worker/step.h"

namespace qinglan {

void run_consistency(Step& step) {
  std::map<std::string, std::vector<Predictions>> statements;  // by split, one a class
  for (const auto& [role, key] : step.node.inputs)  // "statement.00", "statement.01", ...: in order
    if (role.starts_with("statement."))
      for (auto& [split, answers] : read_predictions(step.store.result_folder(key) + "/" + kPredictionsFile))
        statements[split].push_back(answers);
  PredictionSets sets;
  for (const auto& [split, answers] : statements) sets[split] = made_consistent(answers);
  step.write_predictions(sets);
  step.write_summary({{"ground_truth", Json::array()}});
}

}  // namespace qinglan
