#pragma once
// A supervisor of kind "elicit": what a language model knows already, read without a label.
//   zero-shot    its answer by the label words
//   few-shot     the same after rows of the supervision half with their true labels, a declared budget
//   consistency  whether it calls the statement of each class true, made one answer (supervise/consistency.h)
//   icm          labels of some rows of the supervision half that the model foretells from one another, found
//                without ground truth (supervise/coherence.h), and then few-shot after those
//   pca, mean-diff, ccs, ueeh
//                a direction in its hidden states after each row's text and a class's word
//                (train/contrast_pairs.h), two classes; the sign of the direction is the one that agrees with
//                the zero-shot answers

#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/architecture.h"

namespace qinglan {

// The keys that values["elicit"] reads, with their defaults. Throws Error{usage}: no or unknown `elicit`, no
// model, no label words, words that are empty or equal, a value out of range, a key that the user set and
// that is never read, a chat where texts stand around the row's.
Json elicit_values(const Json& values, const std::string& source);

// Whether a direction is sought.
bool is_direction(const Json& values);
// Whether zero-shot answers are read: as the labels, or to tell the sign of a direction.
bool reads_zero_shot(const Json& values);

// What depends on model and data: resolves depth -1 to two thirds of the blocks. Throws Error{usage}: an
// encoder, more than two classes for a direction, a depth that the model does not have.
void fit_elicitation(Json& values, const ModelConfig& config, const std::string& model,
                     const std::vector<std::string>& classes);

// The part of the values that shapes the fit of a direction, "kind" first.
Json elicit_recipe_of(const Json& values);

// Of elicit = icm. What the labels of related rows have to do with each other is "different" by default where
// rows are answers of one question (`choices`), of which one is right. Throws Error{usage}: more rows than
// the supervision half has (`half`), fewer than are guessed at the start or shown.
Json coherence_of(const Json& values, std::size_t classes, std::int64_t half, bool choices);
// At most so many prompts does its search ask of the model, about.
double coherence_prompts(const Json& learner);

// The rest of a statement after the row's text: the word of its class, and what is asked.
std::string statement_of(const Json& values, std::size_t label);

std::string statement_role(std::size_t label);  // of its answers among a node's inputs: "statement.00"

// The word that stands for a class in a contrast pair: the first of its label words.
std::string pair_word(const Json& values, std::size_t label);

}  // namespace qinglan
