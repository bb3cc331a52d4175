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
  // Both sure above .95: P(student != weak, both sure | student sure).
  Estimate confident_disagreement;
  // Both sure above .55: P(student = weak, weak sure | student wrong and sure): high where bad labels were
  // learned, low where learning went wrong.
  Estimate confident_agreement_wrong;
};

// From the first evaluated checkpoint of the students to the last; intervals over seeds alone.
struct CurveAudit {
  Estimate agreement_change, accuracy_change;
  Estimate best_less_last;  // accuracy of the best checkpoint less that of the last: lost to training on
};

struct Certainty {  // how far a model's stated probabilities can be trusted, on test
  Estimate nll, brier, calibration_error, over_confidence;
};

struct CalibrationAudit {
  Certainty weak_floor, weak_to_strong, strong_ceiling;
  // The student after dividing its logits by a temperature fitted on the truth of the other half of the test
  // rows: what a gold set of that size would buy. No score and no verdict uses it.
  Estimate temperature;
  Certainty scaled;
};

// Letting the student answer where it is sure and a person where it is not.
struct SelectiveUse {
  Estimate aurc;                                // mean error over all coverages, surest first
  std::map<std::string, Estimate> accuracy_at;  // accuracy on the surest "50%", "80%", "90%" of test rows
  std::int64_t gold = 0;       // test rows that thresholds were chosen on, apart from the rest
  double risk = 0, doubt = 0;  // wrong answers allowed; chance that more are given
  // On the rest, above the thresholds: share of rows answered, share of those answered wrongly.
  Estimate answered, wrong;
};

struct Foretold {
  Estimate misfit;    // what misfit foretells of the gain
  Estimate gain;      // what came, in the same units
  Estimate surplus;   // gain - misfit
  bool held = false;  // the surplus is not below 0 with its whole interval
};

// Gain foretold without labels: E D(truth, weak) - E D(truth, student) >= E D(student, weak).
struct ForecastAudit {
  Foretold squared;  // Charikar et al. 2024 (arXiv 2405.15116): Brier score gained
  Foretold bregman;  // arXiv 2501.19105, D = KL: loss saved, nats
  // Decisions alike in two seeds; variance of probabilities between seeds, summed over classes.
  Estimate weak_seed_agreement, student_seed_agreement, weak_variance, student_variance;
  std::string unsealed;  // why the misfit does not count as foretold; empty: it was sealed before scoring
  std::vector<std::string> preconditions;  // of the theorems, and what they find here
};

struct SliceReading {  // some of the test rows
  std::string by, value;
  std::int64_t items = 0;
  Estimate gain, pgr;  // in accuracy, student against supervisor
  double p = 1, p_holm = 1,
         p_bh = 1;  // of no gain; adjusted for all slices of the cell (Holm; Benjamini-Hochberg)
  Estimate imitation, excess_imitation;  // as in ItemAudit, within the slice
};

struct SeedTest {  // McNemar's exact test of one seed
  std::uint64_t seed = 0;
  std::int64_t first = 0, second = 0;  // items where the one is ahead, where the other is
  double p = 1;
};

struct PairedTests {  // of one model against another, in right answers
  std::vector<SeedTest> mcnemar;
  double p_permutation = 1;  // of signs, by item or group
  // Anytime-valid interval (metrics/confidence_sequence.h): may be looked at after every test row. `items`
  // are items or groups; after `decided_at` of them 0 was outside (0: never).
  Estimate sequential;
  std::int64_t decided_at = 0;
  std::string undefined;  // why there are none; empty where there are
};

// A method's student against naive's.
struct Comparison {
  Estimate difference;      // on the declared metric, paired by seed and item
  double p = 1;             // of no difference, two-sided; of a defined difference
  double p_holm = 1;        // adjusted for all methods of the record that are compared (Holm 1979)
  std::int64_t family = 0;  // how many those are
  double p_bh = 1;          // adjusted by Benjamini and Hochberg (1995)
  bool primary = false;     // the one that the claim names: a family of its own
  PairedTests tests;
};

// One student of a chain.
struct ChainStep {
  std::string name, tune;
  std::map<std::string, Estimate> scores;  // by metric, as CellJudgement::fives
  Estimate over_teacher;                   // on the declared metric, paired by seed and item
};

// What stands beside the headline, which is the claim: for whoever has to decide on it, and whoever checks
// it.
struct VerdictCard {
  std::vector<std::string> sure;      // how sure it is, beside the reason of the verdict
  std::vector<std::string> overturn;  // what would overturn it, and how far the run is from that
  std::vector<std::string> untested;  // what this run says nothing of
};

struct CellJudgement {
  std::string id;
  std::string metric;                        // the declared one: "accuracy", "balanced_accuracy" or "auroc"
  std::map<std::string, Five> fives;         // "accuracy", "matched_accuracy", "balanced_accuracy", "auroc"
  Estimate gap;                              // strong ceiling - weak floor on the declared metric
  std::map<std::string, Estimate> controls;  // on the declared metric
  std::vector<ChainStep> chain;              // the cell's own student last; empty without a chain
  ItemAudit items;
  CurveAudit curve;
  CalibrationAudit calibration;
  SelectiveUse use;
  ForecastAudit forecast;
  std::vector<SliceReading> slices;
  std::string no_slices;  // why there are none; empty where there are some
  // Standard deviation of the student's declared score over seeds; the gain that this many seeds and items
  // find in 4 of 5 cases.
  Estimate seed_noise, detectable_gain;
  PairedTests gain_tests;  // student against supervisor
  Comparison against_naive;
  Estimate supervisor_shift;  // acc(weak, transfer) - acc(weak, test) (T47)
  bool supervisor_shifted = false;
  Verdict verdict = Verdict::failed;
  std::string reason;              // why this verdict, with its numbers
  std::string headline;            // one sentence for people
  VerdictCard card;                // empty of a failed cell
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

enum class Depth {
  verdict,  // scores, controls and the verdict alone
  whole     // every audit
};

// Throws Error{corrupt_data} where the record contradicts itself (a series that is missing or of a wrong
// length, a truth outside the classes, an unknown metric).
Judgement judge(const Record& record, Depth depth = Depth::whole);

// The document of `qinglan run --json`: cells with estimates and verdicts, ledger unless left out.
Json run_document(const Record& record, const Judgement& judgement, bool with_ledger);

}  // namespace qinglan
