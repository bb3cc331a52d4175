#include "model/head.h"

#include <algorithm>

#include "base/random.h"

namespace qinglan {

ClassificationHead::ClassificationHead(torch::Tensor weight, std::vector<std::int64_t> words,
                                       double logit_cap, bool bias)
    : words_(std::move(words)), logit_cap_(logit_cap), parameters_{{"head.weight", weight}} {
  if (bias) parameters_.push_back({"head.bias", torch::zeros({weight.size(0)}, torch::kFloat32)});
  for (auto& parameter : parameters_) parameter.tensor.set_requires_grad(true);
}

ClassificationHead::ClassificationHead(std::int64_t classes, std::int64_t hidden, bool bias)
    : ClassificationHead(torch::zeros({classes, hidden}, torch::kFloat32),
                         std::vector<std::int64_t>(static_cast<std::size_t>(classes), 1), 0, bias) {}

ClassificationHead ClassificationHead::of_words(const Backbone& backbone,
                                                std::span<const std::vector<std::int32_t>> tokens) {
  std::vector<std::int64_t> rows, words;
  for (const auto& alternatives : tokens) {
    rows.insert(rows.end(), alternatives.begin(), alternatives.end());
    words.push_back(static_cast<std::int64_t>(alternatives.size()));
  }
  return {backbone.lm_head_rows(rows), std::move(words), backbone.config().logit_cap, /*bias=*/false};
}

ClassificationHead ClassificationHead::small(std::int64_t classes, std::int64_t hidden,
                                             std::uint64_t run_seed, bool bias) {
  torch::Tensor weight = torch::empty({classes, hidden}, torch::kFloat32);
  Random random(run_seed, "head");
  for (std::int64_t i = 0; i < weight.numel(); ++i)
    weight.data_ptr<float>()[i] = static_cast<float>(0.02 * 0.01 * random.normal());
  return {weight, std::vector<std::int64_t>(static_cast<std::size_t>(classes), 1), 0, bias};
}

bool ClassificationHead::is_linear() const {
  return logit_cap_ == 0 && std::all_of(words_.begin(), words_.end(), [](auto count) { return count == 1; });
}

torch::Tensor ClassificationHead::forward(const torch::Tensor& pooled) const {
  const torch::Tensor bias = parameters_.size() > 1 ? parameters_[1].tensor : torch::Tensor();
  auto scores = torch::linear(pooled.to(torch::kFloat32), parameters_[0].tensor, bias);
  if (logit_cap_ > 0) scores = logit_cap_ * torch::tanh(scores / logit_cap_);
  if (static_cast<std::size_t>(scores.size(1)) == words_.size()) return scores;
  std::vector<torch::Tensor> classes;
  for (const auto& words : scores.split_with_sizes(words_, 1)) classes.push_back(torch::logsumexp(words, 1));
  return torch::stack(classes, 1);
}

}  // namespace qinglan
