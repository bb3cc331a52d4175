#pragma once
// Ensembles of one weak learner (METHODS M27): each member is taught the same rows in other shares.
//   bagging   (Breiman 1996) a member sees n rows drawn with replacement, as often as each was drawn; the
//             ensemble's p is the mean of the members' p.
//   adaboost  (Freund & Schapire 1997; for K classes SAMME, Zhu et al. 2009) from w_i = 1/n, each round
//             e = sum_i w_i [h(x_i) != y_i], alpha = (ln((1 - e) / e) + ln(K - 1)) / 2,
//             w_i *= exp(-alpha) where h is right and exp(alpha) where it is wrong, then normalised;
//             p_k = sum_t alpha_t [h_t(x) = k] / sum_t alpha_t.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

// The class of the largest value of each row, ties by the lowest: [n, K] -> [n].
std::vector<std::int32_t> classes_of(const std::vector<float>& values, std::size_t classes);

// Weighs members and rows.
class AdaBoost {
 public:
  struct Round {
    double error, alpha;
  };

  // labels [n], each in 0 .. classes - 1.
  AdaBoost(std::vector<std::int32_t> labels, std::size_t classes);

  const std::vector<double>& weights() const { return weights_; }  // [n], sum 1: of the next member
  // Takes a member by the classes it answers on the rows, [n]. A member whose error is 0, or no less than
  // the 1 - 1/K of guessing, has no place: then nothing changes and the reason is returned.
  std::optional<std::string> add(const std::vector<std::int32_t>& answers);
  const std::vector<Round>& rounds() const { return rounds_; }  // of the members taken

 private:
  std::vector<std::int32_t> labels_;
  std::size_t classes_;
  std::vector<double> weights_;
  std::vector<Round> rounds_;
};

// How often bagging's member sees each of n rows: [n], sum n. Stream "bagging", index `member`.
std::vector<float> bootstrap_counts(std::size_t rows, std::uint64_t seed, std::size_t member);

struct MemberAnswers {
  std::vector<float> trained, asked;  // logits of the rows trained on [n, K] and of those asked [m, K]
};
// Trains a member with these shares of its rows in the loss, up to a factor, [n].
using TrainMember = std::function<MemberAnswers(const std::vector<float>& shares)>;

struct EnsembleAnswers {
  std::vector<float> logits;  // [m, K] log p, no less than that of the smallest normal float
  Json facts;                 // {"members": of adaboost [{"error","alpha"}], of bagging how many, "stopped"?}
};

EnsembleAnswers bag(std::size_t rows, std::size_t classes, std::size_t rounds, std::uint64_t seed,
                    const TrainMember& train);
// Goes on until `rounds` members are taken or one has no place, "stopped" then says why. A first member
// without a place answers alone, with its own p.
EnsembleAnswers boost(const std::vector<std::int32_t>& labels, std::size_t classes, std::size_t rounds,
                      const TrainMember& train);

}  // namespace qinglan
