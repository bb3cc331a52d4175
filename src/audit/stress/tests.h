#pragma once
// The tests, one file each.

#include "audit/stress/stress.h"

namespace qinglan {

StressFinding judge_conflict(const StressEvidence& evidence, double bound);     // T34
StressFinding judge_blind_spots(const StressEvidence& evidence, double bound);  // T35
StressFinding judge_quirk(const StressEvidence& evidence, double bound);        // T36
StressFinding judge_trigger(const StressEvidence& evidence, double bound);      // T37
StressFinding judge_lock(const StressEvidence& evidence, double bound);         // T38
StressFinding judge_spurious(const StressEvidence& evidence, double bound);     // T40
StressFinding judge_imbalance(const StressEvidence& evidence, double bound);    // T41
StressFinding judge_noise(const StressEvidence& evidence, double bound);        // T42
StressFinding judge_elsewhere(const StressEvidence& evidence, double bound);    // T43

}  // namespace qinglan
