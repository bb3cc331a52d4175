#include "base/hash.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace qinglan {

struct MessageDigest::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(md); }
};

MessageDigest::MessageDigest(Kind kind) : context_(std::make_unique<Context>()) {
  const EVP_MD* algorithm = kind == Kind::sha256 ? EVP_sha256() : EVP_sha1();
  QL_CHECK(context_->md && EVP_DigestInit_ex(context_->md, algorithm, nullptr) == 1,
           "the message digest is not available");
}
MessageDigest::~MessageDigest() = default;
MessageDigest::MessageDigest(MessageDigest&&) noexcept = default;
MessageDigest& MessageDigest::operator=(MessageDigest&&) noexcept = default;

MessageDigest& MessageDigest::update(std::span<const std::byte> bytes) {
  QL_CHECK(EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) == 1, "digest update");
  return *this;
}

MessageDigest& MessageDigest::update(std::string_view text) {
  return update(std::as_bytes(std::span(text.data(), text.size())));
}

std::string MessageDigest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  QL_CHECK(EVP_DigestFinal_ex(context_->md, digest.data(), &length) == 1, "digest final");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : std::span(digest).first(length)) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

std::string sha256_hex(std::string_view text) { return Sha256().update(text).hex(); }

std::string sha256_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw Error(ErrorKind::io, "cannot open: " + std::string(std::strerror(errno))).in(path);
  Sha256 hash;
  std::vector<std::byte> buffer(1 << 20);
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    hash.update(std::span(buffer.data(), n));
  if (std::ferror(file.get()))
    throw Error(ErrorKind::io, "cannot read: " + std::string(std::strerror(errno))).in(path);
  return hash.hex();
}

}  // namespace qinglan
