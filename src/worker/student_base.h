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
#include "worker/fit_task.h"

namespace qinglan {

class StudentBase {
 public:
  // The base must not outlive the step.
  StudentBase(Step& step, const Recipe& recipe, const FitTask& task);
  StudentBase(const StudentBase&) = delete;

  const Backbone& backbone() const { return own_ ? *own_ : *frozen_; }
  Backbone* own() const { return own_; }         // null under adapters
  std::int64_t first() const { return first_; }  // the lowest block that is trained

  const InputRows& train() const { return *train_; }
  const InputRows& held_out() const { return *held_out_; }  // of a task that has such rows
  const InputRows& transfer() const { return *transfer_; }
  const InputRows& test() const { return *test_; }
  const Tokenizer& tokenizer() const;                     // not of the upper blocks alone
  std::uint64_t truncated() const { return truncated_; }  // texts to train on and test texts that lost tokens

 private:
  void start_from_trunk(Step& step, const Recipe& recipe, const FitTask& task);
  void start_from_texts(Step& step, const Recipe& recipe, const FitTask& task);

  const Backbone* frozen_ = nullptr;
  Backbone* own_ = nullptr;
  std::unique_ptr<LoadedModel> own_model_;
  std::optional<Backbone> own_upper_;
  const Tokenizer* tokenizer_ = nullptr;
  std::int64_t first_ = 0;
  EncodedRows train_tokens_, held_out_tokens_, transfer_tokens_, test_tokens_;
  std::optional<InputRows> train_, held_out_, transfer_, test_;
  std::uint64_t truncated_ = 0;
};

}  // namespace qinglan
