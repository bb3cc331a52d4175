#pragma once
// What may be done to weak labels before a loss sees them, without torch: stages of a pipeline such as
// "filter:topo | logconf". supervise/ registers a function under each name that changes labels; a test checks
// that the two sets are equal.

#include <string>
#include <vector>

#include "catalog/method.h"

namespace qinglan {

// Whose answers to the rows a stage reads beside the labels.
enum class StageAnswers {
  none,
  first_student,  // of the cell's recipe, trained by the pipeline's loss on the labels that the stage is
                  // given
  zero_shot       // the untrained student's own, by its label words
};

struct StageInfo {
  MethodInfo about;
  // Whether it compares rows by hidden states of the student's untrained model; then it has a parameter
  // "depth", the share of the blocks that the states lie behind.
  bool reads_features = false;
  // Whether it gives the student true labels, by declaration. Such a stage stands next to the loss.
  bool spends_gold = false;
  StageAnswers answers = StageAnswers::none;
  // Whether it learns from a declared budget of true labels, parameter "rows", which labels to believe. The
  // student sees no true label of it. It may stand anywhere.
  bool judges_by_gold = false;
  // Whether it reads the rows' texts, as the student is given them.
  bool reads_texts = false;
  // Whether it draws at random, by the run seed.
  bool draws = false;
  // Whether it says what the student starts from: one that was taught to hide. Such a stage stands first.
  bool starts_locked = false;

  bool changes_labels() const { return !spends_gold && !starts_locked; }
};

const std::vector<StageInfo>& stages();
// nullptr when there is none of that name.
const StageInfo* find_stage(const std::string& name);

}  // namespace qinglan
