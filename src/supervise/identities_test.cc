// What theory says exactly of a student that is a linear probe, held against the fits of this room: gain is
// misfit where its preconditions hold, and is not where they are broken (METHODS T27, Charikar et al. 2024;
// T28; SCIENCE).
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "supervise/lbfgs.h"
#include "supervise/softmax_regression.h"

namespace qinglan {
namespace {

constexpr std::size_t kFeatures = 4, kClasses = 3;
constexpr LbfgsConfig kExact{.max_iterations = 20000, .memory = 30, .tolerance = 1e-12};
using Rows = std::vector<std::vector<double>>;  // [n, features] or [n, classes]

SparseRows sparse(const Rows& x) {
  SparseRows rows;
  for (const auto& row : x) {
    for (std::size_t d = 0; d < row.size(); ++d) {
      rows.columns.push_back(static_cast<std::uint32_t>(d));
      rows.values.push_back(row[d]);
    }
    rows.starts.push_back(rows.columns.size());
  }
  return rows;
}

Rows random_rows(Random& random, std::size_t n) {
  Rows x(n, std::vector<double>(kFeatures));
  for (auto& row : x)
    for (double& value : row) value = random.normal();
  return x;
}

std::vector<double> random_weights(Random& random, double scale) {
  std::vector<double> weights((kFeatures + 1) * kClasses);
  for (double& value : weights) value = scale * random.normal();
  return weights;
}

std::vector<double> softmax(std::vector<double> z) {
  double sum = 0;
  for (double& value : z) sum += value = std::exp(value);
  for (double& value : z) value /= sum;
  return z;
}

// What a probe answers; `bend` adds what no probe of these features can say.
Rows answers(const Rows& x, const std::vector<double>& weights, double bend = 0) {
  const SparseRows rows = sparse(x);
  Rows p;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> z(kClasses);
    row_logits(rows, i, weights, kFeatures, z);
    z[0] += bend * (x[i][0] * x[i][0] - x[i][1] * x[i][2]);
    p.push_back(softmax(z));
  }
  return p;
}

// In steps of 2^-12, so that rows sum to 1 in fp32 too.
void make_exact(Rows& p) {
  for (auto& row : p) {
    double rest = 1;
    for (std::size_t k = 1; k < row.size(); ++k) {
      row[k] = std::max(1.0, std::round(row[k] * 4094)) / 4096;
      rest -= row[k];
    }
    row[0] = rest;
  }
}

// A supervisor: the truth's answer with noise in the logits that no probe can say.
Rows teacher(Random& random, const Rows& truth, double noise) {
  Rows p;
  for (const auto& row : truth) {
    std::vector<double> z;
    for (const double value : row) z.push_back(std::log(value) + noise * random.normal());
    p.push_back(softmax(z));
  }
  make_exact(p);
  return p;
}

std::vector<double> student(const Rows& x, const Rows& weak, double l2) {
  std::vector<float> targets;
  for (const auto& row : weak) targets.insert(targets.end(), row.begin(), row.end());
  const SparseRows rows = sparse(x);
  const SoftmaxRegression regression{rows, targets, kFeatures, kClasses, l2};
  return minimize_lbfgs(regression, std::vector<double>(regression.size(), 0), kExact).x;
}

double divergence(const Rows& p, const Rows& q) {  // mean KL(p || q)
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    for (std::size_t k = 0; k < p[i].size(); ++k)
      if (p[i][k] > 0) sum += p[i][k] * std::log(p[i][k] / q[i][k]);
  return sum / static_cast<double>(p.size());
}

struct Measured {
  double gain, misfit;
};

Measured measure(const Rows& weak, const Rows& student, const Rows& truth) {
  return {divergence(weak, truth) - divergence(student, truth), divergence(weak, student)};
}

TEST(Identities, TheGainOfASoftmaxProbeIsItsMisfit) {
  Random random(1, "identities");
  const Rows x = random_rows(random, 300);
  const Rows truth = answers(x, random_weights(random, 0.7));
  const Rows weak = teacher(random, truth, 0.8);
  const Measured exact = measure(weak, answers(x, student(x, weak, 0)), truth);
  EXPECT_GT(exact.misfit, 0.05);
  EXPECT_NEAR(exact.gain, exact.misfit, 1e-8);
}

TEST(Identities, BrokenPreconditionsBreakIt) {
  Random random(2, "identities");
  const Rows x = random_rows(random, 300);
  const auto weights = random_weights(random, 0.7);
  const Rows truth = answers(x, weights), bent = answers(x, weights, 0.8);
  const Rows weak = teacher(random, truth, 0.8), weak_bent = teacher(random, bent, 0.8);
  const Measured penalised = measure(weak, answers(x, student(x, weak, 300)), truth);
  EXPECT_GT(std::abs(penalised.gain - penalised.misfit), 0.01) << "a penalty is no minimum of the divergence";
  const Measured unrealizable = measure(weak_bent, answers(x, student(x, weak_bent, 0)), bent);
  EXPECT_GT(std::abs(unrealizable.gain - unrealizable.misfit), 0.01) << "no probe says what is true";
}

// A supervisor's learner on the supervisor's own soft labels of other rows is the supervisor again: its
// labels are within the learner's reach, so no fit is nearer to them. A penalty draws it away.
TEST(Identities, AProbeTaughtByItsOwnLabelsIsItself) {
  Random random(5, "identities");
  const Rows x = random_rows(random, 300), transfer = random_rows(random, 300),
             test = random_rows(random, 200);
  const auto supervisor = student(x, teacher(random, answers(x, random_weights(random, 0.7)), 0.8), 0);
  const Rows floor = answers(test, supervisor);
  Rows labels = answers(transfer, supervisor);
  make_exact(labels);
  const auto twice = [&](double l2) {
    return divergence(floor, answers(test, student(transfer, labels, l2)));
  };
  EXPECT_NEAR(twice(0), 0, 1e-5);  // labels stand in steps of 2^-12
  EXPECT_GT(twice(300), 1e-3);
}

// Squared loss and raw linear outputs: E(f_w - g)^2 - E(f_sw - g)^2 = E(f_sw - f_w)^2.
TEST(Identities, TheGainOfALeastSquaresProbeIsItsMisfit) {
  Random random(3, "identities");
  const Rows x = random_rows(random, 300);
  std::vector<double> w(kFeatures), weak, truth;
  for (double& value : w) value = random.normal();
  for (const auto& row : x) {
    double y = 0;
    for (std::size_t d = 0; d < kFeatures; ++d) y += w[d] * row[d];
    truth.push_back(y);
    weak.push_back(y + 0.5 * row[0] * row[1] + 0.3 * random.normal());
  }
  const auto predict = [&](const std::vector<double>& v, std::size_t i) {
    double y = 0;
    for (std::size_t d = 0; d < kFeatures; ++d) y += v[d] * x[i][d];
    return y;
  };
  const auto loss = [&](const std::vector<double>& v, std::vector<double>& gradient) {
    gradient.assign(kFeatures, 0);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double error = predict(v, i) - weak[i];
      sum += error * error / 300;
      for (std::size_t d = 0; d < kFeatures; ++d) gradient[d] += 2 * error * x[i][d] / 300;
    }
    return sum;
  };
  const auto v = minimize_lbfgs(loss, std::vector<double>(kFeatures, 0), kExact).x;
  double weak_error = 0, student_error = 0, misfit = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double y = predict(v, i);
    weak_error += (weak[i] - truth[i]) * (weak[i] - truth[i]) / 300;
    student_error += (y - truth[i]) * (y - truth[i]) / 300;
    misfit += (y - weak[i]) * (y - weak[i]) / 300;
  }
  EXPECT_GT(misfit, 0.1);
  EXPECT_NEAR(weak_error - student_error, misfit, 1e-8);
}

// Gain on held-out rows against misfit there, over supervisors of all qualities.
double slope(double l2, double bend) {
  Random random(4, "identities");
  const Rows x = random_rows(random, 3000), held = random_rows(random, 3000);
  const auto weights = random_weights(random, 0.7);
  const Rows truth = answers(x, weights, bend), held_truth = answers(held, weights, bend);
  double both = 0, square = 0;
  std::vector<Measured> all;
  Measured mean{0, 0};
  for (const double noise : {0.2, 0.4, 0.6, 0.8, 1.0, 1.2}) {
    const Rows weak = teacher(random, truth, noise), held_weak = teacher(random, held_truth, noise);
    all.push_back(measure(held_weak, answers(held, student(x, weak, l2)), held_truth));
    mean.gain += all.back().gain / 6, mean.misfit += all.back().misfit / 6;
  }
  for (const auto& one : all) {
    both += (one.gain - mean.gain) * (one.misfit - mean.misfit);
    square += (one.misfit - mean.misfit) * (one.misfit - mean.misfit);
  }
  return both / square;
}

TEST(Identities, GainGrowsWithMisfitOneToOneOnHeldOutRows) {
  EXPECT_NEAR(slope(0, 0), 1, 0.05);
  EXPECT_GT(std::abs(slope(6000, 0) - 1), 0.05) << "under a penalty it does not";
}

}  // namespace
}  // namespace qinglan
