// shots: rows of a seed's supervision half whose true labels a few-shot supervisor shows in every prompt.
// gold.json, in the order in which they are shown.

#include "data/gold_rows.h"
#include "data/shots.h"
#include "data/split.h"
#include "worker/step.h"

namespace qinglan {

void run_shots(Step& step) {
  const std::uint64_t seed = step.node.params.at("seed");
  const Inputs& inputs = step.inputs.dataset(step.node.inputs.at("dataset"));
  const auto half = pick(inputs.train, split_halves(inputs.train, seed).supervision);
  const GoldRows shots = draw_shots(read_truth(step.input("truth")), ids_of(half),
                                    step.node.params.at("each").get<std::size_t>(), seed);
  write_gold_rows(step.store.fs(), step.result + "/" + kGoldFile, shots);
}

}  // namespace qinglan
