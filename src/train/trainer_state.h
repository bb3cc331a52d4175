#pragma once
// Everything a training run is at a step, and its checkpoints: step-<step>.safetensors in a folder, the
// latest two kept.

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/file_system.h"
#include "model/parameter.h"

namespace qinglan {

// Tensors share storage with the run they belong to. What is not here follows from it: order and schedule
// from the step.
struct TrainerState {
  std::int64_t step = 0;                // steps done
  std::vector<double> losses;           // [step] mean cross-entropy against the labels trained on, nats
  std::vector<NamedTensor> parameters;  // fp32 masters of all that is trained
  std::vector<NamedTensor> first_moments, second_moments;
  torch::Tensor recent =
      {};  // [E] fp32: p_0 of the last rows, oldest first, as many as the objective looks back on
  std::map<std::string, torch::Tensor> evaluations;  // "test.epoch1": logits [n, K] fp32
  std::vector<NamedTensor> best;  // parameters after an earlier epoch that is the best so far; else empty
};

class Checkpoints {
 public:
  Checkpoints(FileSystem& fs, std::string folder) : fs_(fs), folder_(std::move(folder)) {}

  // Published atomically; older files than the latest two go.
  void save(const TrainerState& state) const;
  // Copies the newest usable checkpoint into `state`, whose tensors give names and shapes. A damaged file is
  // passed over for the one before it. Returns false when there is none. Throws Error{corrupt_data} for a
  // checkpoint of another model (its names or shapes differ).
  bool load_latest(TrainerState& state) const;

 private:
  std::vector<std::string> files() const;  // oldest first
  FileSystem& fs_;
  std::string folder_;
};

}  // namespace qinglan
