#pragma once
// For tests: a folder of one test, real files that may be absent, and what an error says.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"

namespace qinglan {

class TestFolder {
 public:
  TestFolder() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = (std::filesystem::temp_directory_path() /
             ("qinglan_" + std::to_string(getpid()) + "_" + info->test_suite_name() + "_" + info->name()))
                .string();
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

template <typename Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(name_of(error.kind())) + ": " + error.what();
  }
  return "no error";
}

}  // namespace qinglan

// Leaves the test where a real file is absent; there it fails under CI, where all of them are set up.
#define QL_NEED_FILE(path)                                                              \
  do {                                                                                  \
    if (!std::filesystem::exists(path)) {                                               \
      if (std::getenv("CI")) FAIL() << "absent: " << (path);                            \
      GTEST_SKIP() << "needs the real file " << (path) << ", which ./dev setup brings"; \
    }                                                                                   \
  } while (false)
