#pragma once
// Inside io/: a cursor over untrusted little-endian bytes. Every read is checked against what is left.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "io/utf8.h"

namespace qinglan {

class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}

  std::uint64_t offset() const { return offset_; }
  std::uint64_t remaining() const { return bytes_.size() - offset_; }
  const std::string& path() const { return path_; }

  template <typename T>
  T number(const char* what) {
    static_assert(std::is_arithmetic_v<T>);
    T value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }

  // A count of things that take at least `least_bytes` each, checked before anybody reserves room for them.
  std::uint64_t count(const char* what, std::uint64_t least_bytes) {
    const std::uint64_t at = offset_;
    const auto count = number<std::uint64_t>(what);
    if (count > remaining() / least_bytes)
      throw corrupt(std::string(what) + " is larger than the file can hold", at)
          .expected("at most " + std::to_string(remaining() / least_bytes))
          .found(std::to_string(count));
    return count;
  }

  // A 64-bit length, then that many bytes of UTF-8.
  std::string text(const char* what) {
    const std::uint64_t at = offset_;
    const std::uint64_t length = count(what, 1);
    const auto bytes = take(length, what);
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!is_valid_utf8(text)) throw corrupt(std::string(what) + " is not valid UTF-8", at);
    return text;
  }

  Error corrupt(std::string message, std::uint64_t at) const {
    return Error(ErrorKind::corrupt_data, std::move(message)).in(path_).offset(at);
  }

 private:
  std::span<const std::byte> take(std::uint64_t length, const char* what) {
    if (length > remaining())
      throw corrupt(std::string("the file ends inside ") + what, offset_)
          .expected(std::to_string(length) + " bytes")
          .found(std::to_string(remaining()))
          .hint("the file is cut short: fetch it again");
    const auto part = bytes_.subspan(offset_, length);
    offset_ += length;
    return part;
  }

  std::span<const std::byte> bytes_;
  std::string path_;
  std::uint64_t offset_ = 0;
};

}  // namespace qinglan
