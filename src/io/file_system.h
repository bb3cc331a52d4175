#pragma once
// The file system as an interface, so that a test can hand in one that forgets what was not synced or fails the n-th
// call. The store and all publishing go through it. Paths are plain strings. Every function throws Error{io} that
// names the path and the operating system's reason.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual std::string read(const std::string& path) = 0;
  virtual void write(const std::string& path, std::string_view bytes) = 0;  // create or truncate; not synced
  virtual void sync_file(const std::string& path) = 0;
  virtual void sync_folder(const std::string& path) = 0;
  virtual void rename(const std::string& from, const std::string& to) = 0;  // atomic; a non-empty target folder fails
  virtual void make_folders(const std::string& path) = 0;
  virtual void remove_all(const std::string& path) = 0;  // absent is fine
  virtual bool exists(const std::string& path) = 0;
  virtual std::vector<std::string> list(const std::string& path) = 0;  // names in a folder, sorted; absent is empty
};

FileSystem& real_file_system();
// Keeps files in memory and tells synced from unsynced: `crash()` drops what a power cut could drop.
class MemoryFileSystem;
// Passes calls on and fails the n-th of them (n from 1) with Error{io}, for "fail every call once" loops.
class FaultyFileSystem;

}  // namespace qinglan
