#include "text/bounded_child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace qinglan {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorKind::io, std::string(what) + ": " + std::strerror(errno));
}

void limit(int resource, rlim_t value) {
  rlimit both{};
  getrlimit(static_cast<__rlimit_resource>(resource), &both);
  both.rlim_cur = std::min(value, both.rlim_max);
  setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// The least limit under which one more page can be mapped: /proc may be out of reach of a confined worker.
std::uint64_t mapped_bytes() {
  std::uint64_t low = 0, high = std::uint64_t{1} << 47;
  while (high - low > (1 << 20)) {
    const std::uint64_t middle = low + (high - low) / 2;
    limit(RLIMIT_AS, middle);
    void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) munmap(page, 4096);
    (page == MAP_FAILED ? low : high) = middle;
  }
  return high;
}

void write_all(int out, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t wrote = write(out, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno != EINTR) _exit(1);
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
}

std::string read_all(int in) {
  std::string bytes;
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = read(in, buffer, sizeof buffer);
    if (got == 0) return bytes;
    if (got < 0 && errno != EINTR) fail("cannot read from a child process");
    if (got > 0) bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

std::optional<std::string> run_bounded(const ChildLimits& limits, const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) fail("cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) fail("cannot start a child process");
  if (child == 0) {
    close(ends[0]);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, limits.seconds);
    limit(RLIMIT_AS, mapped_bytes() + limits.memory);
    const int quiet = open("/dev/null", O_WRONLY);  // what a failed allocation would print
    if (quiet >= 0) dup2(quiet, STDERR_FILENO);
    write_all(ends[1], work());
    _exit(0);
  }
  close(ends[1]);
  std::string bytes = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return bytes;
}

}  // namespace qinglan
