#pragma once
// For tests: a folder of one test, real files that may be absent, what an error says, and rows in groups.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/dataset.h"

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

// Rows id0, id1, … of which `group_size` neighbours are a group; without columns.
inline std::vector<Example> examples(int n, int group_size) {
  std::vector<Example> rows;
  for (int i = 0; i < n; ++i)
    rows.push_back({"id" + std::to_string(i), "g" + std::to_string(i / group_size), {}});
  return rows;
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
