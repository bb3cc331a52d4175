#pragma once
// Contrast-consistent search (Burns et al. 2022, arXiv 2212.03827, section 2.2): a direction along which a
// statement and its opposite have probabilities that add up to 1 and are not both one half. No label enters.
//   p = sigmoid(w x + b) of each side;  L = mean (p1 + p2 - 1)^2 + mean min(p1, p2)^2
//   answer: P(second class) = (p2 + 1 - p1) / 2
// What it finds it finds up to the sign: the opposite answers have the same loss.

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "train/contrast_pairs.h"
#include "train/hooks.h"

namespace qinglan {

struct CcsOptions {
  double lr = 0.01, weight_decay = 0.01;  // AdamW, on bias and weight alike
  double clip = 1;                        // norm of one start's gradient; 0: none
  std::int64_t epochs = 1000;             // of all rows at once
  std::int64_t restarts = 10;
};

// R directions beside each other: nothing that happens to one of them is seen by another.
struct CcsDirections {
  torch::Tensor weight;  // [R, D]
  torch::Tensor bias;    // [R]
};

struct CcsValue {
  torch::Tensor loss;      // [R]
  CcsDirections gradient;  // where p1 = p2 the slope of the minimum is shared by both
};

// In the type of the pairs.
CcsValue ccs_value(const ContrastPairs& pairs, const CcsDirections& at);

// What is minimized: ccs_value of some pairs, or more than it (train/ueeh.h).
using CcsLoss = std::function<CcsValue(const CcsDirections&)>;

// `options.epochs` steps from `start` (restarts are its rows). Throws Error{interrupted} when stopped;
// progress counts epochs. start: fp32.
CcsDirections minimize_ccs(const CcsLoss& loss, const CcsDirections& start, const CcsOptions& options,
                           const RunHooks& hooks = {});

// What one direction (R = 1) says of standardised pairs: [N, 2] fp64, log-probabilities of the first and the
// second class.
torch::Tensor ccs_answer(const ContrastPairs& pairs, const CcsDirections& direction);

class Ccs {
 public:
  // pairs: standardised, fp32. Starts have length 1 and no bias, in directions drawn by (seed, "ccs",
  // restart); the one that ends at the least loss is kept.
  static Ccs fit(const ContrastPairs& pairs, const CcsOptions& options, std::uint64_t seed,
                 const RunHooks& hooks = {});
  // Of another loss of such directions, of that width.
  static Ccs fit(const CcsLoss& loss, std::int64_t width, const CcsOptions& options, std::uint64_t seed,
                 const RunHooks& hooks = {});

  torch::Tensor log_probabilities(const ContrastPairs& pairs) const { return ccs_answer(pairs, kept_); }
  const std::vector<double>& losses() const { return losses_; }  // of all starts
  double loss() const;                                           // of the one kept

 private:
  CcsDirections kept_;  // one
  std::vector<double> losses_;
};

}  // namespace qinglan
