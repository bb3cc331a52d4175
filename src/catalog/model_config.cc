#include "catalog/model_config.h"

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::int64_t kLargestWidth = std::int64_t{1} << 24;

void check_range(std::int64_t value, const char* what, std::int64_t most, const std::string& source) {
  if (value >= 1 && value <= most) return;
  throw Error(ErrorKind::corrupt_data,
              std::string("the model's ") + what + (value == 0 ? " is missing" : " is out of range"))
      .in(source)
      .expected("1.." + std::to_string(most))
      .found(std::to_string(value));
}

void check_rotary(const Rotary& rotary, const ModelConfig& c, const std::string& source) {
  if (rotary.theta == 0) return;
  if (!(rotary.theta > 0) || rotary.width < 2 || rotary.width % 2 != 0 || rotary.width > c.head_dim)
    throw Error(ErrorKind::corrupt_data,
                "rotary embedding needs a positive base and an even width within the head")
        .in(source)
        .found(std::to_string(rotary.width) + " of " + std::to_string(c.head_dim));
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
  check_range(c.reach + 1, "attention window", kEveryDistance + 1, source);
  check_range(c.type_vocab + 1, "number of token types", kLargestWidth, source);
  check_range(c.position_offset + 1, "first position", kLargestWidth, source);
  if (c.heads % c.kv_heads != 0)
    throw Error(ErrorKind::corrupt_data, "heads are not a multiple of key-value heads")
        .in(source)
        .found(std::to_string(c.heads) + " and " + std::to_string(c.kv_heads));
  check_rotary(c.rotary, c, source);
  check_rotary(c.local_rotary, c, source);
  if (!(c.norm_eps > 0 && c.norm_eps < 1))
    throw Error(ErrorKind::corrupt_data, "the norm's epsilon is out of range").in(source);
  if (c.query_scale < 0 || c.attention_cap < 0 || c.logit_cap < 0 || !(c.embedding_scale > 0))
    throw Error(ErrorKind::corrupt_data, "a scale or cap of the model is negative").in(source);
}

}  // namespace qinglan
