#include "record/predictions.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "base/error.h"
#include "io/safetensors.h"

namespace qinglan {
namespace {

const std::string kLogits = ".logits", kIds = ".ids";

Error corrupt(const std::string& path, const std::string& split, const std::string& what) {
  return std::move(Error(ErrorKind::corrupt_data, what + " in the split \"" + split + "\"")
                       .in(path)
                       .hint("Remove this artifact; it is made anew."));
}

std::vector<std::string> split_lines(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<std::string> lines;
  for (std::size_t start = 0; !text.empty() && start <= text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    lines.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

Predictions read_split(const SafetensorsFile& file, const std::string& split) {
  const auto& ids = file.tensor(split + kIds);
  const auto& logits = file.tensor(split + kLogits);
  if (ids.dtype != DType::u8 || logits.dtype != DType::f32 || ids.shape.size() != 1 ||
      logits.shape.size() != 2)
    throw corrupt(file.path(), split, "a tensor has another type or shape")
        .expected("ids U8 [bytes], logits F32 [n, K]");
  Predictions result;
  result.ids = split_lines(ids.bytes);
  if (static_cast<std::int64_t>(result.size()) != logits.shape[0] || logits.shape[1] < 1)
    throw corrupt(file.path(), split, "ids and logits disagree")
        .expected(std::to_string(result.size()) + " rows")
        .found(std::to_string(logits.shape[0]) + " rows of " + std::to_string(logits.shape[1]));
  std::unordered_set<std::string_view> seen;
  for (const auto& id : result.ids)
    if (id.empty() || !seen.insert(id).second)
      throw corrupt(file.path(), split, "an id is empty or there twice").found("\"" + id + "\"");
  result.classes = static_cast<std::size_t>(logits.shape[1]);
  result.logits.resize(logits.bytes.size() / sizeof(float));
  std::memcpy(result.logits.data(), logits.bytes.data(), logits.bytes.size());
  for (std::size_t i = 0; i < result.logits.size(); ++i)
    if (!std::isfinite(result.logits[i]))
      throw corrupt(file.path(), split,
                    "a logit of the id \"" + result.ids[i / result.classes] + "\" is not finite");
  return result;
}

}  // namespace

void write_predictions(FileSystem& fs, const std::string& path, const PredictionSets& sets) {
  TensorMap tensors;
  std::map<std::string, std::string> joined;
  for (const auto& [split, set] : sets) {
    QL_CHECK(set.logits.size() == set.size() * set.classes, "one row of logits for each id");
    std::string& ids = joined[split];
    for (const auto& id : set.ids) {
      QL_CHECK(!id.empty() && id.find('\n') == std::string::npos, "ids are lines");
      ids += (ids.empty() ? "" : "\n") + id;
    }
    tensors[split + kIds] = {
        DType::u8, {static_cast<std::int64_t>(ids.size())}, std::as_bytes(std::span(ids))};
    tensors[split + kLogits] = {
        DType::f32,
        {static_cast<std::int64_t>(set.size()), static_cast<std::int64_t>(set.classes)},
        std::as_bytes(std::span(set.logits))};
  }
  write_safetensors(fs, path, tensors);
}

PredictionSets read_predictions(const std::string& path) {
  const auto file = SafetensorsFile::open(path);
  PredictionSets sets;
  for (const auto& [name, tensor] : file.tensors()) {
    const bool ids = name.ends_with(kIds), logits = name.ends_with(kLogits);
    if (!ids && !logits)
      throw Error(ErrorKind::corrupt_data, "not a file of predictions")
          .in(path)
          .found("the tensor \"" + name + "\"");
    const std::string split = name.substr(0, name.size() - (ids ? kIds : kLogits).size());
    if (!sets.contains(split)) sets[split] = read_split(file, split);
  }
  return sets;
}

std::vector<double> softmax_rows(const std::vector<float>& logits, std::size_t classes) {
  QL_CHECK(classes > 0 && logits.size() % classes == 0, "whole rows");
  std::vector<double> p(logits.size());
  for (std::size_t row = 0; row < logits.size(); row += classes) {
    const double top = *std::max_element(&logits[row], &logits[row] + classes);
    double sum = 0;
    for (std::size_t k = row; k < row + classes; ++k) sum += p[k] = std::exp(logits[k] - top);
    for (std::size_t k = row; k < row + classes; ++k) p[k] /= sum;
  }
  return p;
}

}  // namespace qinglan
