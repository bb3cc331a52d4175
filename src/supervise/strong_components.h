#pragma once
// Strongly connected components of a directed graph (Tarjan 1972), without recursion: a chain of as many
// rows as there are would be as many calls deep.

#include <cstdint>
#include <vector>

namespace qinglan {

// edges[v]: where v's edges lead. The component of each vertex, numbered from 0 in the order of the lowest
// vertex of each.
std::vector<std::uint32_t> strong_components(const std::vector<std::vector<std::uint32_t>>& edges);

}  // namespace qinglan
