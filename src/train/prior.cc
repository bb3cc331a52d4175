#include "train/prior.h"

#include "base/error.h"

namespace qinglan {

std::vector<double> resolve_prior(const Json& value, std::span<const double> weak) {
  if (value == "weak") return {weak.begin(), weak.end()};
  if (value == "uniform") return std::vector<double>(weak.size(), 1.0 / static_cast<double>(weak.size()));
  if (!value.is_number())
    throw Error(ErrorKind::usage, "prior of a method")
        .expected("\"weak\", \"uniform\" or a number")
        .found(value.dump());
  if (weak.size() != 2)
    throw Error(ErrorKind::usage, "a number as the prior of a method needs two classes")
        .found(std::to_string(weak.size()) + " classes")
        .hint("use \"weak\" or \"uniform\"");
  const double one = value.get<double>();
  if (!(one >= 0 && one <= 1))
    throw Error(ErrorKind::usage, "prior of a method").expected("0 .. 1").found(value.dump());
  return {1 - one, one};
}

}  // namespace qinglan
