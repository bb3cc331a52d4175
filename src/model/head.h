#pragma once
// The classification head. New: logits = pooled W^T + b, fp32, zero at first so that training starts from
// uniform p. A decoder's has no b: the reference implementation's has none, nor has any Hugging Face class
// that a trained decoder is given back as. Of label words: W starts as the language-model head's rows of the
// words' tokens, so that an untrained student gives its zero-shot answer; a class with several words scores
// log sum exp over them, a model that caps its logits caps these.

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "model/backbone.h"
#include "model/parameter.h"

namespace qinglan {

class ClassificationHead {
 public:
  ClassificationHead(std::int64_t classes, std::int64_t hidden, bool bias = true);
  // tokens[k]: the words of class k, at least one. Throws Error{unsupported} for an encoder,
  // Error{invalid_input} for a token outside the vocabulary.
  static ClassificationHead of_words(const Backbone& backbone,
                                     std::span<const std::vector<std::int32_t>> tokens);

  // New, but for W normal(0, 0.02 * 0.01), stream "head" of the run seed: transformers' start of a head,
  // times 0.01.
  static ClassificationHead small(std::int64_t classes, std::int64_t hidden, std::uint64_t run_seed,
                                  bool bias = true);

  // pooled [B, C] (cast to fp32) -> logits [B, K] fp32.
  torch::Tensor forward(const torch::Tensor& pooled) const;

  std::int64_t classes() const { return static_cast<std::int64_t>(words_.size()); }
  // logits = pooled W^T + b with a row a class: what other programs know as a sequence-classification head.
  bool is_linear() const;

  // "head.weight" [R, C] and, with a bias, "head.bias" [R], fp32 leaves that require gradients; a row a
  // class, or a label word, those of one class together.
  const std::vector<NamedTensor>& parameters() const { return parameters_; }

 private:
  ClassificationHead(torch::Tensor weight, std::vector<std::int64_t> words, double logit_cap, bool bias);

  std::vector<std::int64_t> words_;  // rows a class
  double logit_cap_;                 // 0: none
  std::vector<NamedTensor> parameters_;
};

}  // namespace qinglan
