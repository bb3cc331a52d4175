#include "io/memory_file_system.h"

#include <algorithm>
#include <map>

#include "io/posix.h"

namespace qinglan {

struct MemoryFileSystem::Node {
  using Entries = std::map<std::string, std::shared_ptr<Node>>;

  explicit Node(bool is_folder) : folder(is_folder) {}

  void crash(PowerCut cut) {
    bytes = synced_bytes;
    if (cut == PowerCut::keeps_names) synced_entries = entries;
    entries = synced_entries;
    for (const auto& [name, node] : entries) node->crash(cut);
  }

  bool folder;
  std::string bytes, synced_bytes;
  Entries entries, synced_entries;
};

namespace {

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    if (!part.empty() && part != ".") parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

std::string name_of_last(const std::string& path, const char* act) {
  const auto parts = parts_of(path);
  if (parts.empty()) throw system_error(act, path, EBUSY);
  return parts.back();
}

}  // namespace

MemoryFileSystem::MemoryFileSystem() : root_(std::make_shared<Node>(true)) {}
MemoryFileSystem::~MemoryFileSystem() = default;

std::shared_ptr<MemoryFileSystem::Node> MemoryFileSystem::find(const std::string& path) const {
  std::shared_ptr<Node> node = root_;
  for (const std::string& part : parts_of(path)) {
    const auto it = node->entries.find(part);
    if (it == node->entries.end()) return nullptr;
    node = it->second;
  }
  return node;
}

MemoryFileSystem::Node& MemoryFileSystem::need(const std::string& path, bool folder, const char* act) const {
  const auto node = find(path);
  if (!node) throw system_error(act, path, ENOENT);
  if (node->folder != folder) throw system_error(act, path, folder ? ENOTDIR : EISDIR);
  return *node;
}

MemoryFileSystem::Node& MemoryFileSystem::need_parent(const std::string& path, const char* act) const {
  name_of_last(path, act);
  const auto node = find(parent_of(path));
  if (!node) throw system_error(act, path, ENOENT);
  if (!node->folder) throw system_error(act, path, ENOTDIR);
  return *node;
}

std::string MemoryFileSystem::read(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return need(path, false, "open").bytes;
}

void MemoryFileSystem::write_pieces(const std::string& path, Pieces pieces) {
  const std::lock_guard lock(mutex_);
  auto& entry = need_parent(path, "create").entries[name_of_last(path, "create")];
  if (!entry) entry = std::make_shared<Node>(false);
  if (entry->folder) throw system_error("create", path, EISDIR);
  entry->bytes.clear();
  for (const std::string_view piece : pieces) entry->bytes += piece;
}

void MemoryFileSystem::sync_file(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Node& node = need(path, false, "sync");
  node.synced_bytes = node.bytes;
}

void MemoryFileSystem::sync_folder(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Node& node = need(path, true, "sync");
  node.synced_entries = node.entries;
}

void MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const auto moved = find(from);
  if (!moved) throw system_error("rename to " + to, from, ENOENT);
  Node& source = need_parent(from, "rename");
  Node& target = need_parent(to, "rename");
  if (const auto old = find(to); old && old != moved) {
    if (old->folder && !moved->folder) throw system_error("rename to " + to, from, EISDIR);
    if (!old->folder && moved->folder) throw system_error("rename to " + to, from, ENOTDIR);
    if (!old->entries.empty()) throw system_error("rename to " + to, from, ENOTEMPTY);
  }
  source.entries.erase(name_of_last(from, "rename"));
  target.entries[name_of_last(to, "rename")] = moved;
}

void MemoryFileSystem::make_folders(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Node* node = root_.get();
  for (const std::string& part : parts_of(path)) {
    auto& entry = node->entries[part];
    if (!entry) entry = std::make_shared<Node>(true);
    if (!entry->folder) throw system_error("make the folder", path, ENOTDIR);
    node = entry.get();
  }
}

void MemoryFileSystem::remove_all(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (find(path)) need_parent(path, "remove").entries.erase(name_of_last(path, "remove"));
}

bool MemoryFileSystem::exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return find(path) != nullptr;
}

bool MemoryFileSystem::is_folder(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto node = find(path);
  return node && node->folder;
}

std::vector<std::string> MemoryFileSystem::list(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  if (!find(path)) return names;
  for (const auto& [name, node] : need(path, true, "list").entries) names.push_back(name);
  return names;
}

void MemoryFileSystem::crash(PowerCut cut) {
  const std::lock_guard lock(mutex_);
  root_->crash(cut);
}

}  // namespace qinglan
