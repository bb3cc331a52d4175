#pragma once
// What may be done to weak labels before a loss sees them, without torch: stages of a pipeline such as
// "filter:topo | logconf". supervise/ registers a function under each name that spends no gold; a test checks
// that the two sets are equal.

#include <string>
#include <vector>

#include "catalog/method.h"

namespace qinglan {

struct StageInfo {
  MethodInfo about;
  // Whether it compares rows by hidden states of the student's untrained model; then it has a parameter
  // "depth", the share of the blocks that the states lie behind.
  bool reads_features = false;
  // Whether it gives the student true labels, by declaration. Such a stage stands next to the loss.
  bool spends_gold = false;
};

const std::vector<StageInfo>& stages();
// nullptr when there is none of that name.
const StageInfo* find_stage(const std::string& name);

}  // namespace qinglan
