#include "report/number.h"

#include <charconv>
#include <cmath>

namespace qinglan {
namespace {

std::string with_sign(const std::string& digits) {
  return digits[0] == '-' || digits.find_first_of("123456789") == std::string::npos ? digits : "+" + digits;
}

}  // namespace

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "not finite";
  char buffer[400];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals).ptr;
  std::string digits(buffer, end);
  if (digits[0] == '-' && digits.find_first_of("123456789") == std::string::npos) digits.erase(0, 1);
  return digits;
}

std::string points(double fraction) { return with_sign(fixed(100 * fraction, 1)); }

std::string p_text(double p) { return p < 0.001 ? "< 0.001" : fixed(p, 3); }

std::string flops_text(double flops) {
  const char* const units[] = {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP"};
  std::size_t unit = 0;
  while (flops >= 1000 && unit + 1 < std::size(units)) flops /= 1000, ++unit;
  return fixed(flops, unit == 0 ? 0 : flops < 10 ? 2 : 1) + " " + units[unit];
}

std::string seconds_text(double seconds) {
  if (!(seconds >= 0)) return "not measured";
  if (seconds < 59.95) return fixed(seconds, seconds < 0.995 ? 2 : 1) + " s";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  if (whole < 3600) return std::to_string(whole / 60) + " min " + two(whole % 60) + " s";
  return grouped_number(whole / 3600) + " h " + two(whole % 3600 / 60) + " min";
}

std::string bytes_text(std::int64_t bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(units)) amount /= 1024, ++unit;
  return fixed(amount, unit == 0 || amount >= 100 ? 0 : 1) + " " + units[unit];
}

std::string json_value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Estimate measured(const Estimate& estimate) {
  return estimate.defined() && estimate.items <= 0 ? Estimate::no("not measured") : estimate;
}

Unit unit_of(const std::string& metric) { return metric == "auroc" ? Unit::ratio : Unit::share; }
Unit difference_unit_of(const std::string& metric) {
  return metric == "auroc" ? Unit::ratio_difference : Unit::points;
}

std::string value_text(const Estimate& estimate, Unit unit) {
  if (!estimate.defined()) return "undefined";
  switch (unit) {
    case Unit::points:
      return points(estimate.value);
    case Unit::ratio:
      return fixed(estimate.value, 3);
    case Unit::ratio_difference:
      return with_sign(fixed(estimate.value, 3));
    case Unit::share:
      break;
  }
  return percent(estimate.value);
}

std::string interval_text(const Estimate& estimate, Unit unit) {
  if (!estimate.defined()) return "";
  const auto bound = [&](double v) {
    switch (unit) {
      case Unit::points:
        return points(v);
      case Unit::ratio:
        return fixed(v, 3);
      case Unit::ratio_difference:
        return with_sign(fixed(v, 3));
      case Unit::share:
        break;
    }
    return fixed(100 * v, 1);
  };
  return "[" + bound(estimate.low) + ", " + bound(estimate.high) + "]";
}

std::string estimate_text(const Estimate& estimate, Unit unit) {
  if (!estimate.defined()) return "undefined: " + estimate.undefined;
  return value_text(estimate, unit) + " " + interval_text(estimate, unit);
}

}  // namespace qinglan
