#pragma once
// A trained student (or supervisor, or ceiling) as every format of this room takes it.

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/chat_template.h"
#include "model/load.h"
#include "model/lora.h"
#include "model/pooling.h"
#include "text/encode.h"

namespace qinglan {

struct ExportedChat {
  ChatTemplateSource source;
  std::string system;  // empty: none
};

struct ExportedStudent {
  const LoadedModel& base;             // its backbone holds the trained weights after full tuning
  std::optional<LoraAdapter> adapter;  // of LoRA
  // logits = pooled W^T + b with W [K, D] and b [K] (undefined: none): fp64 of a probe, fp32 else.
  torch::Tensor head_weight, head_bias;
  bool probe = false;            // pooled states are rounded to bf16 before the head, as cached features are
  bool trunk = false;            // top blocks alone were trained, on states rounded to bf16 below them
  std::int64_t depth = 0;        // hidden state after this many blocks
  std::vector<Pooling> pooling;  // joined in this order
  TokenLimit limit{512};         // what its texts were cut to
  std::optional<ExportedChat> chat;  // its texts were a user's messages
  std::vector<std::string> classes;
  Json card =
      Json::object();  // what people are told: "spec", "cell", "seed", "text", ...; see student_card.h
};

// How the head travels. `score`: within a ...ForSequenceClassification of a decoder, which takes the last
// token's final state times a matrix without bias. `pooler`: within that of BERT and RoBERTa, which takes the
// first token's state through a tanh layer first: the identity divided by 2^14, so that the tanh of what
// comes in differs from it by less than 2^-24 of itself for states up to 7, and the head times 2^14 after it.
// `apart`: in head.safetensors, where no Hugging Face class computes the same: states of other depths, means,
// ModernBERT, which puts a norm before its head.
enum class HeadForm { score, pooler, apart };
HeadForm head_form(const ExportedStudent& student);

// The models whose first token goes through a tanh layer before the classifier (BERT, RoBERTa and their kin).
bool has_tanh_pooler(const ModelConfig& config);

inline constexpr char kHeadFile[] = "head.safetensors";  // "weight" [K, D], "bias" [K]
inline constexpr double kPoolerScale = 1.0 / (1 << 14);

}  // namespace qinglan
