#pragma once
// Fine-tuning, full or LoRA: packed micro-batches without padding, fp32 masters and gradient accumulation,
// AdamW. The result depends on inputs, recipe, seed and the numerics profile only; a run that was stopped and
// taken up again from a checkpoint is bit-identical to one that was not.

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/labels.h"
#include "model/backbone.h"
#include "model/head.h"
#include "model/lora.h"
#include "record/record.h"
#include "train/hooks.h"
#include "train/input_rows.h"
#include "train/objective.h"
#include "train/recipe.h"
#include "train/trainer_state.h"

namespace qinglan {

struct EvaluationRows {
  std::string name;  // a split of record/predictions.h, such as "test"
  InputRows tokens;
};

// Rows that take no part in training. Their labels are TrainingLabels too: whoever may not be trained on the
// truth cannot be chosen by it.
struct ValidationRows {
  InputRows tokens;  // row i is labels->ids()[i]
  const TrainingLabels* labels;
};

struct TrainingTask {
  InputRows tokens;  // row i is labels->ids()[i]
  const TrainingLabels* labels;
  const Objective* objective;
  std::vector<EvaluationRows> evaluate;  // answered after every epoch
  std::uint64_t run_seed = 0;            // the order of epoch e is the stream "order", index e
  Activations activations = Activations::keep;
  std::optional<ValidationRows> validation;  // answered after every epoch
};

struct CheckpointPolicy {
  FileSystem* fs = nullptr;  // null: no checkpoints
  std::string folder;        // work/<key> of one node: what lies there is this very run
  double seconds = 60;     // between checkpoints, or 20 times what the last one took where that is more; the
                           // clock decides when, never what
  std::int64_t steps = 0;  // also after so many steps; 0: not
};

struct TrainingResult {
  std::vector<CurvePoint> curve;  // at most some 200 points, means over equal windows of steps
  torch::Tensor train_logits;     // [N, K] fp32 of the trained model on the training rows
  double final_train_loss = 0;    // theirs against the labels trained on, nats
  std::map<std::string, torch::Tensor> evaluations;  // "test.epoch1" .. "test.epoch<last>"
  std::vector<double> validation_losses;  // mean cross-entropy of the validation rows after each epoch, nats
  std::int64_t epoch =
      0;  // whose model this is: the last, or with Recipe::best_epoch the first of least loss
  std::int64_t resumed_from = 0;  // steps that a checkpoint spared
  double flops = 0;               // of what this call computed
};

// `adapter` null: full tuning of all weights that `backbone` holds, which changes them for good. Tokens must
// fit the model. Progress counts steps. Throws Error{diverged} that names the step, Error{interrupted} after
// saving a checkpoint, and what the store throws.
TrainingResult train_model(Backbone& backbone, ClassificationHead& head, LoraAdapter* adapter,
                           const TrainingTask& task, const Recipe& recipe,
                           const CheckpointPolicy& checkpoints = {}, const RunHooks& hooks = {});

// The same for an adapter on a frozen backbone that others use too.
TrainingResult train_adapter(const Backbone& backbone, ClassificationHead& head, LoraAdapter& adapter,
                             const TrainingTask& task, const Recipe& recipe,
                             const CheckpointPolicy& checkpoints = {}, const RunHooks& hooks = {});

}  // namespace qinglan
