#include "catalog/model_config.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::int64_t kLargestWidth = std::int64_t{1} << 24;
constexpr double kLargestTheta = 1e15;

void check_range(std::int64_t value, const char* what, std::int64_t most, const std::string& source,
                 std::int64_t least = 1) {
  if (value >= least && value <= most) return;
  throw Error(ErrorKind::corrupt_data,
              std::string("the model's ") + what + (value == 0 ? " is missing" : " is out of range"))
      .in(source)
      .expected(std::to_string(least) + ".." + std::to_string(most))
      .found(std::to_string(value));
}

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

void check_rotary(const Rotary& rotary, const ModelConfig& c, const std::string& source) {
  if (rotary.theta == 0) return;
  if (!is_positive(rotary.theta) || rotary.theta > kLargestTheta || rotary.width < 2 ||
      rotary.width % 2 != 0 || rotary.width > c.head_dim)
    throw Error(ErrorKind::corrupt_data,
                "rotary embedding needs a positive base and an even width within the head")
        .in(source)
        .found(std::to_string(rotary.width) + " of " + std::to_string(c.head_dim));
  for (const auto* divisor : {&rotary.divisor, &rotary.long_divisor})
    if (!std::all_of(divisor->begin(), divisor->end(), is_positive) || !is_positive(rotary.magnitude))
      throw Error(ErrorKind::corrupt_data, "the rotary embedding's scaling gives no positive frequency")
          .in(source);
}

}  // namespace

void check_config(const ModelConfig& c, const std::string& source) {
  check_range(c.hidden, "hidden size", kLargestWidth, source);
  check_range(c.layers, "number of layers", 1024, source);
  check_range(c.heads, "number of heads", 4096, source);
  check_range(c.kv_heads, "number of key-value heads", c.heads, source);
  check_range(c.head_dim, "head size", 4096, source);
  check_range(c.intermediate, "feed-forward size", kLargestWidth, source);
  check_range(c.vocab, "vocabulary", kLargestWidth, source);
  check_range(c.max_positions, "number of positions", kLargestWidth, source);
  check_range(c.reach, "attention window", kEveryDistance, source, 0);
  check_range(c.type_vocab, "number of token types", kLargestWidth, source, 0);
  check_range(c.position_offset, "first position", kLargestWidth, source, 0);
  if (c.heads % c.kv_heads != 0)
    throw Error(ErrorKind::corrupt_data, "heads are not a multiple of key-value heads")
        .in(source)
        .found(std::to_string(c.heads) + " and " + std::to_string(c.kv_heads));
  check_rotary(c.rotary, c, source);
  check_rotary(c.local_rotary, c, source);
  if (!(c.norm_eps > 0 && c.norm_eps < 1))
    throw Error(ErrorKind::corrupt_data, "the norm's epsilon is out of range").in(source);
  for (const double value : {c.query_scale, c.attention_cap, c.logit_cap})
    if (value != 0 && !is_positive(value))
      throw Error(ErrorKind::corrupt_data, "a scale or cap of the model is negative or not finite")
          .in(source);
  if (!is_positive(c.embedding_scale))
    throw Error(ErrorKind::corrupt_data, "the scale of the model's embeddings is not positive").in(source);
}

}  // namespace qinglan
