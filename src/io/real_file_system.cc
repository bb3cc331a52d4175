#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "io/file_system.h"
#include "io/posix.h"

namespace qinglan {
namespace {

void sync_path(const std::string& path, int flags) {
  const FileDescriptor file(path, O_RDONLY | flags, "open for sync");
  int status;
  do {
    status = ::fsync(file.get());
  } while (status != 0 && errno == EINTR);
  if (status != 0) throw system_error("sync", path);
}

class RealFileSystem final : public FileSystem {
 public:
  std::string read(const std::string& path) override {
    const FileDescriptor file(path, O_RDONLY, "open");
    struct stat status;
    if (::fstat(file.get(), &status) != 0) throw system_error("look at", path);
    // The size is a guess only: the file may grow, and a pipe has none. One byte more finds the end in one
    // read less.
    std::string bytes(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1, '\0');
    std::size_t filled = 0;
    while (true) {
      const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error("read", path);
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
      if (filled == bytes.size()) bytes.resize(std::max<std::size_t>(bytes.size() * 2, 4096));
    }
    bytes.resize(filled);
    return bytes;
  }

  void write_pieces(const std::string& path, Pieces pieces) override {
    FileDescriptor file(path, O_WRONLY | O_CREAT | O_TRUNC, "create");
    for (std::string_view bytes : pieces) {
      while (!bytes.empty()) {
        const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw system_error("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(put));
      }
    }
    if (const int code = file.close()) throw system_error("write", path, code);
  }

  void sync_file(const std::string& path) override { sync_path(path, 0); }
  void sync_folder(const std::string& path) override { sync_path(path, O_DIRECTORY); }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) throw system_error("rename to " + to, from);
  }

  void make_folders(const std::string& path) override {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code) throw system_error("make the folder", path, code.value());
  }

  // Again where another process was at it too: one that clears away as we do, or a killed engine's worker
  // that writes its last file.
  void remove_all(const std::string& path) override {
    constexpr int kAttempts = 1000;
    std::error_code code;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      std::filesystem::remove_all(path, code);
      if (code != std::errc::no_such_file_or_directory && code != std::errc::directory_not_empty) break;
    }
    if (code) throw system_error("remove", path, code.value());
  }

  bool exists(const std::string& path) override {
    return status_of(path).type() != std::filesystem::file_type::not_found;
  }
  bool is_folder(const std::string& path) override { return std::filesystem::is_directory(status_of(path)); }

  std::vector<std::string> list(const std::string& path) override {
    std::vector<std::string> names;
    std::error_code code;
    std::filesystem::directory_iterator it(path, code);
    if (code == std::errc::no_such_file_or_directory) return names;
    while (!code && it != std::filesystem::directory_iterator()) {
      names.push_back(it->path().filename().string());
      it.increment(code);
    }
    if (code) throw system_error("list", path, code.value());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  static std::filesystem::file_status status_of(const std::string& path) {
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (status.type() == std::filesystem::file_type::none) throw system_error("look at", path, code.value());
    return status;
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem file_system;
  return file_system;
}

std::string parent_of(const std::string& path) {
  const std::size_t last = path.find_last_not_of('/');
  if (last == std::string::npos) return path.empty() ? "." : "/";
  const std::size_t slash = path.find_last_of('/', last);
  if (slash == std::string::npos) return ".";
  const std::size_t end = path.find_last_not_of('/', slash);
  return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

}  // namespace qinglan
