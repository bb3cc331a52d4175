#include "audit/words.h"

#include <cstdarg>
#include <cstdio>

namespace qinglan {
namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  char text[160];
  std::va_list values;
  va_start(values, pattern);
  std::vsnprintf(text, sizeof text, pattern, values);
  va_end(values);
  return text;
}

bool in_percent(const std::string& metric) { return metric != "auroc"; }

std::string undefined(const Estimate& estimate) { return "undefined (" + estimate.undefined + ")"; }

}  // namespace

std::string percent(double share) { return format("%.1f%%", 100 * share); }

std::string grouped_number(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3 && digits[at - 4] != '-';) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(std::int64_t number, const std::string& noun) {
  return grouped_number(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string in_metric(const std::string& metric, double score) {
  return in_percent(metric) ? percent(score) : format("%.3f", score);
}

std::string difference_in_metric(const std::string& metric, double difference) {
  return in_percent(metric) ? format("%+.1f points", 100 * difference) : format("%+.3f", difference);
}

std::string in_metric(const std::string& metric, const Estimate& score) {
  if (!score.defined()) return undefined(score);
  const std::string interval = in_percent(metric) ? format(" [%.1f, %.1f]", 100 * score.low, 100 * score.high)
                                                  : format(" [%.3f, %.3f]", score.low, score.high);
  return in_metric(metric, score.value) + interval;
}

std::string difference_in_metric(const std::string& metric, const Estimate& difference) {
  if (!difference.defined()) return undefined(difference);
  const std::string interval = in_percent(metric)
                                   ? format(" [%+.1f, %+.1f]", 100 * difference.low, 100 * difference.high)
                                   : format(" [%+.3f, %+.3f]", difference.low, difference.high);
  return difference_in_metric(metric, difference.value) + interval;
}

std::string share_of_gap(const Estimate& pgr) {
  if (!pgr.defined()) return "the share of the gap is " + undefined(pgr);
  return format("%.0f%% of the gap recovered [%.0f, %.0f], at least %.0f%%", 100 * pgr.value, 100 * pgr.low,
                100 * pgr.high, 100 * pgr.low);
}

}  // namespace qinglan
