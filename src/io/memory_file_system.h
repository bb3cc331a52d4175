#pragma once
// A file system in memory for tests, that knows what a power cut may take: file contents and folder entries
// each reach "the disk" only when synced. Safe to call from several threads.

#include <memory>
#include <mutex>

#include "io/file_system.h"

namespace qinglan {

// What is on the disk after a power cut. Both may happen: a disk may have written names before contents.
enum class PowerCut {
  drops_all_unsynced,  // contents and folder entries as of their last sync
  keeps_names,         // all folder entries as they are now, contents as of their last sync (else empty)
};

class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  std::string read(const std::string& path) override;
  void write_pieces(const std::string& path, Pieces pieces) override;
  void sync_file(const std::string& path) override;
  void sync_folder(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void make_folders(const std::string& path) override;
  void remove_all(const std::string& path) override;
  bool exists(const std::string& path) override;
  bool is_folder(const std::string& path) override;
  std::vector<std::string> list(const std::string& path) override;

  void crash(PowerCut cut = PowerCut::drops_all_unsynced);

 private:
  struct Node;
  std::shared_ptr<Node> find(const std::string& path) const;
  Node& need(const std::string& path, bool folder, const char* act) const;
  Node& need_parent(const std::string& path, const char* act) const;

  std::mutex mutex_;
  std::shared_ptr<Node> root_;
};

}  // namespace qinglan
