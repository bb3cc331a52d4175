#pragma once
// Message digests (FIPS 180-4, by OpenSSL). SHA-256 is the name of everything that is content-addressed;
// SHA-1 is here only because git names files by it.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace qinglan {

class MessageDigest {
 public:
  enum class Kind { sha256, sha1 };

  explicit MessageDigest(Kind kind);
  ~MessageDigest();
  MessageDigest(MessageDigest&&) noexcept;
  MessageDigest& operator=(MessageDigest&&) noexcept;

  MessageDigest& update(std::span<const std::byte> bytes);
  MessageDigest& update(std::string_view text);
  // Lower-case hex digits, 64 or 40. Ends this digest.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Sha256 : public MessageDigest {
 public:
  Sha256() : MessageDigest(Kind::sha256) {}
};

std::string sha256_hex(std::string_view text);
// Streams the file. Throws Error{io} that names it.
std::string sha256_file(const std::string& path);

}  // namespace qinglan
