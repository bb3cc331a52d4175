#pragma once
// gzip (RFC 1952), read by zlib.

#include <cstdint>
#include <string>
#include <string_view>

namespace qinglan {

// The unpacked bytes of all members; zero padding after the last one is skipped. Throws Error{corrupt_data}
// that names `source` and the byte in `packed` for a cut or damaged stream and for more than `limit` bytes
// out.
std::string gunzip(std::string_view packed, const std::string& source, std::uint64_t limit);

}  // namespace qinglan
