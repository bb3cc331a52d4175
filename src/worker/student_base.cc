#include "worker/student_base.h"

#include <numeric>

#include "base/error.h"
#include "text/prompt.h"

namespace qinglan {

StudentBase::StudentBase(Step& step, const Recipe& recipe, const FitTask& task) {
  if (recipe.layers > 0)
    start_from_trunk(step, recipe, task);
  else
    start_from_texts(step, recipe, task);
}

void StudentBase::start_from_trunk(Step& step, const Recipe& recipe, const FitTask& task) {
  const Inputs& inputs = task.inputs;
  const std::string& path = step.node.files.at("model");
  const bool random_init = step.node.params.value("init", "") == "random";
  const ModelConfig config = resolve_model(path).config;
  first_ = config.layers - recipe.layers;
  const TrunkStates& trunk = step.inputs.trunk(step.node.inputs.at("trunk"), first_);
  const auto train_rows = static_cast<std::int64_t>(inputs.train.size());
  QL_CHECK(trunk.rows() == train_rows + static_cast<std::int64_t>(inputs.test.size()) &&
               trunk.width() == config.hidden,
           "hidden states of other rows or another model");
  if (recipe.tune == Recipe::Tune::lora) {
    frozen_ = &step.models.upper(path, recipe.dtype, random_init, step.node.base, first_);
  } else {
    own_upper_.emplace(step.models.own_upper(path, recipe.dtype, random_init, first_));
    own_ = &*own_upper_;
  }
  std::vector<std::int64_t> test(inputs.test.size());
  std::iota(test.begin(), test.end(), train_rows);
  const auto numbers = [](const std::vector<std::size_t>& rows) {
    return std::vector<std::int64_t>(rows.begin(), rows.end());
  };
  auto wanted = numbers(task.train.rows),
       held_out = task.held_out ? numbers(task.held_out->rows) : std::vector<std::int64_t>();
  for (const auto* rows : {&wanted, &held_out, &test})
    for (const auto row : *rows) truncated_ += trunk.cut(row);
  train_.emplace(trunk, std::move(wanted));
  held_out_.emplace(trunk, std::move(held_out));
  transfer_.emplace(trunk, numbers(task.transfer_rows));
  test_.emplace(trunk, std::move(test));
}

void StudentBase::start_from_texts(Step& step, const Recipe& recipe, const FitTask& task) {
  const Inputs& inputs = task.inputs;
  const std::string& path = step.node.files.at("model");
  const bool random_init = step.node.params.value("init", "") == "random";
  // Adapters leave the model as it is, so that nodes of a job share it.
  const bool adapted = recipe.tune == Recipe::Tune::lora;
  if (!adapted) own_model_ = step.models.own(path, recipe.dtype, random_init);
  const LoadedModel& model =
      adapted ? step.models.frozen(path, recipe.dtype, random_init, step.node.base) : *own_model_;
  if (adapted)
    frozen_ = &model.backbone;
  else
    own_ = &own_model_->backbone;
  tokenizer_ = &model.tokenizer;
  const Prompt prompt(step.node.params.at("learner"), model.tokenizer, model.source.tokenizer_path);
  train_tokens_ = prompt.encode(pick(inputs.train, task.train.rows));
  if (task.held_out) held_out_tokens_ = prompt.encode(pick(inputs.train, task.held_out->rows));
  transfer_tokens_ = prompt.encode(task.transfer);
  test_tokens_ = prompt.encode(inputs.test);
  truncated_ = train_tokens_.truncated + held_out_tokens_.truncated + test_tokens_.truncated;
  train_.emplace(train_tokens_.ids);
  held_out_.emplace(held_out_tokens_.ids);
  transfer_.emplace(transfer_tokens_.ids);
  test_.emplace(test_tokens_.ids);
}

const Tokenizer& StudentBase::tokenizer() const {
  QL_CHECK(tokenizer_, "students of the upper blocks have no tokenizer");
  return *tokenizer_;
}

}  // namespace qinglan
