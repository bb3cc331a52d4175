#pragma once
// A label word must be one token of its model. Only the tokenizer knows, and the worker has it: it is asked
// before anything is computed.

#include <string>

#include "experiment/plan.h"
#include "store/store.h"

namespace qinglan {

// For the nodes that read label words and are not in the store. Throws Error{usage} that names model and
// word, and what ask_worker throws.
void check_label_words(const Plan& plan, const Store& store, const std::string& worker);

}  // namespace qinglan
