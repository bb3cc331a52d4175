#pragma once
// For the tests of io/ only: golden files, real files, temporary folders, errors as values.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {

inline std::string golden_path(const std::string& name) {
  return std::string(QL_SOURCE_DIR) + "/tests/golden/" + name;
}

// A file below the site-packages that `./dev setup` fills.
inline std::optional<std::string> package_file(const std::string& name) {
  std::error_code code;
  const std::filesystem::path lib = std::string(QL_SOURCE_DIR) + "/.deps/venv/lib";
  for (const auto& python : std::filesystem::directory_iterator(lib, code)) {
    const auto path = python.path() / "site-packages" / name;
    if (std::filesystem::exists(path, code)) return path.string();
  }
  return std::nullopt;
}

// A file below .deps, where `./dev setup` puts what it fetches.
inline std::optional<std::string> deps_file(const std::string& name) {
  const std::string path = std::string(QL_SOURCE_DIR) + "/.deps/" + name;
  std::error_code code;
  return std::filesystem::exists(path, code) ? std::optional(path) : std::nullopt;
}

// Skips, or under CI fails, the test that wants a file which set-up would have brought.
#define QL_NEED_FILE(file)                                                                  \
  if (!(file)) {                                                                            \
    if (std::getenv("CI")) FAIL() << "a real file is missing under .deps: run ./dev setup"; \
    GTEST_SKIP() << "a real file is missing under .deps: run ./dev setup";                  \
  }

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

template <typename T>
std::string little_endian(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// The Error that `act` throws; nothing where it throws none.
inline std::optional<Error> error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

// Expects an Error of this kind whose text holds every one of `words`.
inline void expect_error(ErrorKind kind, const std::vector<std::string>& words,
                         const std::function<void()>& act) {
  const auto error = error_of(act);
  ASSERT_TRUE(error) << "no error was thrown; expected one with: " << words.front();
  EXPECT_EQ(error->kind(), kind) << error->what();
  for (const std::string& word : words)
    EXPECT_NE(std::string(error->what()).find(word), std::string::npos)
        << "'" << word << "' is not in: " << error->what();
}

// Feeds `read` many damaged copies of `good`: bytes changed, cut out, doubled. Each must be read or refused
// with an Error that is no bug of ours. Returns how many were refused.
inline int count_refused_mutants(const std::string& good, int count,
                                 const std::function<void(const std::string&)>& read) {
  Random random(1, "mutants");
  int refused = 0;
  for (int i = 0; i < count; ++i) {
    std::string bad = good;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0 && !bad.empty(); --edits) {
      const std::size_t at = random.below(bad.size());
      const std::size_t length = std::min<std::size_t>(1 + random.below(16), bad.size() - at);
      switch (random.below(4)) {
        case 0:
          bad[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          bad.replace(at, length, std::string(length, random.below(2) ? '\xff' : '\0'));
          break;
        case 2:
          bad.erase(at, length);
          break;
        default:
          bad.insert(at, bad.substr(at, length));
      }
    }
    if (const auto error = error_of([&] { read(bad); })) {
      EXPECT_NE(error->kind(), ErrorKind::internal) << error->what();
      ++refused;
    }
  }
  return refused;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qinglan-io-XXXXXX").string();
    if (::mkdtemp(pattern.data())) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace qinglan
