#include "io/publish.h"

#include <unistd.h>

#include <atomic>
#include <vector>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr std::string_view kSuffix = ".tmp";

std::string temporary_for(const std::string& path) {
  static std::atomic<std::uint64_t> counter = 0;
  const std::size_t slash = path.find_last_of('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name) + "." + path.substr(name) + "." + std::to_string(::getpid()) + "-" +
         std::to_string(++counter) + std::string(kSuffix);
}

// A folder is durable once its parent's entries are synced; so each new one, from the outermost in.
void make_folders_durably(FileSystem& fs, const std::string& path) {
  std::vector<std::string> missing;
  std::string folder = path;
  while (!fs.exists(folder) && parent_of(folder) != folder) {
    missing.push_back(folder);
    folder = parent_of(folder);
  }
  if (missing.empty()) return;
  fs.make_folders(path);
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) fs.sync_folder(parent_of(*it));
}

void sync_below(FileSystem& fs, const std::string& folder) {
  for (const std::string& name : fs.list(folder)) {
    const std::string path = folder + "/" + name;
    if (fs.is_folder(path))
      sync_below(fs, path);
    else
      fs.sync_file(path);
  }
  fs.sync_folder(folder);
}

}  // namespace

bool is_temporary(std::string_view name) { return name.starts_with('.') && name.ends_with(kSuffix); }

void publish_file(FileSystem& fs, const std::string& path, std::string_view bytes) {
  publish_file(fs, path, Pieces(&bytes, 1));
}

void publish_file(FileSystem& fs, const std::string& path, Pieces pieces) {
  make_folders_durably(fs, parent_of(path));
  const std::string temporary = temporary_for(path);
  try {
    fs.write_pieces(temporary, pieces);
    fs.sync_file(temporary);
    fs.rename(temporary, path);
  } catch (...) {
    try {
      fs.remove_all(temporary);
    } catch (const Error&) {
      // The first error is the one that tells; what stays behind has a temporary's name.
    }
    throw;
  }
  fs.sync_folder(parent_of(path));
}

bool publish_folder(FileSystem& fs, const std::string& folder, const std::string& target) {
  const std::string parent = parent_of(target);
  bool ours = !fs.is_folder(target);
  if (ours) {
    make_folders_durably(fs, parent);
    sync_below(fs, folder);
    try {
      fs.rename(folder, target);
    } catch (const Error&) {
      if (!fs.is_folder(target)) throw;
      ours = false;
    }
  }
  // Also where another process was first: it may not have synced yet, and the caller relies on the target
  // from now on.
  fs.sync_folder(parent);
  if (!ours)
    fs.remove_all(folder);
  else if (parent_of(folder) != parent)
    fs.sync_folder(parent_of(folder));
  return ours;
}

}  // namespace qinglan
