#include "experiment/cores.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

namespace qinglan {
namespace {

std::optional<std::string> first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

// "0,64" or "0-1,8-9".
std::vector<int> numbers_of(const std::string& list) {
  std::vector<int> numbers;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    int first = 0;
    const char* end = part.data() + part.size();
    const auto read = std::from_chars(part.data(), end, first);
    if (read.ec != std::errc()) return {};
    int last = first;
    if (read.ptr != end && *read.ptr == '-') std::from_chars(read.ptr + 1, end, last);
    for (int n = first; n <= last && n < CPU_SETSIZE; ++n) numbers.push_back(n);
  }
  return numbers;
}

// Processors' worth of time; none where there is no quota.
std::optional<double> quota(const std::string& sys) {
  std::string text;
  if (const auto both = first_line(sys + "/fs/cgroup/cpu.max")) {
    text = *both;
  } else {
    const auto time = first_line(sys + "/fs/cgroup/cpu/cpu.cfs_quota_us"),
               period = first_line(sys + "/fs/cgroup/cpu/cpu.cfs_period_us");
    if (time && period) text = *time + " " + *period;
  }
  double time = 0, period = 0;
  std::istringstream words(text);
  if (!(words >> time >> period) || time <= 0 || period <= 0) return std::nullopt;  // "max", -1
  return time / period;
}

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int n = 0; n < CPU_SETSIZE; ++n)
      if (CPU_ISSET(n, &set)) cpus.push_back(n);
  if (cpus.empty())
    for (unsigned n = 0; n < std::max(1u, std::thread::hardware_concurrency()); ++n)
      cpus.push_back(static_cast<int>(n));
  return cpus;
}

}  // namespace

Cores cores_among(const std::vector<int>& allowed, const std::string& sys) {
  Cores cores;
  std::set<int> taken;  // processors whose core is there
  for (const int cpu : allowed) {
    if (taken.contains(cpu)) continue;
    cores.cpus.push_back(cpu);
    if (const auto siblings = first_line(sys + "/devices/system/cpu/cpu" + std::to_string(cpu) +
                                         "/topology/thread_siblings_list"))
      for (const int sibling : numbers_of(*siblings)) taken.insert(sibling);
  }
  cores.usable = static_cast<std::int64_t>(cores.cpus.size());
  if (const auto paid = quota(sys))
    cores.usable = std::clamp(static_cast<std::int64_t>(std::ceil(*paid)), std::int64_t{1}, cores.usable);
  return cores;
}

Cores usable_cores() { return cores_among(allowed_cpus(), "/sys"); }

}  // namespace qinglan
