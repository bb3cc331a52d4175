#pragma once
// Rotary position embedding (Su et al. 2021, arXiv:2104.09864) and the ways in which models stretch it to
// longer texts. All of them come down to a divisor of each pair's frequency and one factor on cosine and
// sine.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

struct Rotary {
  std::string type = "default";  // as scale_rotary was told, for people; what is computed stands below
  double theta = 0;              // base of the frequencies; 0 = the model has no rotary embedding
  std::int64_t width = 0;        // how many elements of each head turn, the first ones; even
  std::vector<double> divisor;   // of each pair's frequency [width / 2]; empty = 1
  std::vector<double>
      long_divisor;  // the same for texts of more than `long_from` tokens (LongRoPE); else empty
  std::int64_t long_from = 0;
  double magnitude = 1;  // cosines and sines are multiplied by it (YaRN, LongRoPE)

  // theta^(-2 j / width) / divisor_j for j < width / 2, in radians a position.
  std::vector<double> frequencies(bool long_text) const;
};

// `rope_parameters` (transformers 5) or `rope_scaling` (4) of a config.json put into a Rotary whose theta and
// width are set; a theta in the object wins. Types: default, linear, dynamic (no change up to the trained
// length, and longer texts are refused), llama3, yarn (Peng et al. 2023, arXiv:2309.00071), longrope (Ding et
// al. 2024, arXiv:2402.13753; also "su"). `max_positions` is the config's. Throws Error{unsupported} for
// another type and Error{corrupt_data} for parameters that are missing or out of range.
void scale_rotary(Rotary& rotary, const Json& parameters, std::int64_t max_positions,
                  const std::string& source);

}  // namespace qinglan
