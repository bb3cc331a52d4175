#pragma once
// Labels to train on. Ground truth and weak labels are different types; a trainer takes TrainingLabels, which
// are made from weak labels, or from ground truth only together with a GoldBudget that enters the
// certificate.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/dataset.h"
#include "io/file_system.h"

namespace qinglan {

// What a supervisor says of rows, by id. File: labels.safetensors with "ids" U8, "p" F32 [n, K], "abstain" U8
// [n], provenance in the metadata.
struct WeakLabels {
  std::vector<std::string> ids;
  std::size_t classes = 0;
  std::vector<float> p;               // [n, K], rows sum to 1; an abstention is uniform
  std::vector<std::uint8_t> abstain;  // [n]
  Json provenance = Json::object();

  std::size_t size() const { return ids.size(); }
  std::int32_t hard(std::size_t row) const;  // argmax, ties by lowest class
  float confidence(std::size_t row) const;   // the largest probability
  std::vector<double> mean() const;          // [K] over all rows, abstentions too: the prior "weak"
};

// True labels by which stages judged these labels, or others that these were made of:
// [{"rows","purpose"}...], from the "ground_truth" of each provenance on the way back through "of".
Json ground_truth_behind(const Json& provenance);

void write_weak_labels(FileSystem& fs, const std::string& path, const WeakLabels& labels);
// Throws Error{corrupt_data}: rows that do not sum to 1, non-finite or negative p, duplicate ids.
WeakLabels read_weak_labels(const std::string& path);

inline constexpr char kGoldPurpose[] = "gold budget";  // of true labels that a method is given

// A declared use of ground truth: how many rows, for what ("supervision", "ceiling", ...).
struct GoldBudget {
  std::string purpose;
  std::size_t rows = 0;  // at most this many may be labelled
};

// Rows with their true labels, drawn within a declared budget (gold_rows.h).
struct GoldRows {
  std::vector<std::string> ids;
  std::size_t classes = 0;
  std::vector<std::int32_t> labels;  // [ids]
  std::size_t consulted = 0;         // true labels that were read to choose these rows

  std::size_t size() const { return ids.size(); }
};

// How true labels stand among weak ones.
struct GoldUse {
  double smoothing = 0;             // e: a true label is (1 - e) one-hot + e / K
  double weight = 1;                // of a true label's row in the loss
  std::vector<float> weak_weights;  // of the weak labels' rows, [WeakLabels::size()]; empty: 1 each
  bool anchored = false;  // the method trains these rows on their labels, whatever it makes of others
  bool alone = false;     // without the weak labels
  std::string purpose = kGoldPurpose;
};

class TrainingLabels {
 public:
  // `hard` takes the argmax as a one-hot row and skips abstentions (counted).
  static TrainingLabels from(const WeakLabels& labels, bool hard = false);
  // Throws Error{internal} when `ids` exceed the budget.
  static TrainingLabels from(const GroundTruth& truth, const std::vector<std::string>& ids,
                             const GoldBudget& budget);
  // Weak labels with the true ones in place of theirs; true ones of rows that the weak labels lack follow.
  static TrainingLabels with_gold(const WeakLabels& labels, const GoldRows& gold, const GoldUse& use,
                                  bool hard = false);

  const std::vector<std::string>& ids() const { return ids_; }
  std::size_t size() const { return ids_.size(); }
  std::size_t classes() const { return classes_; }
  const std::vector<float>& p() const { return p_; }  // [n, K]
  // [n] shares of the rows in the loss, up to a factor; empty: all the same.
  const std::vector<float>& weights() const { return weights_; }
  const std::vector<std::uint8_t>& anchored() const { return anchored_; }  // [n], see GoldUse; empty: none
  // [K] mean label over the whole set it was made from: the weak labels' where there are any.
  const std::vector<double>& prior() const { return prior_; }
  std::size_t skipped() const { return skipped_; }
  double prior_entropy() const;  // nats
  double median_margin() const;  // of max_c p_c - 1/K over rows; the mean of the middle two
  // [{"rows","purpose"}]: true labels among these, and those by which stages judged weak ones.
  Json certificate() const { return certificate_; }

 private:
  TrainingLabels() = default;
  std::vector<std::string> ids_;
  std::size_t classes_ = 0;
  std::vector<float> p_, weights_;
  std::vector<std::uint8_t> anchored_;
  std::vector<double> prior_;
  std::size_t skipped_ = 0;
  Json certificate_ = Json::array();
};

}  // namespace qinglan
