#pragma once
// The number by which ties between rows are broken: it depends on the id alone, never on the order of rows.

#include <cstdint>
#include <string>

namespace qinglan {

// The first 8 bytes of SHA-256(id), big-endian.
std::uint64_t id_hash(const std::string& id);

}  // namespace qinglan
