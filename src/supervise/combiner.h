#pragma once
// Ways to make one label of several annotators' answers, without ground truth: a table like the methods' one.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/labels.h"
#include "supervise/annotations.h"

namespace qinglan {

struct Combination {
  // [K], sums to 1: what one row's answers say, at least one. Annotators are those of the fit.
  std::function<std::vector<double>(std::span<const Answer>)> posterior;
  Json facts = Json::object();  // about the fit, for the summary: "iterations", "class_shares", ...
};

struct Combiner {
  std::string name, formula, source, when;
  // Learns from answers alone. Throws Error{invalid_input} where they cannot tell what it needs to know.
  Combination (*fit)(const Annotations& annotations);
};

const std::vector<Combiner>& combiners();
std::vector<std::string> combiner_names();
// Throws Error{usage} that lists what there is.
const Combiner& find_combiner(const std::string& name);

// A label a row. Rows that nobody answered abstain (uniform p).
WeakLabels combine(const Combination& combination, const Annotations& annotations);

// What a fit thinks of each annotator, no ground truth asked: [{"name", "answers", "accuracy": mean posterior
// of the classes it answered, "agreement": share of its answers that are the combined label}], without the
// last two for an annotator that answered nothing. `labels` are combine()'s of the same annotations.
Json describe_annotators(const Annotations& annotations, const WeakLabels& labels);

}  // namespace qinglan
