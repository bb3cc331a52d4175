#pragma once
// Weak labels made of ground truth by putting errors in on purpose: what a student makes of errors depends on
// which they are, not on how many (Burns et al. 2023, arXiv 2312.09390, App. E.1; METHODS T18, T42). The only
// weak labels that see ground truth; they take a GoldBudget, which enters the certificate.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "data/labels.h"
#include "supervise/feature_rows.h"

namespace qinglan {

inline constexpr char kCorruptPurpose[] = "labels to corrupt";

// What a corruptor sees: rows in the order of the hashes of their ids.
struct CorruptorInput {
  const std::vector<std::int32_t>& truth;  // [n]
  std::size_t classes;
  const std::vector<std::string>& texts;  // [n]; empty ones where it reads none
  FeatureRows features;                   // [n, width]; empty where it reads none
  const Json& params;
  std::vector<std::vector<std::size_t>> parts;  // rows of transfer, of test: each has its share of errors
  Random& random;
};

struct Corruptor {
  std::string name, formula, source, when;
  std::vector<std::string> keys;  // of [supervisor] that it reads, all of them needed
  std::vector<std::int32_t> (*labels)(const CorruptorInput& input);  // [n], wrong ones among them
  bool reads_texts = false;
  bool reads_features = false;  // hidden states of the supervisor's model
};

const std::vector<Corruptor>& corruptors();
std::vector<std::string> corruptor_names();
// Throws Error{usage} that lists what there is.
const Corruptor& find_corruptor(const std::string& name);

// Rows whose share of errors is made by itself.
struct CorruptPart {
  std::vector<std::string> ids, texts;
};

// Hard labels of every part, one-hot. `features` are those of all parts' rows one after another. Drawn by the
// stream "corrupt" of the run seed; permuting rows within a part permutes the result. Provenance: {"kind":
// "corrupted", "corrupt": name, "wrong": rows, "ground_truth": [{"rows", "purpose"}]}. Throws
// Error{invalid_input} where the asked errors cannot be made, Error{internal} for more rows than the budget.
std::vector<WeakLabels> corrupt(const Corruptor& corruptor, const Json& params, const GroundTruth& truth,
                                const GoldBudget& budget, const std::vector<CorruptPart>& parts,
                                const FeatureRows& features, std::uint64_t run_seed);

}  // namespace qinglan
