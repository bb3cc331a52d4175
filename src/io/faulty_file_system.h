#pragma once
// A file system for tests that passes calls on and fails the n-th of them with Error{io}, for "fail every
// call once" and "die after every call" loops.

#include <atomic>
#include <cstdint>

#include "io/file_system.h"

namespace qinglan {

enum class FaultSpan {
  once,          // a passing fault: later calls work again
  from_then_on,  // as if the process had died: every later call fails too
};

class FaultyFileSystem final : public FileSystem {
 public:
  // `fail_at` counts from 1; 0 never fails. A failing write leaves the first half of its bytes, as a full
  // disk does; every other failing call does nothing.
  FaultyFileSystem(FileSystem& inner, std::uint64_t fail_at, FaultSpan span = FaultSpan::once);

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

  std::uint64_t calls() const { return calls_; }
  // True once the fault was met: a loop over n ends where it stays false.
  bool failed() const { return fail_at_ != 0 && calls_ >= fail_at_; }

 private:
  bool fails_now();
  void count(const char* call, const std::string& path);

  FileSystem& inner_;
  const std::uint64_t fail_at_;
  const FaultSpan span_;
  std::atomic<std::uint64_t> calls_ = 0;
};

}  // namespace qinglan
