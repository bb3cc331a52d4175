#pragma once
// How a model is trained: every number that a spec can set, with its default.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/architecture.h"
#include "catalog/schedule.h"
#include "model/lora.h"
#include "model/pooling.h"
#include "text/encode.h"
#include "train/adamw.h"
#include "train/batch_order.h"
#include "train/probe.h"

namespace qinglan {

struct Recipe {
  enum class Tune { full, lora, probe };

  Tune tune = Tune::probe;
  torch::Dtype dtype = torch::kBFloat16;  // compute type
  std::int64_t max_tokens = 512;          // longer texts are cut
  std::vector<Pooling> pooling;           // empty: see poolings()
  std::int64_t depth = -1;                // probe

  double lr = 3e-4;  // full: 3e-5
  double head_lr = 1e-3;
  std::int64_t epochs = 2;
  std::int64_t batch = 32;
  std::int64_t micro_tokens = 2048;
  Schedule::Shape schedule = Schedule::Shape::linear;
  Warmup warmup{0.1};
  BatchOrder::Form order = BatchOrder::Form::epochs;
  double clip = 1.0;
  AdamWOptions adamw;         // betas .9/.999, no weight decay
  bool decay_vectors = true;  // false: biases and the scales of norms are left out of weight decay
  LoraOptions lora;           // r 8, alpha 16
  std::int64_t layers = 0;    // full, lora: only the top blocks, so many; 0: all
  ProbeOptions probe;
  // A share of the rows is held out of training; the model is that after the last epoch, or after the one
  // with the least loss on them.
  double validation = 0;
  bool best_epoch = false;
  LabelWords label_words;  // fine-tuning: the head starts as the LM head's rows of these; empty: from zero

  bool small_head = false;  // fine-tuning: the head starts as ClassificationHead::small; else from zero

  // The spec's names: tune (required), dtype, max_tokens, pooling, depth, lr, head_lr, epochs, batch,
  // micro_tokens, schedule, warmup, warmup_steps, ramp, order, clip, weight_decay, decay, beta1, beta2,
  // lora_rank, lora_alpha, layers, head (new, small), l2 (a list), folds, validation, stop (last, or
  // weak-validation), label_words (a list of words, or of lists of words). A key that is absent keeps its
  // default. Throws Error{usage}: an unknown key (nearest named), a wrong type, a value out of range.
  static Recipe from_json(const Json& values);
  static const std::vector<std::string>& keys();

  // Decoder: last (probe: last and mean); encoder: mean. A fine-tuned model pools one way: Error{usage}
  // otherwise, and for cls of a decoder.
  std::vector<Pooling> poolings(ModelKind kind) const;
};

}  // namespace qinglan
