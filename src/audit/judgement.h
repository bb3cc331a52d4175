#pragma once
// What a record shows, judged: estimates with intervals, item-level audits, controls and the verdict.
// Reads only record/, so that an old record can be judged again without training code.

#include <map>
#include <string>
#include <vector>

#include "metrics/estimate.h"
#include "record/record.h"

namespace qinglan {

enum class Verdict {
  control_failed,
  underpowered,
  harmful,
  gain,
  no_gain,
  ceiling_invalid,
  recovered,
  partial,
  failed
};
const char* name_of(Verdict verdict);  // "control-failed", ...
// Exit code 3 is owed: rules 1, 2, 5, 6, 10.
bool refuses(Verdict verdict);

struct Five {  // one metric's five estimates
  Estimate weak_floor, weak_to_strong, strong_ceiling, gain, pgr;
};

struct ItemAudit {                           // over test items and seeds
  Estimate agreement;                        // P(student = weak)
  Estimate agreement_weak_right, imitation;  // given weak right; given weak wrong
  Estimate recovery, damage;  // P(student = truth | weak wrong), P(student != truth | weak right)
  Estimate excess_imitation;  // imitation - P(a different ceiling seed = weak | weak wrong)
};

// A method's student against naive's.
struct Comparison {
  Estimate difference;      // on the declared metric, paired by seed and item
  double p = 1;             // of no difference, two-sided; of a defined difference
  double p_holm = 1;        // adjusted for all methods of the record that are compared (Holm 1979)
  std::int64_t family = 0;  // how many those are
};

struct CellJudgement {
  std::string id;
  std::string metric;                        // the declared one: "accuracy", "balanced_accuracy" or "auroc"
  std::map<std::string, Five> fives;         // "accuracy", "matched_accuracy", "balanced_accuracy", "auroc"
  Estimate gap;                              // strong ceiling - weak floor on the declared metric
  std::map<std::string, Estimate> controls;  // on the declared metric
  ItemAudit items;
  Comparison against_naive;
  Estimate supervisor_shift;  // acc(weak, transfer) - acc(weak, test) (T47)
  bool supervisor_shifted = false;
  Verdict verdict = Verdict::failed;
  std::string reason;              // why this verdict, with its numbers
  std::string headline;            // one sentence for people
  std::vector<std::string> notes;  // "explained by threshold", "accuracy misleads here", ...
  // of `underpowered`: about how many seeds, test items would decide; 0: not a matter of n
  std::int64_t seeds_needed = 0, items_needed = 0;
};

struct Judgement {
  std::vector<CellJudgement> cells;  // in the record's order
  std::vector<std::string>
      notes;  // about the run: unbalanced data, truncation, one corpus, probe against fine-tuned
  bool refuses() const;
};

// Throws Error{corrupt_data} where the record contradicts itself (a series that is missing or of a wrong
// length, a truth outside the classes, an unknown metric).
Judgement judge(const Record& record);

// The document of `qinglan run --json`: cells with estimates and verdicts, ledger unless left out.
Json run_document(const Record& record, const Judgement& judgement, bool with_ledger);

}  // namespace qinglan
