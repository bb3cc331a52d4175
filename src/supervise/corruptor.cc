#include "supervise/corruptor.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "base/listed.h"
#include "data/id_hash.h"
#include "supervise/corruptors/all.h"

namespace qinglan {
namespace {

struct Place {
  std::uint64_t hash;
  std::size_t part, row;  // row of its part
  std::size_t flat;       // row of all parts one after another
  const std::string* id;
};

std::vector<Place> hash_order(const std::vector<CorruptPart>& parts) {
  std::vector<Place> order;
  for (std::size_t part = 0; part < parts.size(); ++part)
    for (std::size_t row = 0; row < parts[part].ids.size(); ++row) {
      const std::string& id = parts[part].ids[row];
      order.push_back({id_hash(id), part, row, order.size(), &id});
    }
  std::sort(order.begin(), order.end(),
            [](const Place& a, const Place& b) { return std::tie(a.hash, *a.id) < std::tie(b.hash, *b.id); });
  return order;
}

// What the corruptor sees, in hash order, and where its rows came from.
struct Ordered {
  Ordered(const GroundTruth& ground_truth, const std::vector<CorruptPart>& of, const FeatureRows& features)
      : order(hash_order(of)), parts(of.size()) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Place& at = order[i];
      parts[at.part].push_back(i);
      truth.push_back(ground_truth.label(*at.id));
      texts.push_back(of[at.part].texts[at.row]);
      if (!features.width) continue;
      const auto row = features.row(at.flat);
      values.insert(values.end(), row.begin(), row.end());
    }
  }

  std::vector<Place> order;
  std::vector<std::vector<std::size_t>> parts;
  std::vector<std::int32_t> truth;
  std::vector<std::string> texts;
  std::vector<float> values;
};

Json gold_use_of(const CorruptPart& part, const GoldBudget& budget) {
  return {{"rows", part.ids.size()}, {"purpose", budget.purpose}};
}

WeakLabels one_hot(const std::vector<std::string>& ids, std::size_t classes, Json provenance) {
  return {ids, classes, std::vector<float>(ids.size() * classes, 0), std::vector<std::uint8_t>(ids.size(), 0),
          std::move(provenance)};
}

}  // namespace

const std::vector<Corruptor>& corruptors() {
  static const std::vector<Corruptor> all{symmetric_corruptor(), class_dependent_corruptor(),
                                          length_corruptor(), learnable_corruptor()};
  return all;
}

std::vector<std::string> corruptor_names() {
  std::vector<std::string> names;
  for (const auto& corruptor : corruptors()) names.push_back(corruptor.name);
  return names;
}

const Corruptor& find_corruptor(const std::string& name) {
  for (const auto& corruptor : corruptors())
    if (corruptor.name == name) return corruptor;
  throw Error(ErrorKind::usage, "there is no corruptor \"" + name + "\"")
      .expected("one of " + listed(corruptor_names()))
      .hint("See qinglan corruptors list.");
}

std::vector<WeakLabels> corrupt(const Corruptor& corruptor, const Json& params, const GroundTruth& truth,
                                const GoldBudget& budget, const std::vector<CorruptPart>& parts,
                                const FeatureRows& features, std::uint64_t run_seed) {
  const Ordered rows(truth, parts, features);
  QL_CHECK(rows.order.size() <= budget.rows, "more true labels than were declared");
  QL_CHECK(!corruptor.reads_features || features.size() == rows.order.size(), "a row of features a label");
  Random random(run_seed, "corrupt");
  const std::size_t classes = truth.classes().size();
  const FeatureRows ordered{rows.values, features.width};
  const auto labels =
      corruptor.labels({rows.truth, classes, rows.texts, ordered, params, rows.parts, random});
  std::vector<WeakLabels> made;
  for (const auto& part : parts)
    made.push_back(one_hot(part.ids, classes,
                           {{"kind", "corrupted"},
                            {"corrupt", corruptor.name},
                            {"wrong", 0},
                            {"ground_truth", Json::array({gold_use_of(part, budget)})}}));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Place& at = rows.order[i];
    made[at.part].p[at.row * classes + static_cast<std::size_t>(labels[i])] = 1;
    if (labels[i] != rows.truth[i])
      made[at.part].provenance["wrong"] = made[at.part].provenance["wrong"].get<std::int64_t>() + 1;
  }
  return made;
}

}  // namespace qinglan
