#include <map>

#include "base/error.h"
#include "supervise/neighbours.h"
#include "supervise/stages/all.h"
#include "supervise/strong_components.h"

namespace qinglan {
namespace {

// Of `rows` those in the largest strongly connected component of their class; of equal ones that with the
// lowest row.
std::vector<std::uint32_t> largest_components(const StageInput& input,
                                              const std::vector<std::uint32_t>& rows) {
  const auto k = input.params.at("k").get<std::size_t>();
  if (k >= rows.size())
    throw Error(ErrorKind::invalid_input, "too few labels for edges to " + std::to_string(k) + " neighbours")
        .expected("more than " + std::to_string(k))
        .found(std::to_string(rows.size()))
        .hint("Lower k, or take more rows.");
  const auto nearest = nearest_rows(input.features, rows, rows, k);
  std::vector<std::uint32_t> place(input.labels.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) place[rows[i]] = i;
  std::vector<std::vector<std::uint32_t>> edges(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = i * k; j < (i + 1) * k; ++j)
      if (input.labels.hard(nearest[j]) == input.labels.hard(rows[i])) edges[i].push_back(place[nearest[j]]);
  const auto component = strong_components(edges);
  std::vector<std::size_t> size(rows.size(), 0);
  for (const std::uint32_t c : component) ++size[c];
  std::map<std::int32_t, std::uint32_t> largest;  // of a class; components are numbered by their lowest row
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [it, first] = largest.emplace(input.labels.hard(rows[i]), component[i]);
    if (!first && size[component[i]] > size[it->second]) it->second = component[i];
  }
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (largest.at(input.labels.hard(rows[i])) == component[i]) kept.push_back(rows[i]);
  return kept;
}

std::vector<std::uint32_t> kept_by_topology(const StageInput& input) {
  const auto rows = labelled_rows(input.labels);
  const auto kept = largest_components(input, rows);
  const std::size_t wanted = contaminated(input, rows.size()), gone = rows.size() - kept.size();
  if (gone >= wanted) return kept;
  return without_doubted(input, kept, mean_of_nearest(input, kept, kept, "k_zeta"), wanted - gone);
}

}  // namespace

StageOutcome filter_topo(const StageInput& input) { return {kept_by_topology(input)}; }

StageOutcome relabel_topo(const StageInput& input) {
  const auto rows = all_rows(input.labels);
  return {rows, mean_of_nearest(input, rows, kept_by_topology(input), "k_zeta")};
}

}  // namespace qinglan
