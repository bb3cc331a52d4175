#pragma once
// A student whose recipe names several values of a key: a fit for every combination of them, and a node that
// takes the fit with the least loss on the rows held out of training. The rows' labels are those trained on,
// so of a student of weak labels no ground truth has a part in it.
//
// The node's parameters: {"learner": {"kind": "choice", "settings": [{key: value}...]}, "seed"}; its input
// candidate_role(i) is the fit with settings i.

#include <string>
#include <vector>

#include "base/json.h"
#include "experiment/node.h"

namespace qinglan {

// Keys of a fine-tuned student's recipe that may be lists.
const std::vector<std::string>& chosen_keys();

// What of a student's values is chosen, and by what. A list of one value is that value; `stop` and
// `validation` stand there only where something is chosen. Throws Error{usage}: an empty list, a value twice,
// more than 64 combinations, `validation` where nothing is chosen.
void resolve_choice(Json& values, const std::string& source);

// {key: value} for every combination of the lists' values, the last key fastest; empty without lists.
std::vector<Json> settings_of(const Json& recipe);

// `fit` with one combination in place of its lists.
Node with_settings(const Node& fit, const Json& settings);

std::string candidate_role(std::size_t number);  // "candidate.00"

// `candidates`: keys, one for each of `settings`.
Node choice_node(const Node& fit, const std::vector<Json>& settings,
                 const std::vector<std::string>& candidates);

}  // namespace qinglan
