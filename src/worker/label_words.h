#pragma once
// The worker's answer to experiment/label_words.h.

#include "base/json.h"

namespace qinglan {

// `request`: {"model": path, "words": a word or a list of words for each class}. Throws Error{invalid_input}
// where one is not one token of the model, or two are the same, and what loading the tokenizer throws.
void check_label_words(const Json& request);

}  // namespace qinglan
