#include "supervise/combiner.h"

#include "base/error.h"
#include "base/listed.h"
#include "supervise/combiners/all.h"

namespace qinglan {

const std::vector<Combiner>& combiners() {
  static const std::vector<Combiner> all{vote_combiner(), evidential_combiner(), dawid_skene_combiner(),
                                         label_model_combiner()};
  return all;
}

std::vector<std::string> combiner_names() {
  std::vector<std::string> names;
  for (const auto& combiner : combiners()) names.push_back(combiner.name);
  return names;
}

const Combiner& find_combiner(const std::string& name) {
  for (const auto& combiner : combiners())
    if (combiner.name == name) return combiner;
  throw Error(ErrorKind::usage, "there is no combiner \"" + name + "\"")
      .expected("one of " + listed(combiner_names()))
      .hint("See qinglan combiners list.");
}

WeakLabels combine(const Combination& combination, const Annotations& annotations) {
  const std::size_t classes = annotations.classes;
  WeakLabels labels;
  labels.ids = annotations.ids;
  labels.classes = classes;
  labels.p.reserve(annotations.size() * classes);
  for (const auto& answers : annotations.answers) {
    labels.abstain.push_back(answers.empty());
    const auto p = answers.empty() ? std::vector<double>(classes, 1 / static_cast<double>(classes))
                                   : combination.posterior(answers);
    labels.p.insert(labels.p.end(), p.begin(), p.end());
  }
  labels.provenance = {{"kind", "annotators"}, {"unused", annotations.unused}};
  return labels;
}

Json describe_annotators(const Annotations& annotations, const WeakLabels& labels) {
  struct Sums {
    std::int64_t answers = 0;
    double posterior = 0, agreements = 0;
  };
  std::vector<Sums> sums(annotations.annotators.size());
  for (std::size_t i = 0; i < annotations.size(); ++i)
    for (const auto& [annotator, label] : annotations.answers[i]) {
      ++sums[annotator].answers;
      sums[annotator].posterior += labels.p[i * labels.classes + label];
      sums[annotator].agreements += static_cast<std::size_t>(labels.hard(i)) == label;
    }
  Json list = Json::array();
  for (std::size_t a = 0; a < sums.size(); ++a) {
    Json one = {{"name", annotations.annotators[a]}, {"answers", sums[a].answers}};
    if (const auto answers = static_cast<double>(sums[a].answers); answers > 0) {
      one["accuracy"] = sums[a].posterior / answers;
      one["agreement"] = sums[a].agreements / answers;
    }
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace qinglan
