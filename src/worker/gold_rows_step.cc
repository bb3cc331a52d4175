// gold_rows: the true labels that a method is given by declaration. It reads all of them, so that the student
// need not: to that job it hands these rows alone.

#include "data/gold_rows.h"
#include "worker/step.h"

namespace qinglan {

void run_gold_rows(Step& step) {
  const Json& params = step.node.params;
  const WeakLabels labels = read_weak_labels(step.input("labels") + "/" + kLabelsFile);
  const GoldBudget budget{kGoldPurpose, params.at("rows").get<std::size_t>()};
  const GoldRows gold = draw_gold(read_truth(step.input("truth")), labels, budget,
                                  gold_place(params.at("place")), params.at("seed"));
  write_gold_rows(step.store.fs(), step.result + "/" + kGoldFile, gold);
}

}  // namespace qinglan
