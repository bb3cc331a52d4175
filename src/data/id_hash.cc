#include "data/id_hash.h"

#include "base/hash.h"

namespace qinglan {

std::uint64_t id_hash(const std::string& id) {
  return std::stoull(sha256_hex(id).substr(0, 16), nullptr, 16);
}

}  // namespace qinglan
