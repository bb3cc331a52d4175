#pragma once
// How a learner is trained when the spec does not say: one frozen recipe a tune, spelled out so that every
// value enters the record and the key.

#include <string>

#include "base/json.h"

namespace qinglan {

// `tune`: probe, full or lora, whichever blocks are trained.
Json recipe_defaults(const std::string& tune);

// Fills the keys that the learner's `tune` uses and drops the ones it does not; `compat` has the defaults of
// the spec's compat profile (compat_defaults), which come before ours. Throws Error{usage}: a value out of
// range, a key the user set that this tune never reads, two that exclude each other.
Json with_recipe_defaults(const Json& values, const std::string& source, const Json& compat = Json::object());

// Throws Error{usage} that names the first value out of its range.
void check_ranges(const Json& values, const std::string& source);

// Throws Error{usage} for a system message without a chat.
void check_system(const Json& values, const std::string& section, const std::string& source);

// Of a learner with a model: what its keys for the prompt and the head say together. Throws Error{usage}.
void check_prompt(const Json& values, const std::string& section, const std::string& source);

// A supervisor's `ensemble` and `rounds`: both are among the values of an ensemble, neither of a single
// supervisor. Throws Error{usage}: an unknown word, rounds out of range or without an ensemble, a kind or a
// tune that has none. `values` are resolved but for these two.
void resolve_ensemble(Json& values, const Json& given, const std::string& source);

// The part of the values that shapes the token ids, but for max_tokens: "text", and where they differ from
// the default "truncate" and "chat": {"system"}.
Json prompt_of(const Json& values);

// Of a supervisor without a model: only the keys its kind reads.
Json only_keys_of_kind(const Json& values, const std::string& kind);

// The part of the values that shapes training (not model and prompt; label words where the head starts from
// them): what a fit node is keyed by. `base` and `recompute` are in no key: they say how weights and
// activations are held, and results are the same bits (model/matrix.h, model/recompute.h), so they are
// shared.
Json recipe_of(const Json& values);
// The part that shapes frozen features: depth, pooling, max_tokens, dtype.
Json feature_spec_of(const Json& values);

// A path as it is; else "<package>/<file>" below the dependency folder's data, such as
// "vaderSentiment-3.3.2/vaderSentiment/vader_lexicon.txt". Throws Error{usage} that names both places.
std::string find_packaged_file(const std::string& path);

}  // namespace qinglan
