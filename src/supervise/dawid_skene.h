#pragma once
// Dawid & Skene 1979, Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm: classes
// z_i ~ prior; annotator a says l of a row of class k with probability confusion_akl, whatever the others say
// and whether or not it answers.

#include "supervise/naive_bayes.h"

namespace qinglan {

struct DawidSkene {
  NaiveBayes model;
  // Of each iteration: log-likelihood + kPseudoCount (sum log prior + sum log confusion), which no iteration
  // lowers.
  std::vector<double> objective;
  bool converged = false;
};

// What is added to each count, so that no probability is 0: the mode under Dirichlet(1 + kPseudoCount).
inline constexpr double kPseudoCount = 0.1;

// EM from the vote: M step prior_k ~ sum_i T_ik, confusion_akl ~ sum_i T_ik [a says l of i]; E step T_ik ~
// prior_k prod_a confusion_a,k,answer, in the log domain. Stops where the objective changes by less than
// 1e-10 of itself, or after 1,000 iterations. Throws Error{invalid_input} where no row has two answers.
DawidSkene fit_dawid_skene(const Annotations& annotations);

}  // namespace qinglan
