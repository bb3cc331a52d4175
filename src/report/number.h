#pragma once
// Numbers as people read them, the same in every locale: shares and accuracies in percent with one decimal,
// AUROC from 0 to 1 with three, as the audit's sentences have them.

#include <cstdint>
#include <string>

#include "audit/words.h"
#include "metrics/estimate.h"

namespace qinglan {

std::string fixed(double value, int decimals);   // "0.50"; never "-0.0"
std::string points(double fraction);             // "+5.5": percentage points, signed
std::string p_text(double p);                    // "0.030", "< 0.001"
std::string flops_text(double flops);            // "3.42 PFLOP"
std::string seconds_text(double seconds);        // "6.4 s", "3 min 12 s", "2 h 05 min"
std::string bytes_text(std::int64_t bytes);      // "1.2 GiB"
std::string json_value_text(const Json& value);  // a scalar as is, else one line of JSON

enum class Unit { share, points, ratio, ratio_difference };  // "63.5%", "+5.5", "0.712", "+0.056"
Unit unit_of(const std::string& metric);
Unit difference_unit_of(const std::string& metric);

// A default-made estimate (no items) is nothing measured: it must not be shown as 0.
Estimate measured(const Estimate& estimate);
std::string value_text(const Estimate& estimate, Unit unit = Unit::share);  // or "undefined"
std::string interval_text(const Estimate& estimate,
                          Unit unit = Unit::share);  // "[61.2, 65.8]"; "" if undefined
// "63.5% [61.2, 65.8]" or "undefined: no ceiling".
std::string estimate_text(const Estimate& estimate, Unit unit = Unit::share);

}  // namespace qinglan
