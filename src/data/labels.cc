#include "data/labels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "data/gold_rows.h"
#include "io/safetensors.h"

namespace qinglan {
namespace {

constexpr double kSumTolerance = 1e-4;  // of a row of fp32 probabilities

template <typename T>
TensorView view_of(DType dtype, std::vector<std::int64_t> shape, const T& values) {
  return {dtype, std::move(shape), std::as_bytes(std::span(values))};
}

Error corrupt(const std::string& path, const std::string& what) {
  return std::move(
      Error(ErrorKind::corrupt_data, what).in(path).hint("Remove this artifact; it is made anew."));
}

const TensorView& typed(const SafetensorsFile& file, const std::string& name, DType dtype, std::size_t rank) {
  const auto& tensor = file.tensor(name);
  if (tensor.dtype != dtype || tensor.shape.size() != rank)
    throw corrupt(file.path(), "the tensor \"" + name + "\" has another type or shape")
        .expected(std::string(info_of(dtype).name) + " with " + std::to_string(rank) + " dimensions");
  return tensor;
}

std::size_t argmax(const float* p, std::size_t classes) {
  return static_cast<std::size_t>(std::max_element(p, p + classes) - p);  // the first of equals
}

void check_rows(const WeakLabels& labels, const std::string& path) {
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels.ids[i].empty() || !seen.insert(labels.ids[i]).second)
      throw corrupt(path, "an id is empty or there twice").found("\"" + labels.ids[i] + "\"");
    double sum = 0;
    for (std::size_t k = 0; k < labels.classes; ++k) {
      const float p = labels.p[i * labels.classes + k];
      if (!std::isfinite(p) || p < 0)
        throw corrupt(path, "a probability of the id \"" + labels.ids[i] + "\" is negative or not finite");
      sum += p;
    }
    if (std::abs(sum - 1) > kSumTolerance)
      throw corrupt(path, "the probabilities of the id \"" + labels.ids[i] + "\" do not sum to 1")
          .found(std::to_string(sum));
  }
}

}  // namespace

std::int32_t WeakLabels::hard(std::size_t row) const {
  QL_CHECK(row < size(), "row out of range");
  return static_cast<std::int32_t>(argmax(&p[row * classes], classes));
}

float WeakLabels::confidence(std::size_t row) const {
  return p[row * classes + static_cast<std::size_t>(hard(row))];
}

std::vector<double> WeakLabels::mean() const {
  std::vector<double> mean(classes, 0);
  for (std::size_t i = 0; i < p.size(); ++i) mean[i % classes] += p[i];
  for (auto& value : mean) value /= static_cast<double>(std::max<std::size_t>(1, size()));
  return mean;
}

Json ground_truth_behind(const Json& provenance) {
  Json uses = Json::array();
  for (const Json* made = &provenance; made->is_object();) {
    for (const Json& use : made->value("ground_truth", Json::array())) uses.push_back(use);
    const auto before = made->find("of");
    if (before == made->end()) break;
    made = &*before;
  }
  return uses;
}

void write_weak_labels(FileSystem& fs, const std::string& path, const WeakLabels& labels) {
  std::string ids;
  for (const auto& id : labels.ids) {
    QL_CHECK(!id.empty() && id.find('\n') == std::string::npos, "ids are lines");
    ids += (ids.empty() ? "" : "\n") + id;
  }
  const auto n = static_cast<std::int64_t>(labels.size());
  TensorMap tensors;
  tensors["ids"] = view_of(DType::u8, {static_cast<std::int64_t>(ids.size())}, ids);
  tensors["p"] = view_of(DType::f32, {n, static_cast<std::int64_t>(labels.classes)}, labels.p);
  tensors["abstain"] = view_of(DType::u8, {n}, labels.abstain);
  write_safetensors(fs, path, tensors, {{"provenance", canonical_json(labels.provenance)}});
}

WeakLabels read_weak_labels(const std::string& path) {
  const auto file = SafetensorsFile::open(path);
  const auto& ids = typed(file, "ids", DType::u8, 1);
  const auto& p = typed(file, "p", DType::f32, 2);
  const auto& abstain = typed(file, "abstain", DType::u8, 1);
  WeakLabels labels;
  const std::string joined(reinterpret_cast<const char*>(ids.bytes.data()), ids.bytes.size());
  for (std::size_t start = 0; !joined.empty() && start <= joined.size();) {
    const auto end = std::min(joined.find('\n', start), joined.size());
    labels.ids.push_back(joined.substr(start, end - start));
    start = end + 1;
  }
  const auto n = static_cast<std::int64_t>(labels.size());
  if (p.shape[0] != n || abstain.shape[0] != n || p.shape[1] < 2)
    throw corrupt(path, "ids, p and abstain disagree")
        .expected(std::to_string(n) + " rows of at least 2 classes")
        .found(std::to_string(p.shape[0]) + " rows of " + std::to_string(p.shape[1]));
  labels.classes = static_cast<std::size_t>(p.shape[1]);
  labels.p.resize(p.bytes.size() / sizeof(float));
  std::memcpy(labels.p.data(), p.bytes.data(), p.bytes.size());
  labels.abstain.resize(abstain.bytes.size());
  std::memcpy(labels.abstain.data(), abstain.bytes.data(), abstain.bytes.size());
  const auto provenance = file.metadata().find("provenance");
  if (provenance == file.metadata().end()) throw corrupt(path, "the provenance is missing");
  labels.provenance = parse_json(provenance->second, path);
  check_rows(labels, path);
  return labels;
}

TrainingLabels TrainingLabels::from(const WeakLabels& labels, bool hard) {
  const std::size_t classes = labels.classes;
  QL_CHECK(labels.p.size() == labels.size() * classes && labels.abstain.size() == labels.size(),
           "weak labels are whole");
  TrainingLabels result;
  result.classes_ = classes;
  result.prior_ = labels.mean();
  result.certificate_ = ground_truth_behind(labels.provenance);
  if (!hard) {
    result.ids_ = labels.ids;
    result.p_ = labels.p;
    return result;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels.abstain[i]) {
      ++result.skipped_;
      continue;
    }
    result.ids_.push_back(labels.ids[i]);
    result.p_.resize(result.p_.size() + classes, 0.0f);
    result.p_[result.p_.size() - classes + static_cast<std::size_t>(labels.hard(i))] = 1.0f;
  }
  if (result.ids_.empty())
    throw Error(ErrorKind::invalid_input,
                "the supervisor abstained on every row, so there are no hard labels to train on")
        .hint("Use soft labels, or a supervisor that covers the data.");
  return result;
}

TrainingLabels TrainingLabels::from(const GroundTruth& truth, const std::vector<std::string>& ids,
                                    const GoldBudget& budget) {
  QL_CHECK(ids.size() <= budget.rows, "more ground truth than the budget \"" + budget.purpose + "\" allows");
  TrainingLabels result;
  const std::size_t classes = truth.classes().size();
  result.ids_ = ids;
  result.classes_ = classes;
  result.p_.assign(ids.size() * classes, 0.0f);
  result.prior_.assign(classes, 0);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto label = static_cast<std::size_t>(truth.label(ids[i]));
    result.p_[i * classes + label] = 1.0f;
    result.prior_[label] += 1;
  }
  for (auto& share : result.prior_) share /= static_cast<double>(std::max<std::size_t>(1, ids.size()));
  result.certificate_.push_back({{"rows", ids.size()}, {"purpose", budget.purpose}});
  return result;
}

TrainingLabels TrainingLabels::with_gold(const WeakLabels& labels, const GoldRows& gold, const GoldUse& use,
                                         bool hard) {
  QL_CHECK(gold.classes == labels.classes && gold.labels.size() == gold.size(), "gold rows are whole");
  QL_CHECK(use.weak_weights.empty() || use.weak_weights.size() == labels.size(), "a weight a weak label");
  TrainingLabels result;
  result.classes_ = labels.classes;
  result.prior_.assign(labels.classes, 0);
  for (const auto label : gold.labels)
    result.prior_[static_cast<std::size_t>(label)] += 1 / static_cast<double>(gold.size());
  if (!use.alone) result = from(labels, hard);
  std::unordered_map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < result.size(); ++i) place.emplace(result.ids_[i], i);
  for (const auto& id : gold.ids)
    if (place.emplace(id, result.size()).second) result.ids_.push_back(id);
  result.p_.resize(result.size() * labels.classes);
  result.anchored_.assign(use.anchored ? result.size() : 0, 0);
  if (use.weight != 1 || !use.weak_weights.empty()) result.weights_.assign(result.size(), 1.0f);
  if (!use.weak_weights.empty())
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (const auto row = place.find(labels.ids[i]); row != place.end())
        result.weights_[row->second] = use.weak_weights[i];
  const auto rest = static_cast<float>(use.smoothing / static_cast<double>(labels.classes));
  for (std::size_t i = 0; i < gold.size(); ++i) {
    const std::size_t row = place.at(gold.ids[i]);
    const auto p = result.p_.begin() + static_cast<std::ptrdiff_t>(row * labels.classes);
    std::fill_n(p, labels.classes, rest);
    p[gold.labels[i]] += static_cast<float>(1 - use.smoothing);
    if (use.anchored) result.anchored_[row] = 1;
    if (!result.weights_.empty()) result.weights_[row] = static_cast<float>(use.weight);
  }
  result.certificate_.push_back({{"rows", gold.size()}, {"purpose", use.purpose}});
  if (gold.consulted > 0)
    result.certificate_.push_back({{"rows", gold.consulted}, {"purpose", kGoldPlacePurpose}});
  return result;
}

double TrainingLabels::median_margin() const {
  std::vector<double> margins;
  for (std::size_t row = 0; row < size(); ++row) {
    const auto first = p_.begin() + static_cast<std::ptrdiff_t>(row * classes_);
    margins.push_back(*std::max_element(first, first + static_cast<std::ptrdiff_t>(classes_)) -
                      1.0 / static_cast<double>(classes_));
  }
  if (margins.empty()) return 0;
  std::sort(margins.begin(), margins.end());
  return (margins[(margins.size() - 1) / 2] + margins[margins.size() / 2]) / 2;
}

double TrainingLabels::prior_entropy() const {
  double entropy = 0;
  for (const double p : prior_)
    if (p > 0) entropy -= p * std::log(p);
  return entropy;
}

}  // namespace qinglan
