#pragma once
// Stress tests (METHODS section 5E, T34-T43): what a student makes of labels and texts that were spoilt in a
// stated way, judged from records alone. A spoilt cell is one whose method begins with a stage "corrupt:...";
// it is held against the cell of the same record that lacks the stage. What a test demands is stated in one
// table, before anything is trained.

#include <map>
#include <string>
#include <vector>

#include "metrics/estimate.h"
#include "record/record.h"

namespace qinglan {

enum class StressResult { passed, failed, undefined, not_tested };
const char* name_of(StressResult result);  // "passed", ..., "not tested"

struct StressNumber {
  std::string what;
  Estimate estimate;
  std::string unit = "points";  // share | points: a difference of shares | ratio
  bool decides = false;         // the bound is held against it
};

struct StressFinding {
  StressResult result = StressResult::undefined;
  std::string why;  // of what is neither passed nor failed; else what is worth saying
  std::vector<StressNumber> numbers;
};

class StressEvidence;

struct StressTest {
  const char* id;    // "T42"
  const char* name;  // "noise sweep"
  const char* asks;  // the question
  const char* harm;  // what is measured, as a sentence without its subject
  double bound;      // passed: surely at most this; failed: surely more
  const char* why;   // why that much
  const char* source;
  StressFinding (*judge)(const StressEvidence& evidence,
                         double bound);  // null: not built; `why` says why not
};

// In the order of their ids.
const std::vector<StressTest>& stress_tests();

struct StressOutcome {
  const StressTest* test;
  StressFinding finding;
};

// Every test, whether or not the records hold what it needs. `left_out`: test -> why they do not. Throws
// Error{corrupt_data} for a record that contradicts itself.
std::vector<StressOutcome> judge_stress(const std::vector<Record>& records,
                                        const std::map<std::string, std::string>& left_out);

// Whether every test that was run passed.
bool all_passed(const std::vector<StressOutcome>& outcomes);

// {"schema","name","tests":[{"id","name","asks","rule","bound","why_bound","source","outcome","why"?,
// "numbers":[{"what","unit","decides","estimate":E}]}],"passed","failed","undefined","not_tested",
// "runs":[{"name","run"}]}.
Json stress_document(const std::string& name, const std::vector<Record>& records,
                     const std::vector<StressOutcome>& outcomes);

// "passed when surely at most 5.0 points, failed when surely more"
std::string rule_of(const StressTest& test);

}  // namespace qinglan
