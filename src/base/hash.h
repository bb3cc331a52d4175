#pragma once
// SHA-256 (FIPS 180-4, by OpenSSL): the name of everything that is content-addressed.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace qinglan {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);
  // 64 lower-case hex digits. Ends this hash.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view text);
// Streams the file. Throws Error{io} that names it.
std::string sha256_file(const std::string& path);

}  // namespace qinglan
