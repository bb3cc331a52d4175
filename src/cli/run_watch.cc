#include "cli/run_watch.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "base/error.h"

namespace qinglan {

namespace fs = std::filesystem;

namespace {

// Dead, and not yet waited for by whoever started it. /proc/<pid>/stat is "<pid> (<name>) <state> ...".
bool is_zombie(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t name_end = text.rfind(") ");
  return name_end != std::string::npos && text[name_end + 2] == 'Z';
}

}  // namespace

RunWatch::RunWatch(std::string path) : path_(std::move(path)), file_(path_, std::ios::binary) {
  pid_ = std::atoll(fs::path(path_).parent_path().filename().c_str());
}

void RunWatch::look() {
  file_.clear();  // what was the end is none any more
  rest_.append(std::istreambuf_iterator<char>(file_), {});
  const std::size_t end = rest_.rfind('\n');
  if (end == std::string::npos) return;
  add_lines(state_, rest_.substr(0, end + 1), path_);
  rest_.erase(0, end + 1);
}

bool RunWatch::is_alive() const {
  return pid_ > 0 && (kill(static_cast<pid_t>(pid_), 0) == 0 || errno == EPERM) && !is_zombie(pid_);
}

std::vector<std::string> run_logs(const std::string& store_root, const std::string& run) {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code code;
  for (fs::directory_iterator folder(store_root + "/tmp", code), end; !code && folder != end;
       folder.increment(code)) {
    if (folder->path().extension() != ".watch") continue;
    std::error_code gone;
    for (const auto& log : fs::directory_iterator(folder->path(), gone))
      if (log.path().extension() == ".jsonl" && log.path().stem().string().starts_with(run))
        found.emplace_back(log.last_write_time(gone), log.path().string());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> paths;
  for (auto& [time, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace qinglan
