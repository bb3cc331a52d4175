#include "catalog/rotary.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::int64_t kMostPairs = 1 << 12;

// The typed fields of one `rope_parameters` object.
class Parameters {
 public:
  Parameters(const Json& json, const std::string& source) : json_(json), source_(source) {}

  bool has(const char* key) const {
    const auto entry = json_.find(key);
    return entry != json_.end() && !entry->is_null();
  }
  double positive(const char* key) const {
    const double value = get_field<double>(json_, key, source_);
    if (!(value > 0)) refuse(key);
    return value;
  }
  double positive_or(const char* key, double fallback) const { return has(key) ? positive(key) : fallback; }
  std::string text_or(const char* key, const std::string& fallback) const {
    return has(key) ? get_field<std::string>(json_, key, source_) : fallback;
  }
  std::vector<double> divisors(const char* key, std::size_t pairs) const {
    const auto values = get_field<std::vector<double>>(json_, key, source_);
    if (values.size() != pairs || !std::all_of(values.begin(), values.end(), [](double v) { return v > 0; }))
      throw Error(ErrorKind::corrupt_data, "the rotary embedding's " + std::string(key) + " cannot be")
          .in(source_)
          .expected(std::to_string(pairs) + " positive numbers")
          .found(std::to_string(values.size()) + " numbers");
    return values;
  }
  [[noreturn]] void refuse(const char* key) const {
    throw Error(ErrorKind::corrupt_data, "the rotary embedding's " + std::string(key) + " is out of range")
        .in(source_);
  }

 private:
  const Json& json_;
  const std::string& source_;
};

// Slow pairs are stretched by `factor`, fast ones are not, those between by a blend (Llama 3.1).
void scale_llama3(Rotary& rotary, const Parameters& p) {
  const double factor = p.positive("factor"), low = p.positive("low_freq_factor"),
               high = p.positive("high_freq_factor"),
               trained = p.positive("original_max_position_embeddings");
  if (!(high > low)) p.refuse("high_freq_factor");
  for (const double frequency : rotary.frequencies(false)) {
    const double turns = trained * frequency / (2 * std::numbers::pi);
    const double share = std::clamp((turns - low) / (high - low), 0.0, 1.0);  // of the unstretched frequency
    rotary.divisor.push_back(1 / ((1 - share) / factor + share));
  }
}

double yarn_magnitude(double factor, double weight) {
  return factor <= 1 ? 1 : 0.1 * weight * std::log(factor) + 1;
}

void scale_yarn(Rotary& rotary, const Parameters& p, std::int64_t max_positions, bool truncate) {
  const double trained = p.positive("original_max_position_embeddings");
  const double factor = p.positive_or("factor", static_cast<double>(max_positions) / trained);
  const double width = static_cast<double>(rotary.width);
  const auto pair_of = [&](double turns) {
    return width * std::log(trained / (turns * 2 * std::numbers::pi)) / (2 * std::log(rotary.theta));
  };
  double first = pair_of(p.positive_or("beta_fast", 32)), last = pair_of(p.positive_or("beta_slow", 1));
  if (truncate) {
    first = std::floor(first);
    last = std::ceil(last);
  }
  first = std::max(first, 0.0);
  last = std::min(last, width - 1);
  if (first == last) last += 0.001;
  for (std::int64_t pair = 0; pair < rotary.width / 2; ++pair) {
    const double stretched = std::clamp((static_cast<double>(pair) - first) / (last - first), 0.0, 1.0);
    rotary.divisor.push_back(1 / (stretched / factor + (1 - stretched)));
  }
  if (p.has("attention_factor"))
    rotary.magnitude = p.positive("attention_factor");
  else if (p.has("mscale") && p.has("mscale_all_dim"))
    rotary.magnitude =
        yarn_magnitude(factor, p.positive("mscale")) / yarn_magnitude(factor, p.positive("mscale_all_dim"));
  else
    rotary.magnitude = yarn_magnitude(factor, 1);
}

void scale_longrope(Rotary& rotary, const Parameters& p, std::int64_t max_positions) {
  const auto pairs = static_cast<std::size_t>(rotary.width / 2);
  const double trained = p.positive("original_max_position_embeddings");
  const double factor = p.positive_or("factor", static_cast<double>(max_positions) / trained);
  rotary.divisor = p.divisors("short_factor", pairs);
  rotary.long_divisor = p.divisors("long_factor", pairs);
  rotary.long_from = static_cast<std::int64_t>(trained);
  const double inferred = factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(trained));
  rotary.magnitude = p.positive_or("attention_factor", inferred);
}

}  // namespace

std::vector<double> Rotary::frequencies(bool long_text) const {
  const auto& divisors = long_text && !long_divisor.empty() ? long_divisor : divisor;
  std::vector<double> result(static_cast<std::size_t>(width / 2));
  for (std::size_t j = 0; j < result.size(); ++j) {
    result[j] = std::pow(theta, -2.0 * static_cast<double>(j) / static_cast<double>(width));
    if (!divisors.empty()) result[j] /= divisors[j];
  }
  return result;
}

void scale_rotary(Rotary& rotary, const Json& parameters, std::int64_t max_positions,
                  const std::string& source) {
  const Parameters p(parameters, source);
  rotary.theta = p.positive_or("rope_theta", rotary.theta);
  if (rotary.width < 2 || rotary.width % 2 != 0 || rotary.width / 2 > kMostPairs || !(rotary.theta > 0))
    throw Error(ErrorKind::corrupt_data, "rotary embedding needs an even width and a positive base")
        .in(source);
  const std::string type = p.text_or("rope_type", p.text_or("type", "default"));
  if (type == "default" || type == "dynamic") return;
  if (type == "linear") {
    rotary.divisor.assign(static_cast<std::size_t>(rotary.width / 2), p.positive("factor"));
  } else if (type == "llama3") {
    scale_llama3(rotary, p);
  } else if (type == "yarn") {
    const auto truncate = parameters.find("truncate");
    scale_yarn(rotary, p, max_positions, truncate == parameters.end() || *truncate != false);
  } else if (type == "longrope" || type == "su") {
    scale_longrope(rotary, p, max_positions);
  } else {
    throw Error(ErrorKind::unsupported, "this kind of scaled rotary embedding is not known")
        .in(source)
        .expected("default, linear, dynamic, llama3, yarn or longrope")
        .found(type);
  }
}

}  // namespace qinglan
