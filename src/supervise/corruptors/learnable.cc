#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "supervise/corruptors/all.h"
#include "supervise/linear_probe.h"

namespace qinglan {
namespace {

constexpr double kL2 = 1e-3;
constexpr double kFarthest = 1e6;  // here the truth's own part of the answer is rounding
constexpr int kHalvings = 200;

// What a probe of the truth says of each row, and a random linear map of the same features that has nothing
// to do with it, [n, K] each.
struct Pull {
  std::vector<double> truthful, aside;
  std::size_t classes;

  std::int32_t label(std::size_t row, double scale) const {
    std::size_t best = 0;
    const auto answer = [&](std::size_t k) {
      return truthful[row * classes + k] + scale * aside[row * classes + k];
    };
    for (std::size_t k = 1; k < classes; ++k)
      if (answer(k) > answer(best)) best = k;
    return static_cast<std::int32_t>(best);
  }
};

std::vector<double> random_map(const CorruptorInput& input, const Standard& standard) {
  std::vector<double> map(standard.mean.size() * input.classes);
  for (double& value : map) value = input.random.normal();
  std::vector<double> answers(input.truth.size() * input.classes, 0);
  for (std::size_t row = 0; row < input.truth.size(); ++row)
    for (std::size_t d = 0; d < standard.mean.size(); ++d) {
      const double x = standard.value(input.features, row, d);
      for (std::size_t k = 0; k < input.classes; ++k)
        answers[row * input.classes + k] += x * map[d * input.classes + k];
    }
  return answers;
}

// Each row less its mean: the classes' answers tell them apart by their differences alone.
void centre_rows(std::vector<double>& answers, std::size_t classes) {
  for (std::size_t row = 0; row < answers.size(); row += classes) {
    double mean = 0;
    for (std::size_t k = 0; k < classes; ++k) mean += answers[row + k] / static_cast<double>(classes);
    for (std::size_t k = 0; k < classes; ++k) answers[row + k] -= mean;
  }
}

// Takes out of `aside` its regression on what the truthful answers say beside their mean.
void make_uncorrelated(Pull& pull) {
  centre_rows(pull.aside, pull.classes);
  std::vector<double> told = pull.truthful;
  centre_rows(told, pull.classes);
  const double rows = static_cast<double>(told.size() / pull.classes);
  std::vector<double> mean(pull.classes, 0);
  for (std::size_t i = 0; i < told.size(); ++i) mean[i % pull.classes] += told[i] / rows;
  double both = 0, square = 0;
  for (std::size_t i = 0; i < told.size(); ++i) {
    told[i] -= mean[i % pull.classes];
    both += pull.aside[i] * told[i], square += told[i] * told[i];
  }
  if (square == 0) return;
  for (std::size_t i = 0; i < told.size(); ++i) pull.aside[i] -= both / square * told[i];
}

Pull fit(const CorruptorInput& input) {
  std::vector<std::size_t> rows(input.truth.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<float> targets(rows.size() * input.classes, 0);
  for (const std::size_t row : rows)
    targets[row * input.classes + static_cast<std::size_t>(input.truth[row])] = 1;
  const LinearProbe probe = LinearProbe::fit(input.features, rows, targets, input.classes, kL2);
  Pull pull{{}, random_map(input, probe.standard()), input.classes};
  for (const std::size_t row : rows) {
    const auto logits = probe.logits(input.features, row);
    pull.truthful.insert(pull.truthful.end(), logits.begin(), logits.end());
  }
  make_uncorrelated(pull);
  return pull;
}

std::size_t errors(const Pull& pull, const CorruptorInput& input, const std::vector<std::size_t>& part,
                   double scale) {
  return static_cast<std::size_t>(std::count_if(
      part.begin(), part.end(), [&](std::size_t row) { return pull.label(row, scale) != input.truth[row]; }));
}

// Where a small step further makes more errors than `wanted`: rows change one by one, so that here there are
// as many.
double scale_for(const Pull& pull, const CorruptorInput& input, const std::vector<std::size_t>& part,
                 std::size_t wanted) {
  double low = 0, high = kFarthest;
  if (part.empty()) return low;
  const std::size_t least = errors(pull, input, part, low), most = errors(pull, input, part, high);
  if (wanted < least || wanted >= most)
    throw Error(ErrorKind::invalid_input, "this rate of learnable errors cannot be made of these rows")
        .expected("from " + std::to_string(least) +
                  " wrong rows, which a probe of the true labels makes by "
                  "itself, to less than " +
                  std::to_string(most) + ", which it makes at random")
        .found(std::to_string(wanted) + " of " + std::to_string(part.size()))
        .hint("Set [supervisor] rate within these.");
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = low + (high - low) / 2;
    (errors(pull, input, part, middle) <= wanted ? low : high) = middle;
  }
  return low;
}

}  // namespace

Corruptor learnable_corruptor() {
  return {
      "learnable",
      "label = argmax of W x + s R x: x are standardized hidden states of `model`, W a probe fitted on the "
      "true labels of these rows, R x random and uncorrelated with W x; s, found by halving, makes "
      "round(rate n) of them wrong",
      "errors that the student can predict, after Burns et al. 2023 (arXiv 2312.09390), App. E.1",
      "a student that reads the same hidden states can imitate every error, and gains nothing",
      {"rate"},
      [](const CorruptorInput& input) {
        const Pull pull = fit(input);
        std::vector<std::int32_t> labels = input.truth;
        for (const auto& part : input.parts) {
          const double scale = scale_for(pull, input, part, wrong_rows(input.params.at("rate"), part.size()));
          for (const std::size_t row : part) labels[row] = pull.label(row, scale);
        }
        return labels;
      },
      false,
      true};
}

}  // namespace qinglan
