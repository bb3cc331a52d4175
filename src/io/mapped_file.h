#pragma once
// A whole file mapped read-only. Move-only; unmapped at the end of its life.

#include <cstddef>
#include <span>
#include <string>

namespace qinglan {

class MappedFile {
 public:
  // Throws Error{io}. An empty file maps to an empty span.
  static MappedFile open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

 private:
  MappedFile(std::string path, std::span<const std::byte> bytes);
  std::string path_;
  std::span<const std::byte> bytes_;
};

}  // namespace qinglan
