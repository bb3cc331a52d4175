#include "supervise/label_model.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::size_t kSweeps = 10000;
constexpr double kTolerance = 1e-12;
constexpr double kLeastStart = 0.1;  // the search begins on the side where annotators are better than chance

struct Pair {
  double rows = 0, agreements = 0;  // rows that both answered
};

struct Partner {
  std::size_t other;
  double weight, moment;  // n_ij, m_ij
};

class Moments {
 public:
  explicit Moments(const Annotations& annotations)
      : k_(static_cast<double>(annotations.classes)),
        answers_(annotations.annotators.size()),
        said_(annotations.annotators.size(), std::vector<double>(annotations.classes)),
        with_vote_(annotations.annotators.size()),
        partners_(annotations.annotators.size()) {
    std::vector<std::map<std::size_t, Pair>> pairs(answers_.size());
    for (const auto& row : annotations.answers)
      for (const auto& mine : row) {
        ++answers_[mine.annotator];
        ++said_[mine.annotator][mine.label];
        for (const auto& other : row) {
          with_vote_[mine.annotator] += (mine.label == other.label) / static_cast<double>(row.size());
          if (other.annotator == mine.annotator) continue;
          Pair& pair = pairs[mine.annotator][other.annotator];
          ++pair.rows;
          pair.agreements += mine.label == other.label;
        }
      }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      with_vote_[i] = answers_[i] > 0 ? from_accuracy(with_vote_[i] / answers_[i]) : 0;
      for (const auto& [j, pair] : pairs[i])
        partners_[i].push_back({j, pair.rows, from_accuracy(pair.agreements / pair.rows)});
    }
  }

  double from_accuracy(double accuracy) const { return (k_ * accuracy - 1) / (k_ - 1); }
  double to_accuracy(double a) const { return (1 + (k_ - 1) * a) / k_; }
  double within_bounds(double a, std::size_t annotator) const {
    const double least = 1 / (answers_[annotator] + 2);
    return std::clamp(a, from_accuracy(least), from_accuracy(1 - least));
  }

  std::size_t annotators() const { return answers_.size(); }
  double answers(std::size_t annotator) const { return answers_[annotator]; }
  double share(std::size_t annotator, std::size_t k) const {
    return said_[annotator][k] / answers_[annotator];
  }
  double with_vote(std::size_t annotator) const { return with_vote_[annotator]; }
  const std::vector<Partner>& partners(std::size_t annotator) const { return partners_[annotator]; }

 private:
  double k_;
  std::vector<double> answers_;            // [A]
  std::vector<std::vector<double>> said_;  // [A][K]
  std::vector<double> with_vote_;          // [A] b_i
  std::vector<std::vector<Partner>> partners_;
};

// Annotators joined by rows in common, and whether those fix their accuracies: the products a_i a_j along an
// odd ring do, along a chain or an even ring they leave a scale open.
struct Circle {
  std::vector<std::size_t> members;
  bool odd = false;
};

std::vector<Circle> circles_of(const Moments& moments) {
  std::vector<Circle> circles;
  std::vector<int> side(moments.annotators(), 0);  // 1 or -1 where seen
  for (std::size_t first = 0; first < side.size(); ++first) {
    if (side[first] != 0 || moments.answers(first) == 0) continue;
    Circle circle{{first}};
    side[first] = 1;
    for (std::size_t at = 0; at < circle.members.size(); ++at) {
      const std::size_t i = circle.members[at];
      for (const auto& partner : moments.partners(i)) {
        circle.odd |= side[partner.other] == side[i];
        if (side[partner.other] != 0) continue;
        side[partner.other] = -side[i];
        circle.members.push_back(partner.other);
      }
    }
    circles.push_back(std::move(circle));
  }
  return circles;
}

void check(const std::vector<Circle>& circles, const Annotations& annotations) {
  for (const auto& circle : circles)
    if (!circle.odd)
      throw Error(ErrorKind::invalid_input, "the accuracy of the annotator \"" +
                                                annotations.annotators[circle.members.front()] +
                                                "\" cannot be told from whom it agrees with")
          .expected("three annotators at least who answer the same rows, pair by pair")
          .found(circle.members.size() == 1
                     ? "no other annotator on its rows"
                     : std::to_string(circle.members.size()) + " annotators, no three of them on common rows")
          .hint("Take combine = \"vote\", or leave it out by naming the others in supervisor.annotators.");
}

// One pass over all annotators; the largest move.
double sweep(const Moments& moments, std::vector<double>& a) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double product = 0, square = 0;
    for (const auto& partner : moments.partners(i)) {
      product += partner.weight * partner.moment * a[partner.other];
      square += partner.weight * a[partner.other] * a[partner.other];
    }
    if (square == 0) continue;
    const double moved = moments.within_bounds(product / square, i);
    largest = std::max(largest, std::abs(moved - a[i]));
    a[i] = moved;
  }
  return largest;
}

// Of two classes: the side that the moments leave open.
void orient(const Moments& moments, const std::vector<Circle>& circles, std::vector<double>& a) {
  for (const auto& circle : circles) {
    double sum = 0;
    for (const std::size_t i : circle.members) sum += moments.answers(i) * a[i] * moments.with_vote(i);
    if (sum < 0)
      for (const std::size_t i : circle.members) a[i] = -a[i];
  }
}

std::vector<double> class_shares(const Moments& moments, const std::vector<double>& a, std::size_t classes,
                                 double rows) {
  const double k = static_cast<double>(classes), least = 1 / (rows + k);
  double square = 0, sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) square += moments.answers(i) * a[i] * a[i];
  std::vector<double> shares(classes, 1 / k);
  for (std::size_t c = 0; c < classes; ++c) {
    double product = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (moments.answers(i) > 0) product += moments.answers(i) * a[i] * (moments.share(i, c) - 1 / k);
    if (square > 0) shares[c] += product / square;
    sum += shares[c] = std::clamp(shares[c], least, 1.0);
  }
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace

LabelModel fit_label_model(const Annotations& annotations) {
  const Moments moments(annotations);
  const auto circles = circles_of(moments);
  check(circles, annotations);
  LabelModel fit;
  std::vector<double> a;
  for (std::size_t i = 0; i < moments.annotators(); ++i)
    a.push_back(moments.answers(i) > 0 ? std::max(kLeastStart, moments.with_vote(i)) : 0);
  while (!fit.converged && fit.sweeps < kSweeps) {
    fit.converged = sweep(moments, a) <= kTolerance;
    ++fit.sweeps;
  }
  const std::size_t classes = annotations.classes;
  if (classes == 2) orient(moments, circles, a);
  std::vector<double> confusion;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double accuracy = moments.to_accuracy(a[i]),
                 error = (1 - accuracy) / static_cast<double>(classes - 1);
    fit.accuracy.push_back(accuracy);
    for (std::size_t k = 0; k < classes; ++k)
      for (std::size_t said = 0; said < classes; ++said) confusion.push_back(k == said ? accuracy : error);
  }
  fit.model = {class_shares(moments, a, classes, static_cast<double>(annotations.size())), confusion};
  return fit;
}

}  // namespace qinglan
