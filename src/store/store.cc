#include "store/store.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.h"
#include "base/hash.h"
#include "io/publish.h"

namespace qinglan {
namespace {

constexpr const char* kFolders[] = {"objects", "work", "tmp", "locks", "quarantine", "records"};

// Relative paths of all files below `folder`, sorted; a folder is told from a file by the file system's
// listing.
void list_files(FileSystem& fs, const std::string& folder, const std::string& prefix,
                std::vector<std::string>& files) {
  for (const auto& name : fs.list(folder)) {
    const std::string path = folder + "/" + name;
    if (fs.is_folder(path))
      list_files(fs, path, prefix + name + "/", files);
    else
      files.push_back(prefix + name);
  }
}

Json describe_files(FileSystem& fs, const std::string& result) {
  std::vector<std::string> names;
  list_files(fs, result, "", names);
  Json files = Json::object();
  for (const auto& name : names) {
    const std::string bytes = fs.read(result + "/" + name);
    files[name] = {{"sha256", sha256_hex(bytes)}, {"size", bytes.size()}};
  }
  return files;
}

bool is_alive(const std::string& owner) {
  char* end = nullptr;
  const long pid = std::strtol(owner.c_str(), &end, 10);
  return end != owner.c_str() && pid > 0 && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

// Of ".<name>.<pid>-<n>.tmp", which a killed publish_file leaves behind.
std::string owner_of_temporary(const std::string& name) {
  const std::string stem = name.substr(0, name.rfind('.'));
  return stem.substr(stem.rfind('.') + 1);
}

}  // namespace

Store::Store(std::string root, FileSystem& fs) : root_(std::move(root)), fs_(fs) {
  try {
    for (const char* folder : kFolders) fs_.make_folders(root_ + "/" + folder);
    fs_.sync_folder(root_);
    fs_.sync_folder(parent_of(root_));
    const std::string probe = root_ + "/tmp/" + std::to_string(getpid()) + ".probe";
    fs_.write(probe, "x");
    fs_.remove_all(probe);
  } catch (const Error& e) {
    throw Error(ErrorKind::io, std::string("the store cannot be written: ") + e.message())
        .in(root_)
        .hint("choose another with --store DIR, or free space there");
  }
}

Store Store::existing(std::string root, FileSystem& fs) { return Store(std::move(root), fs, Existing{}); }

std::string Store::object_folder(const std::string& key) const {
  QL_CHECK(key.size() == 64, "a key is 64 hex digits");
  return root_ + "/objects/" + key.substr(0, 2) + "/" + key;
}

bool Store::has(const std::string& key) const { return fs_.exists(object_folder(key) + "/manifest.json"); }

bool Store::verify(const std::string& key) {
  const std::string folder = object_folder(key);
  if (!has(key)) return false;
  try {
    const Json manifest = parse_json(fs_.read(folder + "/manifest.json"), folder + "/manifest.json");
    if (manifest.value("key", "") == key && manifest.contains("files") &&
        manifest["files"] == describe_files(fs_, folder + "/result") &&
        sha256_hex(canonical_json(manifest.value("node", Json()))) == key)
      return true;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal) throw;
  }
  for (int attempt = 0;; ++attempt) {
    const std::string target = root_ + "/quarantine/" + key + "." + std::to_string(attempt);
    if (fs_.exists(target)) continue;
    fs_.rename(folder, target);
    return false;
  }
}

Json Store::ledger(const std::string& key) const {
  const std::string path = object_folder(key) + "/ledger.json";
  if (!fs_.exists(path)) return Json::object();
  Json ledger = Json::parse(fs_.read(path), nullptr, /*allow_exceptions=*/false);
  return ledger.is_object() ? ledger : Json::object();
}

bool Store::publish(const std::string& folder, const std::string& key, const Json& node, const Json& ledger) {
  QL_CHECK(sha256_hex(canonical_json(node)) == key, "the node does not hash to its key");
  const Json manifest = {{"key", key}, {"node", node}, {"files", describe_files(fs_, folder + "/result")}};
  fs_.write(folder + "/ledger.json", canonical_json(ledger) + "\n");
  fs_.write(folder + "/manifest.json", canonical_json(manifest) + "\n");
  return publish_folder(fs_, folder, object_folder(key));
}

void Store::remove(const std::string& key) {
  if (!has(key)) return;
  const std::string doomed =
      root_ + "/tmp/" + std::to_string(getpid()) + "." + key;  // gone whole, by one rename
  fs_.rename(object_folder(key), doomed);
  fs_.remove_all(doomed);
}

void Store::collect() {
  for (const std::string& folder : {root_, root_ + "/records"})
    for (const auto& name : fs_.list(folder))
      if (is_temporary(name) && !is_alive(owner_of_temporary(name))) fs_.remove_all(folder + "/" + name);
  for (const auto& name : fs_.list(root_ + "/tmp"))
    if (!is_alive(name)) fs_.remove_all(root_ + "/tmp/" + name);
  for (const auto& key : fs_.list(root_ + "/work"))
    if (key.size() == 64 && has(key)) fs_.remove_all(work_folder(key));
}

std::string default_store_root() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return std::string(cache) + "/qinglan";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.cache/qinglan";
  throw Error(ErrorKind::usage, "neither XDG_CACHE_HOME nor HOME is set")
      .hint("name a store with --store DIR");
}

}  // namespace qinglan
