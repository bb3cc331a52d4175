#pragma once
// The class behind answers that are independent of each other given it.

#include <span>
#include <vector>

#include "supervise/annotations.h"

namespace qinglan {

class NaiveBayes {
 public:
  NaiveBayes() = default;
  // prior [K], confusion [A, K, K]: P(annotator a says l | the class is k); all above 0.
  NaiveBayes(std::vector<double> prior, std::vector<double> confusion);

  const std::vector<double>& prior() const { return prior_; }
  const std::vector<double>& confusion() const { return confusion_; }
  double confused(std::size_t annotator, std::size_t truth, std::size_t said) const {
    return confusion_[(annotator * prior_.size() + truth) * prior_.size() + said];
  }

  struct Posterior {
    std::vector<double> p;    // [K] proportional to prior_k prod_a P(answer of a | k)
    double log_evidence = 0;  // log of the sum of those
  };
  // In the log domain: any number of answers.
  Posterior posterior(std::span<const Answer> answers) const;

 private:
  std::vector<double> prior_, confusion_;
  std::vector<double> log_prior_, log_confusion_;
};

}  // namespace qinglan
