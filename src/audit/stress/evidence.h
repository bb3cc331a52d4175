#pragma once
// The records of a stress suite, as the tests ask for them.

#include <memory>
#include <string>
#include <vector>

#include "audit/rates.h"
#include "audit/series_scores.h"
#include "audit/stress/stress.h"

namespace qinglan {

// A cell whose labels were spoilt by a stage, beside the one of the same record without it.
struct SpoiltCell {
  SeriesScores* scores;
  const Cell *clean, *spoilt;
  Json params;  // of the stage

  std::string metric() const { return scores->record().claim.metric; }
  // Score of the clean student less that of the spoilt one, paired by seed and item.
  Estimate lost(const std::string& metric) const;
  Estimate clean_score(const std::string& metric) const;
};

class StressEvidence {
 public:
  explicit StressEvidence(const std::vector<Record>& records);

  // In the order of the records and their cells.
  std::vector<SpoiltCell> spoilt_by(const std::string& stage) const;
  // The first record's first cell, unspoilt; empty `scores` where there is none.
  SpoiltCell unspoilt() const;
  // Cells of records whose test rows are another data set's.
  std::vector<SpoiltCell> elsewhere() const;
  // The cell of ground truth that is wrong by `corruptor`, with the student and method of `beside`; null:
  // none.
  const Cell* taught_truth(const SpoiltCell& beside, const std::string& corruptor) const;

 private:
  std::vector<std::unique_ptr<SeriesScores>> scores_;
};

// [S, n] by what the series of one role decided: right, or a class. Empty matrix where one is not done.
class Decisions {
 public:
  Decisions(const SeriesScores& scores, const std::vector<std::string>& series);
  bool known() const { return !by_.empty(); }
  bool right(std::size_t seed, std::size_t item) const { return at(seed, item) == truth_[item]; }
  std::int32_t at(std::size_t seed, std::size_t item) const { return by_[seed][item]; }
  std::size_t seeds() const { return by_.size(); }

 private:
  std::vector<std::vector<std::int32_t>> by_;
  const std::vector<std::int32_t>& truth_;
};

// [n] whether a test item's text has the word; empty where the record does not say.
std::vector<std::uint8_t> items_with_word(const Record& record, const std::string& word);

// The mean of `value` over the items of `weight`, whose number is its n: of values 0 .. 1, and of any.
Estimate share_over(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                    const std::string& never);
Estimate difference_over(const SeriesScores& scores, const SeedMatrix& value, const SeedMatrix& weight,
                         const std::string& never);

// The ratio of two such means with the set of all ratios that the data do not refuse (metrics/pgr.h).
Estimate ratio_over(const SeriesScores& scores, const SeedMatrix& part, const SeedMatrix& whole,
                    const SeedMatrix& weight, const std::string& never);

// The finding of numbers of which some decide: failed when one is surely above the bound, passed when all are
// surely at most it.
StressFinding finding_of(std::vector<StressNumber> numbers, double bound, const std::string& remark = "");
StressFinding not_tested(const std::string& why);

}  // namespace qinglan
