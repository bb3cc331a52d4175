#include "experiment/core_claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace qinglan {

CoreClaim::CoreClaim(const Cores& cores, std::int64_t count, const std::string& folder) {
  mkdir(folder.c_str(), 0700);
  for (const int cpu : cores.cpus) {
    if (static_cast<std::int64_t>(cpus_.size()) == count) return;
    const std::string path = folder + "/" + std::to_string(cpu);
    const int lock = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0) continue;
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
      close(lock);
      continue;
    }
    cpus_.push_back(cpu);
    locks_.push_back(lock);
  }
  if (static_cast<std::int64_t>(cpus_.size()) != count) give_back();
}

CoreClaim::~CoreClaim() { give_back(); }

std::string CoreClaim::claims_folder() {
  std::error_code none;
  const auto temporary = std::filesystem::temp_directory_path(none);
  return (none ? "/tmp" : temporary.string()) + "/qinglan-cores-" + std::to_string(getuid());
}

void CoreClaim::give_back() {
  for (const int lock : locks_) close(lock);
  locks_.clear();
  cpus_.clear();
}

}  // namespace qinglan
