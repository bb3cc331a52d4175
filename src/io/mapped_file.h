#pragma once
// The bytes of a whole file, mapped read-only (or held, when they come from memory). Move-only; unmapped at
// the end of its life. Who reads bytes that others may cut meanwhile does it under a TornRead (torn_read.h).

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace qinglan {

class MappedFile {
 public:
  // Throws Error{io}, also for a folder or a device. An empty file maps to an empty span.
  static MappedFile open(const std::string& path);
  // The same over bytes in memory; `name` stands for the path in messages.
  static MappedFile from_bytes(std::vector<std::byte> bytes, std::string name);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

  // Gives the memory of whole pages within `part` back to the system, which reads them again when they are
  // used again. Does nothing to bytes outside the file or held in memory.
  void release(std::span<const std::byte> part) const;

 private:
  MappedFile(std::string path, std::span<const std::byte> bytes);
  void unmap();

  std::string path_;
  std::span<const std::byte> bytes_;
  std::vector<std::byte> owned_;  // empty when bytes_ is a mapping
};

}  // namespace qinglan
