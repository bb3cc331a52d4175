#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

// As many rows as asked, drawn; ascending.
std::vector<std::uint32_t> some_of(std::vector<std::uint32_t> rows, std::size_t wanted, Random& random) {
  random.shuffle(rows);
  rows.resize(std::min(wanted, rows.size()));
  return rows;
}

std::size_t rounded(double value) { return static_cast<std::size_t>(std::floor(value + 0.5)); }

}  // namespace

StageOutcome corrupt_prior(const StageInput& input) {
  const std::int32_t wanted = class_of(input);
  const double odds = input.params.at("share").get<double>() / (1 - input.params.at("share").get<double>());
  std::vector<std::uint32_t> of_class, others;
  for (const std::uint32_t row : labelled_rows(input.labels))
    (input.labels.hard(row) == wanted ? of_class : others).push_back(row);
  if (of_class.empty() || others.empty())
    throw Error(ErrorKind::invalid_input, "no share can be made of labels of one class")
        .expected("labels of the class \"class\" and others")
        .found(std::to_string(of_class.size()) + " and " + std::to_string(others.size()));
  Random random(input.seed, "corrupt.prior");
  const bool too_many = static_cast<double>(of_class.size()) > odds * static_cast<double>(others.size());
  if (too_many)
    of_class = some_of(of_class, rounded(odds * static_cast<double>(others.size())), random);
  else
    others = some_of(others, rounded(static_cast<double>(of_class.size()) / odds), random);
  StageOutcome outcome{std::move(of_class)};
  outcome.kept.insert(outcome.kept.end(), others.begin(), others.end());
  std::sort(outcome.kept.begin(), outcome.kept.end());
  return outcome;
}

}  // namespace qinglan
