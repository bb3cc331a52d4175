#pragma once
// Controls: what a model scores that learnt nothing from the weak labels' meaning, and how
// far the student is above it.

#include "audit/series_scores.h"

namespace qinglan {

inline constexpr const char* kMajorityControl = "majority class";
inline constexpr const char* kVoteControl = "majority vote";  // of the annotators whose answers are combined
inline constexpr const char* kSingleControl = "single supervisor";  // one member in place of the ensemble
inline constexpr const char* kNoChainControl = "without the chain";
inline constexpr const char* kShuffledControl = "shuffled";
inline constexpr const char* kTunedCeilingControl = "tuned ceiling";

struct ControlReading {
  Scored scores;
  Estimate score;         // on the metric asked for
  Estimate student_over;  // weak-to-strong student - control, paired by seed and item
  bool teaches = false;
};

// Every control of the cell, and "majority class" (the training majority answered always), made here.
// A series shared by the seeds stands for each of them.
std::map<std::string, ControlReading> read_controls(SeriesScores& scores, const Cell& cell,
                                                    const std::string& metric, const Scored& student);

// The no-teaching control with the highest score, or null: zero-shot, constant, length-only, n-gram student
// and their like; the shuffled student has a rule of its own.
const std::pair<const std::string, ControlReading>* best_no_teaching(
    const std::map<std::string, ControlReading>& controls);

}  // namespace qinglan
