#pragma once
// Numbers as the audit's sentences print them: accuracies in percent and points, AUROC as a fraction of 1.

#include <cstdint>
#include <string>

#include "metrics/estimate.h"

namespace qinglan {

std::string percent(double share);                                               // "69.1%"
std::string grouped_number(std::int64_t number);                                 // "12,000"
std::string counted(std::int64_t number, const std::string& noun);               // "1 seed", "3 seeds"
std::string in_metric(const std::string& metric, double score);                  // "69.1%" or "0.712"
std::string difference_in_metric(const std::string& metric, double difference);  // "+5.6 points" or "+0.056"
// With the interval: "69.1% [66.0, 72.2]"; of an undefined estimate "undefined (why)".
std::string in_metric(const std::string& metric, const Estimate& score);
std::string difference_in_metric(const std::string& metric, const Estimate& difference);
std::string share_of_gap(const Estimate& pgr);  // "26% of the gap recovered [20, 32], at least 20%"

}  // namespace qinglan
