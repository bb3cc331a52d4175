#include "io/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdint>
#include <utility>

#include "io/posix.h"
#include "io/torn_read.h"

namespace qinglan {

MappedFile::MappedFile(std::string path, std::span<const std::byte> bytes)
    : path_(std::move(path)), bytes_(bytes) {}

MappedFile MappedFile::open(const std::string& path) {
  const FileDescriptor file(path, O_RDONLY | O_NONBLOCK, "open");
  struct stat status;
  if (::fstat(file.get(), &status) != 0) throw system_error("look at", path);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::io, "is not a regular file").in(path);
  if (status.st_size == 0) return MappedFile(path, {});
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) throw system_error("map", path);
  return MappedFile(path, {static_cast<const std::byte*>(data), size});
}

MappedFile MappedFile::from_bytes(std::vector<std::byte> bytes, std::string name) {
  MappedFile file(std::move(name), {});
  file.owned_ = std::move(bytes);
  file.bytes_ = file.owned_;
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_(std::exchange(other.bytes_, {})),
      owned_(std::move(other.owned_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this == &other) return *this;
  unmap();
  path_ = std::move(other.path_);
  bytes_ = std::exchange(other.bytes_, {});
  owned_ = std::move(other.owned_);
  return *this;
}

void MappedFile::release(std::span<const std::byte> part) const {
  if (!owned_.empty() || bytes_.empty() || part.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto start = reinterpret_cast<std::uintptr_t>(bytes_.data());
  const auto from = reinterpret_cast<std::uintptr_t>(part.data()), to = from + part.size();
  if (from < start || to > start + bytes_.size()) return;
  const std::uintptr_t first = (from + page - 1) / page * page, last = to / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

MappedFile::~MappedFile() { unmap(); }

void MappedFile::unmap() {
  if (!owned_.empty() || bytes_.empty()) return;
  TornRead::forget(bytes_);
  ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace qinglan
