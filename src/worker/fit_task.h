#pragma once
// What a fit is asked to do: which rows it learns from, whose labels they carry, by which rows it is told
// where to stop, by which recipe.

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "data/labels.h"
#include "supervise/ngrams.h"
#include "train/objective.h"
#include "train/recipe.h"
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
  Json behind = Json::array();  // the certificate of the student whose weights are the start

  std::size_t classes() const { return train.labels.classes(); }
  Json certificate() const;  // [{"rows","purpose"}] of ground truth
};

// Of a student with a gold budget no row related to a true label is held out, so that weak labels choose.
FitTask read_fit_task(Step& step);

std::unique_ptr<Objective> objective_of(const Step& step, const FitTask& task);
Recipe recipe_of(const Step& step);  // of a learner with a model
NgramConfig ngram_config(const Json& learner);

// features [N, D] -> [rows, D].
torch::Tensor feature_rows(const torch::Tensor& features, const std::vector<std::size_t>& rows);

// What every fit says of the labels it learned from.
Json summary_of(const FitTask& task);

}  // namespace qinglan
