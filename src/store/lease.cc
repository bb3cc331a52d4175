#include "store/lease.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/error.h"

namespace qinglan {

std::optional<Lease> Lease::take(const Store& store, const std::string& key,
                                 const std::function<bool()>& keep_waiting) {
  const std::string path = store.root() + "/locks/" + key;
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    throw Error(ErrorKind::io, "cannot open the lock: " + std::string(std::strerror(errno))).in(path);
  Lease lease(descriptor);
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw Error(ErrorKind::io, "cannot lock: " + std::string(std::strerror(errno))).in(path);
    if (!keep_waiting()) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return lease;
}

Lease::Lease(Lease&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Lease::~Lease() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace qinglan
