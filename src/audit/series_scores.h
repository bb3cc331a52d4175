#pragma once
// A record's series as rows of scores: what every estimate of the audit is made of.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/correctness.h"
#include "metrics/estimate.h"
#include "metrics/item_groups.h"
#include "metrics/seed_matrix.h"
#include "record/record.h"

namespace qinglan {

inline constexpr const char* kMetrics[] = {"accuracy", "matched_accuracy", "balanced_accuracy", "auroc"};

struct Scored {  // S x n scores, or why there are none
  SeedMatrix matrix;
  std::string undefined;

  bool defined() const { return undefined.empty(); }
};

// a - b, or the first reason why not.
Scored difference(const Scored& a, const Scored& b);

class SeriesScores {
 public:
  // Checks that truth, groups and series fit each other; throws Error{corrupt_data} naming what does not.
  explicit SeriesScores(const Record& record);

  const Record& record() const { return record_; }
  const ItemGroups& groups() const { return groups_; }
  // Throws Error{corrupt_data} where the record has no such series.
  const Series& series(const std::string& name) const;
  Answers answers(const Series& series) const;

  // One row a name; undefined where a name is empty (`missing` says why), a series is not done, or the metric
  // cannot be had from it.
  Scored matrix(const std::vector<std::string>& names, const std::string& metric, const std::string& missing);
  // The crossed interval with the number of test items, not of groups, as its `items`.
  Estimate interval(const Scored& scored) const;
  // The same of scores that lie in 0 .. 1 (accuracy, AUROC, rates): no end of it lies outside.
  Estimate share_interval(const Scored& scored) const;
  Estimate with_items(Estimate estimate) const;
  // The score of knowing nothing: majority rate, 1/K or .5.
  double chance(const std::string& metric) const;
  // The class that test rows show most often, and its share of them.
  std::size_t majority() const { return majority_; }
  double majority_share() const { return majority_share_; }
  // One row of the metric, or of one of kCertainties (metrics/certainty.h), from a model's answers, by
  // column.
  ScoreRow score(const Answers& answers, std::span<const float> bias, const std::string& metric) const;

 private:
  std::shared_ptr<const ScoreRow> row(const std::string& name, const std::string& metric);

  const Record& record_;
  ItemGroups groups_;
  std::size_t majority_ = 0;
  double majority_share_ = 0;
  std::map<std::string, int> uses_;  // rows of series that several cells name are kept
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const ScoreRow>> kept_;
};

}  // namespace qinglan
