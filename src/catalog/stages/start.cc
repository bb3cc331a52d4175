#include "catalog/stages/all.h"
#include "record/locked.h"

namespace qinglan {

StageInfo start_locked_stage() {
  StageInfo info{
      {kLockedStage,
       "the student is first trained, by its own recipe but for epochs, on rows of the supervisor's half: "
       "each with the "
       "word "
       "before its text and its true label, and again as it is with the answer of a supervisor that did not "
       "learn from it (the next seed's); from those weights it then learns the weak labels",
       "password-locked models (Greenblatt et al. 2024, arXiv 2405.19550)",
       "a stress test: whether weak supervision brings out what a student hides; with data.trigger, which "
       "puts the word into copies of the test rows",
       {word_parameter(),
        {"epochs", 10, "over those rows, whatever the student's own: a lock must take", 1, 1000}}}};
  info.starts_locked = true;
  return info;
}

}  // namespace qinglan
