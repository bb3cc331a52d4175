#include "supervise/ngrams.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "supervise/lbfgs.h"
#include "supervise/softmax_regression.h"
#include "supervise/words.h"

namespace qinglan {
namespace {

// Different n-grams of a text, words joined by one space, sorted.
std::vector<std::string> ngrams_of(const std::string& text, int max_n) {
  const auto words = split_words(text);
  std::vector<std::string> grams;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string gram;
    for (std::size_t n = 0; n < static_cast<std::size_t>(max_n) && i + n < words.size(); ++n) {
      gram += (n ? " " : "") + words[i + n];
      grams.push_back(gram);
    }
  }
  std::sort(grams.begin(), grams.end());
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  return grams;
}

double characters(const std::string& text) {  // code points of UTF-8
  return static_cast<double>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

using Vocabulary = std::unordered_map<std::string, std::uint32_t>;

Vocabulary count_vocabulary(const std::vector<std::vector<std::string>>& grams, int min_count) {
  std::unordered_map<std::string_view, int> counts;
  for (const auto& row : grams)
    for (const auto& gram : row) ++counts[gram];
  std::vector<std::string_view> kept;
  for (const auto& [gram, count] : counts)
    if (count >= min_count) kept.push_back(gram);
  std::sort(kept.begin(), kept.end());  // column order must not depend on the hash table
  Vocabulary vocabulary;
  vocabulary.reserve(kept.size());
  for (const auto gram : kept) vocabulary.emplace(gram, static_cast<std::uint32_t>(vocabulary.size()));
  return vocabulary;
}

void append_row(SparseRows& rows, const std::vector<std::string>& grams, const Vocabulary& vocabulary) {
  for (const auto& gram : grams) {
    const auto found = vocabulary.find(gram);
    if (found == vocabulary.end()) continue;
    rows.columns.push_back(found->second);
    rows.values.push_back(1);
  }
  rows.starts.push_back(rows.columns.size());
}

SparseRows length_rows(const std::vector<std::string>& texts) {
  SparseRows rows;
  for (const auto& text : texts) {
    rows.columns.insert(rows.columns.end(), {0, 1});
    rows.values.push_back(std::log1p(static_cast<double>(split_words(text).size())));
    rows.values.push_back(std::log1p(characters(text)));
    rows.starts.push_back(rows.columns.size());
  }
  return rows;
}

// The same shares with mean 1.
std::vector<double> scaled(const std::vector<float>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<double> result;
  for (const float share : shares) result.push_back(share * static_cast<double>(shares.size()) / sum);
  return result;
}

}  // namespace

struct NgramModel::Impl {
  NgramConfig config;
  Vocabulary vocabulary;  // empty for the length control
  std::size_t features = 0, classes = 0;
  std::vector<double> weights;
};

NgramModel NgramModel::fit(const std::vector<std::string>& texts, const TrainingLabels& labels,
                           const NgramConfig& config, const std::vector<float>& shares) {
  QL_CHECK(texts.size() == labels.size(), "a text for each label");
  QL_CHECK(shares.empty() || shares.size() == labels.size(), "a share a row");
  if (texts.empty()) throw Error(ErrorKind::invalid_input, "there are no labelled rows to fit n-grams on");
  if (config.max_n < 1 || config.min_count < 1 || !(config.l2 >= 0) || config.max_iterations < 1)
    throw Error(ErrorKind::usage, "the n-gram settings are out of range")
        .expected("max_n, min_count and max_iterations of at least 1, l2 of at least 0");
  auto impl = std::make_shared<Impl>();
  impl->config = config;
  impl->classes = labels.classes();
  SparseRows rows;
  if (config.length_only) {
    rows = length_rows(texts);
    impl->features = 2;
  } else {
    std::vector<std::vector<std::string>> grams;
    grams.reserve(texts.size());
    for (const auto& text : texts) grams.push_back(ngrams_of(text, config.max_n));
    impl->vocabulary = count_vocabulary(grams, config.min_count);
    impl->features = impl->vocabulary.size();
    for (const auto& row : grams) append_row(rows, row, impl->vocabulary);
  }
  const SoftmaxRegression objective{rows,          labels.p(), impl->features,
                                    impl->classes, config.l2,  scaled(shares)};
  LbfgsConfig search;
  search.max_iterations = config.max_iterations;
  auto found = minimize_lbfgs(objective, std::vector<double>(objective.size(), 0.0), search);
  NgramModel model;
  model.final_loss_ = objective.cross_entropy(found.x);
  model.iterations_ = found.iterations;
  model.converged_ = found.converged;
  impl->weights = std::move(found.x);
  model.impl_ = std::move(impl);
  return model;
}

std::vector<float> NgramModel::logits(const std::vector<std::string>& texts) const {
  SparseRows rows;
  if (impl_->config.length_only)
    rows = length_rows(texts);
  else
    for (const auto& text : texts) append_row(rows, ngrams_of(text, impl_->config.max_n), impl_->vocabulary);
  std::vector<float> result;
  result.reserve(texts.size() * impl_->classes);
  std::vector<double> row(impl_->classes);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    row_logits(rows, i, impl_->weights, impl_->features, row);
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

std::size_t NgramModel::features() const { return impl_->features; }

}  // namespace qinglan
