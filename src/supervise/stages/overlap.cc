#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "supervise/change_point.h"
#include "supervise/neighbours.h"
#include "supervise/stages/all.h"

namespace qinglan {
namespace {

// 0 where no class is likelier than another, 1 where one is certain: 2 |y - 1/2| of two classes.
double sureness(const WeakLabels& labels, std::uint32_t row) {
  const double uniform = 1 / static_cast<double>(labels.classes);
  return (labels.confidence(row) - uniform) / (1 - uniform);
}

struct Parts {
  std::vector<std::uint32_t> below, above;  // ascending
};

// `rows` on either side of the change point of their `values`.
Parts parted(const std::vector<std::uint32_t>& rows, const std::vector<double>& values, const char* equal,
             const char* hint) {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const auto point = change_point(sorted);
  if (!point)
    throw Error(ErrorKind::invalid_input, equal)
        .expected("at least two different values")
        .found(std::to_string(rows.size()) + " labels")
        .hint(hint);
  Parts parts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    (values[i] < sorted[*point] ? parts.below : parts.above).push_back(rows[i]);
  return parts;
}

// Rows of length 1, so that products are cosines; a row of zeros stays and is like no other.
std::vector<float> unit_rows(const FeatureRows& features) {
  std::vector<float> units(features.values.begin(), features.values.end());
  for (std::size_t row = 0; row < features.size(); ++row) {
    const auto x = features.row(row);
    const double length = std::sqrt(static_cast<double>(inner_product(x, x)));
    for (std::size_t d = 0; d < features.width && length > 0; ++d)
      units[row * features.width + d] = static_cast<float>(x[d] / length);
  }
  return units;
}

// Of each row the largest |cos| to a hard row.
std::vector<double> likeness(const StageInput& input, const std::vector<std::uint32_t>& rows,
                             const std::vector<std::uint32_t>& hard) {
  const std::vector<float> values = unit_rows(input.features);
  const FeatureRows units{values, input.features.width};
  std::vector<float> most(rows.size(), 0);
  for (const std::uint32_t other : hard)
    for (std::size_t i = 0; i < rows.size(); ++i)
      most[i] = std::max(most[i], std::abs(inner_product(units.row(rows[i]), units.row(other))));
  return {most.begin(), most.end()};
}

}  // namespace

StageOutcome filter_overlap(const StageInput& input) {
  const auto rows = labelled_rows(input.labels);
  std::vector<double> sure;
  for (const std::uint32_t row : rows) sure.push_back(sureness(input.labels, row));
  const Parts hard = parted(rows, sure, "the supervisor is equally sure of all labels, so none is hard",
                            "Take a supervisor whose probabilities differ.");
  const Parts easy = parted(hard.above, likeness(input, hard.above, hard.below),
                            "all rows that are not hard are equally like the hard ones, so none overlaps",
                            "Take more rows, or hidden states of another depth.");
  const auto count = [](const std::vector<std::uint32_t>& some) {
    return static_cast<std::int64_t>(some.size());
  };
  return {
      .kept = easy.above,
      .counts = {{"hard", count(hard.below)}, {"easy", count(easy.below)}, {"overlap", count(easy.above)}}};
}

}  // namespace qinglan
