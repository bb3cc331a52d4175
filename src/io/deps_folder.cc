#include "io/deps_folder.h"

#include <cstdlib>
#include <filesystem>

namespace qinglan {

std::string deps_folder() {
  if (const char* told = std::getenv("QINGLAN_DEPS"); told && *told) return told;
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!program.empty()) {
    const auto beside = program.parent_path().parent_path().parent_path() / ".deps";
    if (std::filesystem::is_directory(beside, ignored)) return beside.string();
  }
  // This file is <sources>/src/io/deps_folder.cc, and the build names sources by absolute path.
  return (std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / ".deps").string();
}

}  // namespace qinglan
