#pragma once
// What a fit is asked to do: which rows it learns from, whose labels they carry, and by which rows it is told
// where to stop.

#include <cstdint>
#include <optional>
#include <vector>

#include "data/labels.h"
#include "worker/step.h"

namespace qinglan {

struct LabelledRows {
  TrainingLabels labels;
  std::vector<std::size_t> rows;  // of Inputs::train, in the order of labels.ids()
};

struct FitTask {
  const Inputs& inputs;
  std::vector<Example> transfer;           // of this seed
  std::vector<std::size_t> transfer_rows;  // of inputs.train
  LabelledRows train;
  std::optional<LabelledRows> held_out;  // with labels of the same kind; only where the recipe asks for them
  std::uint64_t seed;

  std::size_t classes() const { return train.labels.classes(); }
  Json certificate() const;  // [{"rows","purpose"}] of ground truth
};

// Of a student with a gold budget no row related to a true label is held out, so that weak labels choose.
FitTask read_fit_task(Step& step);

}  // namespace qinglan
