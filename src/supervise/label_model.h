#pragma once
// Annotators' accuracies from how often pairs of them agree, and the labels that follow (Ratner et al. 2019,
// Training Complex Models with Multi-Task Weak Supervision, arXiv 1810.02840, for sources that are
// independent given the class; Fu et al. 2020, arXiv 2002.11955). Each annotator is right with one
// probability whatever the class, and its errors are spread evenly over the other classes.
//
// With classes as corners v_k of a simplex, <v_k, v_k> = 1 and <v_k, v_l> = -1/(K-1) (+1 and -1 where K = 2),
// E[v(answer of i) | class k] = a_i v_k with a_i = (K acc_i - 1)/(K - 1). So pairs that both answered have
// E<v(i), v(j)> = (K P(i and j agree) - 1)/(K - 1) = a_i a_j, whatever the shares of the classes.

#include "supervise/naive_bayes.h"

namespace qinglan {

struct LabelModel {
  std::vector<double> accuracy;  // [A] P(right); 1/K of an annotator without answers, which tells nothing
  NaiveBayes model;
  std::size_t sweeps = 0;
  bool converged = false;
};

// a minimises sum_{i<j} n_ij (m_ij - a_i a_j)^2, n_ij rows that both answered, m_ij their moment there, each
// a_i in turn (its minimum is exact) until none moves by 1e-12; accuracies stay within 1/(n_i + 2) of 0 and
// 1, for no number of answers shows certainty. Of two classes the moments are those of -a too: among
// annotators who share rows that sign holds which goes with agreement with the vote, sum_i n_i a_i b_i >= 0,
// b_i what the mean vote share of i's answers is as a_i. Shares of the classes from what is answered, E v(i)
// = a_i E v: prior_k = 1/K + sum_i n_i a_i (s_ik - 1/K) / sum_i n_i a_i^2, s_ik the share of k among i's n_i
// answers, at least 1/(n + K) of n rows, then scaled to 1. Throws Error{invalid_input} that names an
// annotator whose accuracy the agreements do not fix: it takes three who answer rows in common pair by pair
// (or a longer odd ring).
LabelModel fit_label_model(const Annotations& annotations);

}  // namespace qinglan
