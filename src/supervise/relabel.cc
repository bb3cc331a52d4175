#include "supervise/relabel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.h"

namespace qinglan {

WeakLabels shuffle_labels(const WeakLabels& labels, std::uint64_t seed) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random(seed, "shuffle").shuffle(order);
  WeakLabels shuffled = labels;
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::copy_n(&labels.p[order[i] * labels.classes], labels.classes, &shuffled.p[i * labels.classes]);
    shuffled.abstain[i] = labels.abstain[order[i]];
  }
  shuffled.provenance = {{"kind", "shuffled"}, {"seed", seed}, {"of", labels.provenance}};
  return shuffled;
}

WeakLabels labels_from(const Predictions& predictions, Json provenance) {
  WeakLabels labels;
  labels.ids = predictions.ids;
  labels.classes = predictions.classes;
  const auto p = softmax_rows(predictions.logits, predictions.classes);
  labels.p.assign(p.begin(), p.end());
  labels.abstain.assign(predictions.size(), 0);
  labels.provenance = std::move(provenance);
  return labels;
}

Predictions predictions_from(const WeakLabels& labels) {
  Predictions predictions{labels.ids, labels.classes, {}};
  predictions.logits.reserve(labels.p.size());
  for (const float p : labels.p)
    predictions.logits.push_back(std::log(std::max(p, std::numeric_limits<float>::min())));
  return predictions;
}

void mark_abstentions(WeakLabels& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bool uniform = true;
    for (std::size_t k = 1; k < labels.classes; ++k)
      uniform &= labels.p[i * labels.classes + k] == labels.p[i * labels.classes];
    labels.abstain[i] = uniform;
  }
}

}  // namespace qinglan
