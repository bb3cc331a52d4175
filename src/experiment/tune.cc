#include "experiment/tune.h"

#include <charconv>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr const char* kWords = "probe, full, lora, top-<k> or lora-top-<k>";

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

Tune parse_tune(const std::string& text, const std::string& source) {
  for (const char* kind : {"probe", "full", "lora"})
    if (text == kind) return {kind};
  std::string_view rest = text;
  Tune tune{take_prefix(rest, "lora-") ? "lora" : "full"};
  const bool upper = take_prefix(rest, "top-");
  if (upper && rest == "half") return {tune.kind, 0, 2};
  if (upper && rest == "quarter") return {tune.kind, 0, 4};
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), tune.top);
  if (upper && code == std::errc() && end == rest.data() + rest.size() && tune.top > 0 && rest[0] != '0')
    return tune;
  throw Error(ErrorKind::usage, "unknown tune")
      .in(source)
      .expected(kWords)
      .found("\"" + text + "\"")
      .hint("k is a number of blocks, half or quarter, as in \"top-4\" and \"lora-top-quarter\"");
}

std::int64_t Tune::layers_of(const ModelConfig& config) const {
  if (!upper_only()) return 0;
  const std::int64_t layers = share > 0 ? (config.layers + share - 1) / share : top;
  if (layers < config.layers) return layers;
  throw Error(ErrorKind::usage, "tune names more blocks than may be trained with others below them")
      .expected("at most " + std::to_string(config.layers - 1) + " blocks of this model")
      .found(std::to_string(layers))
      .hint(std::string("use tune = \"") + kind + "\" to train all of them");
}

}  // namespace qinglan
