#pragma once
// Inside io/: an open descriptor that closes itself, and the operating system's word as an Error.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace qinglan {

// "cannot <act>: <reason>", Error{io}.
inline Error system_error(const std::string& act, const std::string& path, int code = errno) {
  return Error(ErrorKind::io, "cannot " + act + ": " + std::generic_category().message(code)).in(path);
}

class FileDescriptor {
 public:
  // Throws Error{io}. Close-on-exec is added to the flags.
  FileDescriptor(const std::string& path, int flags, const std::string& act) {
    do {
      fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    } while (fd_ < 0 && errno == EINTR);
    if (fd_ < 0) throw system_error(act, path);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  // For writers: some file systems tell of a failed write only here. 0 or the error number.
  int close() { return ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR ? 0 : errno; }

 private:
  int fd_ = -1;
};

}  // namespace qinglan
