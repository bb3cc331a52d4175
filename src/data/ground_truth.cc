#include <algorithm>

#include "base/error.h"
#include "data/dataset.h"

namespace qinglan {

GroundTruth::GroundTruth(std::vector<std::string> classes, std::map<std::string, std::int32_t> label_of)
    : classes_(std::move(classes)), label_of_(std::move(label_of)) {
  for (const auto& [id, label] : label_of_)
    if (label < 0 || static_cast<std::size_t>(label) >= classes_.size())
      throw Error(ErrorKind::invalid_input, "the label of \"" + id + "\" is outside the classes")
          .expected("0 to " + std::to_string(classes_.size() - 1))
          .found(std::to_string(label));
}

std::int32_t GroundTruth::label(const std::string& id) const {
  const auto found = label_of_.find(id);
  if (found == label_of_.end())
    throw Error(ErrorKind::invalid_input, "there is no ground truth for the id \"" + id + "\"")
        .hint("The ids belong to another data set or another draw of this one.");
  return found->second;
}

std::vector<std::int32_t> GroundTruth::labels(const std::vector<std::string>& ids) const {
  std::vector<std::int32_t> labels;
  labels.reserve(ids.size());
  for (const auto& id : ids) labels.push_back(label(id));
  return labels;
}

}  // namespace qinglan
