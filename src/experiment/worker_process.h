#pragma once
// A worker as a child process: killed when we die, read line by line.

#include <sys/types.h>

#include <string>
#include <vector>

namespace qinglan {

class WorkerProcess {
 public:
  // Throws Error{io}. What the worker writes to standard error goes to `error_log`, or where ours goes when
  // that is empty. It runs on the processors `cpus` alone; empty: on all that we may use.
  WorkerProcess(const std::string& program, const std::vector<std::string>& arguments,
                const std::string& error_log, const std::vector<int>& cpus = {});
  WorkerProcess(const WorkerProcess&) = delete;
  ~WorkerProcess();  // kills it if it still runs

  // Waits up to `milliseconds` for output and returns complete lines; sets `ended` at end of output.
  std::vector<std::string> read_lines(int milliseconds, bool& ended);
  void signal(int number);
  // Waits for its end. 0..255: exit code; 256 + n: ended by signal n.
  int wait();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

}  // namespace qinglan
