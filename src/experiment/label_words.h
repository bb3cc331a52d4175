#pragma once
// A label word must be one token of its model. Only the tokenizer knows, and the worker has it: it is asked
// before anything is computed.

#include <string>
#include <vector>

#include "experiment/plan.h"

namespace qinglan {

// For the nodes of `missing` that read label words. Throws Error{usage} that names model and word, and what
// ask_worker throws.
void check_label_words(const Plan& plan, const std::vector<std::string>& missing, const std::string& worker);

}  // namespace qinglan
