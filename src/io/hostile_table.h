#pragma once
// For tests: files that are corrupt or lie about themselves, as tables; and what must hold for each: it is
// refused with an Error that names the file and says what is wrong, and the memory it takes follows from its
// size, never from what it claims.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace qinglan {

struct HostileCase {
  std::string what;
  std::string bytes;
  ErrorKind kind = ErrorKind::corrupt_data;
  std::vector<std::string> words;  // all of them in the error's text
};

struct HostileTable {
  std::string file;  // the name to be found in every error
  std::function<void(const std::string& bytes, const std::string& file)> read;
  std::vector<HostileCase> cases;
  std::string good;  // a small file that is read, and refused when it is cut at any byte
};

// What sizes and counts claim.
inline constexpr std::uint64_t kSizeBombs[] = {100'000'000, std::uint64_t{1} << 31, 0xffff'ffff,
                                               std::uint64_t{1} << 63, ~std::uint64_t{0}};

// The first bytes of files of other formats, with a word of the way out.
struct ForeignFile {
  std::string what, bytes, word;
};
std::vector<ForeignFile> foreign_files();

}  // namespace qinglan
