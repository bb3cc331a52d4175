#pragma once
// What a fine-tuned student starts from: a base model (frozen and shared under adapters, its own under full
// tuning) and the rows it reads: token ids, or the hidden states of a trunk when only the top blocks are
// trained.

#include <memory>
#include <optional>
#include <vector>

#include "text/encode.h"
#include "train/input_rows.h"
#include "train/recipe.h"
#include "worker/step.h"

namespace qinglan {

class StudentBase {
 public:
  // `train` and `transfer` index inputs.train. The base must not outlive the step.
  StudentBase(Step& step, const Recipe& recipe, const Inputs& inputs, const std::vector<std::size_t>& train,
              const std::vector<std::size_t>& transfer);
  StudentBase(const StudentBase&) = delete;

  const Backbone& backbone() const { return own_ ? *own_ : *frozen_; }
  Backbone* own() const { return own_; }         // null under adapters
  std::int64_t first() const { return first_; }  // the lowest block that is trained

  const InputRows& train() const { return *train_; }
  const InputRows& transfer() const { return *transfer_; }
  const InputRows& test() const { return *test_; }
  const Tokenizer& tokenizer() const;                     // not of the upper blocks alone
  std::uint64_t truncated() const { return truncated_; }  // texts to train on and test texts that lost tokens

 private:
  void start_from_trunk(Step& step, const Recipe& recipe, const Inputs& inputs,
                        const std::vector<std::size_t>& train, const std::vector<std::size_t>& transfer);
  void start_from_texts(Step& step, const Recipe& recipe, const Inputs& inputs,
                        const std::vector<std::size_t>& train, const std::vector<std::size_t>& transfer);

  const Backbone* frozen_ = nullptr;
  Backbone* own_ = nullptr;
  std::unique_ptr<LoadedModel> own_model_;
  std::optional<Backbone> own_upper_;
  const Tokenizer* tokenizer_ = nullptr;
  std::int64_t first_ = 0;
  EncodedRows train_tokens_, transfer_tokens_, test_tokens_;
  std::optional<InputRows> train_, transfer_, test_;
  std::uint64_t truncated_ = 0;
};

}  // namespace qinglan
