#pragma once
// The file system as an interface, so that a test can hand in one that forgets what was not synced or fails
// the n-th call. The store and all publishing go through it. Paths are plain strings. Every function throws
// Error{io} that names the path and the operating system's reason.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qinglan {

// A file's bytes in order, wherever each piece lies: what is large is written without a copy of it all.
using Pieces = std::span<const std::string_view>;

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual std::string read(const std::string& path) = 0;
  virtual void write_pieces(const std::string& path, Pieces pieces) = 0;  // create or truncate; not synced
  void write(const std::string& path, std::string_view bytes) { write_pieces(path, {&bytes, 1}); }
  virtual void sync_file(const std::string& path) = 0;
  virtual void sync_folder(const std::string& path) = 0;
  virtual void rename(const std::string& from,
                      const std::string& to) = 0;  // atomic; a non-empty target folder fails
  virtual void make_folders(const std::string& path) = 0;
  virtual void remove_all(const std::string& path) = 0;  // absent is fine
  virtual bool exists(const std::string& path) = 0;
  virtual bool is_folder(const std::string& path) = 0;  // absent is false
  virtual std::vector<std::string> list(
      const std::string& path) = 0;  // names in a folder, sorted; absent is empty
};

// The operating system's. For tests: MemoryFileSystem (memory_file_system.h), FaultyFileSystem
// (faulty_file_system.h).
FileSystem& real_file_system();

// "a/b/c" -> "a/b"; "c" -> "."; "/c" -> "/". Trailing slashes do not count.
std::string parent_of(const std::string& path);

}  // namespace qinglan
