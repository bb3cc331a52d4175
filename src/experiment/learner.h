#pragma once
// A supervisor or student of a cell with its model read (config only) and hashed: what the model is, how it
// is prompted and what of it is trained, every value that depends on the model resolved.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/model_config.h"
#include "experiment/spec.h"
#include "experiment/tune.h"
#include "store/digest_memo.h"

namespace qinglan {

struct Learner {
  LearnerSpec spec;
  std::string digest;  // of the model: config, weights, tokenizer
  ModelConfig config;
  Json prompt;  // prompt_of(), with the digest of the chat template
  Tune tune;
  std::int64_t layers = 0;  // top blocks that are trained; 0: all
};

// `role` is the section, for errors. Throws Error{usage | invalid_input | unsupported}: a model that cannot
// be read, and what the model cannot do of what the spec asks, before any work starts.
Learner resolve_learner(const LearnerSpec& spec, const char* role, const std::vector<std::string>& classes,
                        DigestMemo& memo);

// One member of an ensemble, trained on its rows as they are; the learner itself where it is none.
Learner single_member(Learner learner);

// A learner of the n-gram room, for controls; it reads the texts that `like` reads.
Learner ngram_learner(const LearnerSpec& like, bool length_only);

// Why a learner cannot be asked untrained; empty where it can.
std::string zero_shot_impossible(const Learner& learner);

}  // namespace qinglan
