#pragma once
// What the tests of this room share.

#include <torch/torch.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "catalog/architecture.h"
#include "data/labels.h"

namespace qinglan::testing_support {

inline Json golden(const std::string& name) {
  const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/train/" + name;
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return parse_json(text.str(), path);
}

inline torch::Tensor matrix(const Json& rows, torch::Dtype dtype = torch::kFloat64) {
  std::vector<double> flat;
  for (const auto& row : rows)
    for (const auto& value : row) flat.push_back(value.get<double>());
  const auto n = static_cast<std::int64_t>(rows.size());
  return torch::tensor(flat, torch::kFloat64).view({n, -1}).to(dtype);
}

inline WeakLabels weak_labels(const torch::Tensor& p, const std::string& prefix = "row-") {
  WeakLabels labels;
  labels.classes = static_cast<std::size_t>(p.size(1));
  const torch::Tensor flat = p.to(torch::kFloat32).contiguous();
  labels.p.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  for (std::int64_t i = 0; i < p.size(0); ++i) labels.ids.push_back(prefix + std::to_string(i));
  labels.abstain.assign(labels.ids.size(), 0);
  return labels;
}

inline torch::Tensor normal(std::vector<std::int64_t> shape, std::uint64_t seed) {
  torch::Tensor values = torch::empty(shape, torch::kFloat64);
  Random random(seed);
  for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = random.normal();
  return values;
}

// The norm of their difference in units of that of `expected`.
inline double relative_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const auto wanted = expected.to(torch::kFloat64);
  return ((found.to(torch::kFloat64) - wanted).norm() / wanted.norm()).item<double>();
}

inline ModelConfig tiny_config() {
  ModelConfig config;
  config.architecture = "llama";
  config.hidden = 16;
  config.layers = 2;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_dim = 8;
  config.intermediate = 24;
  config.vocab = 40;
  config.max_positions = 64;
  config.rotary = {.theta = 10000, .width = 8};
  config.norm_eps = 1e-5;
  return config;
}

// Rows of 1 .. 12 tokens.
inline std::vector<std::vector<std::int32_t>> token_rows(std::int64_t count, std::uint64_t seed = 1) {
  std::vector<std::vector<std::int32_t>> rows;
  Random random(seed);
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<std::int32_t> row(1 + random.below(12));
    for (auto& id : row) id = static_cast<std::int32_t>(random.below(40));
    rows.push_back(row);
  }
  return rows;
}

// The same behind a beginning that all of them share.
inline std::vector<std::vector<std::int32_t>> rows_that_begin_alike(std::int64_t count) {
  const std::vector<std::int32_t> beginning = {7, 3, 9, 9, 1, 30, 2, 11};
  auto rows = token_rows(count);
  for (auto& row : rows) row.insert(row.begin(), beginning.begin(), beginning.end());
  return rows;
}

// Folders that go when the process that made them ends (not with a child of it).
struct Folders {
  ~Folders() {
    std::error_code ignored;
    for (const auto& path : paths)
      if (getpid() == owner) std::filesystem::remove_all(path, ignored);
  }
  std::vector<std::filesystem::path> paths;
  pid_t owner = getpid();
};

// An empty folder of this process and test.
inline std::string fresh_folder(const std::string& name) {
  static Folders folders;
  const auto path =
      std::filesystem::temp_directory_path() / ("qinglan-train-" + std::to_string(getpid()) + "-" + name);
  folders.paths.push_back(path);
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path.string();
}

}  // namespace qinglan::testing_support
