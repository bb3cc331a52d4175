#include "io/faulty_file_system.h"

#include "base/error.h"

namespace qinglan {
namespace {

Error fault(const char* call, const std::string& path) {
  return Error(ErrorKind::io, std::string("cannot ") + call + ": fault set by a test").in(path);
}

}  // namespace

FaultyFileSystem::FaultyFileSystem(FileSystem& inner, std::uint64_t fail_at, FaultSpan span)
    : inner_(inner), fail_at_(fail_at), span_(span) {}

bool FaultyFileSystem::fails_now() {
  const std::uint64_t call = ++calls_;
  return fail_at_ != 0 && (call == fail_at_ || (call > fail_at_ && span_ == FaultSpan::from_then_on));
}

void FaultyFileSystem::count(const char* call, const std::string& path) {
  if (fails_now()) throw fault(call, path);
}

std::string FaultyFileSystem::read(const std::string& path) {
  count("read", path);
  return inner_.read(path);
}

void FaultyFileSystem::write_pieces(const std::string& path, Pieces pieces) {
  if (fails_now()) {
    std::string bytes;
    for (const std::string_view piece : pieces) bytes += piece;
    if (calls_ == fail_at_) inner_.write(path, std::string_view(bytes).substr(0, bytes.size() / 2));
    throw fault("write", path);
  }
  inner_.write_pieces(path, pieces);
}

void FaultyFileSystem::sync_file(const std::string& path) {
  count("sync", path);
  inner_.sync_file(path);
}

void FaultyFileSystem::sync_folder(const std::string& path) {
  count("sync", path);
  inner_.sync_folder(path);
}

void FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  count("rename", from);
  inner_.rename(from, to);
}

void FaultyFileSystem::make_folders(const std::string& path) {
  count("make the folder", path);
  inner_.make_folders(path);
}

void FaultyFileSystem::remove_all(const std::string& path) {
  count("remove", path);
  inner_.remove_all(path);
}

bool FaultyFileSystem::exists(const std::string& path) {
  count("look at", path);
  return inner_.exists(path);
}

bool FaultyFileSystem::is_folder(const std::string& path) {
  count("look at", path);
  return inner_.is_folder(path);
}

std::vector<std::string> FaultyFileSystem::list(const std::string& path) {
  count("list", path);
  return inner_.list(path);
}

}  // namespace qinglan
