#include "experiment/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace qinglan {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw Error(ErrorKind::io, what + ": " + std::strerror(errno)).in(path);
}

// What OpenMP's threads do while they wait for work: they give their core up after some microseconds instead
// of milliseconds. Alone a worker loses nothing by it (measured); where it shares its cores with others, it
// was more than twice as fast. A user's own choice stands.
constexpr char kWaiting[] = "GOMP_SPINCOUNT";

std::vector<char*> worker_environment() {
  static char spin[] = "GOMP_SPINCOUNT=1000";
  std::vector<char*> environment;
  for (char** entry = environ; *entry; ++entry) environment.push_back(*entry);
  if (!std::getenv(kWaiting)) environment.push_back(spin);
  environment.push_back(nullptr);
  return environment;
}

// In the child, between fork and exec: only async-signal-safe calls.
[[noreturn]] void become_worker(char* const* command, char* const* environment, int output, int errors,
                                const cpu_set_t* cpus, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(143);  // the parent died before the line above took effect
  setpgid(0, 0);  // a Ctrl-C of the terminal reaches the engine alone, which then asks the worker
  dup2(output, STDOUT_FILENO);
  if (errors >= 0) dup2(errors, STDERR_FILENO);
  if (cpus) sched_setaffinity(0, sizeof *cpus, cpus);  // where that is forbidden it runs as it is
  execve(command[0], command, environment);
  _exit(127);
}

}  // namespace

WorkerProcess::WorkerProcess(const std::string& program, const std::vector<std::string>& arguments,
                             const std::string& error_log, const std::vector<int>& cpus) {
  if (access(program.c_str(), X_OK) != 0) fail("cannot start the worker", program);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("cannot make a pipe", program);
  int errors = -1;
  if (!error_log.empty()) {
    errors = open(error_log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (errors < 0) fail("cannot open the worker's log", error_log);
  }
  std::vector<char*> command{const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) command.push_back(const_cast<char*>(argument.c_str()));
  command.push_back(nullptr);
  const std::vector<char*> environment = worker_environment();
  cpu_set_t pinned;
  CPU_ZERO(&pinned);
  for (const int cpu : cpus) CPU_SET(cpu, &pinned);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0)
    become_worker(command.data(), environment.data(), ends[1], errors, cpus.empty() ? nullptr : &pinned,
                  parent);
  close(ends[1]);
  if (errors >= 0) close(errors);
  output_ = ends[0];
  if (pid_ < 0) fail("cannot fork", program);
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    wait();
  }
  if (output_ >= 0) close(output_);
}

std::vector<std::string> WorkerProcess::read_lines(int milliseconds, bool& ended) {
  std::vector<std::string> lines;
  pollfd poller{output_, POLLIN, 0};
  if (poll(&poller, 1, milliseconds) <= 0) return lines;
  char chunk[65536];
  const ssize_t n = read(output_, chunk, sizeof chunk);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return lines;
  if (n <= 0) {
    ended = true;
    return lines;
  }
  buffer_.append(chunk, static_cast<std::size_t>(n));
  std::size_t start = 0;
  for (std::size_t end; (end = buffer_.find('\n', start)) != std::string::npos; start = end + 1)
    lines.push_back(buffer_.substr(start, end - start));
  buffer_.erase(0, start);
  return lines;
}

void WorkerProcess::signal(int number) {
  if (pid_ > 0) kill(pid_, number);
}

int WorkerProcess::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR) fail("cannot wait for the worker", std::to_string(pid_));
  pid_ = -1;
  return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace qinglan
