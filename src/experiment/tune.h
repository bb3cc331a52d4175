#pragma once
// What a spec's `tune` says: which weights of a model are trained.
//   probe | full | lora | top-<k> | lora-top-<k>
// top-<k> trains the top k blocks, the final norm and the head; lora-top-<k> puts adapters on the top k
// blocks alone. Both start from the hidden states below, which are computed once. k is a number of blocks, or
// "half" or "quarter" of the model's, rounded up.

#include <cstdint>
#include <string>

#include "catalog/model_config.h"

namespace qinglan {

struct Tune {
  std::string kind;        // probe | full | lora
  std::int64_t top = 0;    // blocks; 0: all, or a share
  std::int64_t share = 0;  // 2: half, 4: quarter

  bool upper_only() const { return top > 0 || share > 0; }
  // Blocks of this model that are trained; 0: all. Throws Error{usage} when none would be left below them.
  std::int64_t layers_of(const ModelConfig& config) const;
};

// Throws Error{usage} that lists the words.
Tune parse_tune(const std::string& text, const std::string& source);

}  // namespace qinglan
