#include "worker/student_base.h"

#include <numeric>

#include "base/error.h"
#include "text/prompt.h"

namespace qinglan {

StudentBase::StudentBase(Step& step, const Recipe& recipe, const Inputs& inputs,
                         const std::vector<std::size_t>& train, const std::vector<std::size_t>& transfer) {
  if (recipe.layers > 0)
    start_from_trunk(step, recipe, inputs, train, transfer);
  else
    start_from_texts(step, recipe, inputs, train, transfer);
}

void StudentBase::start_from_trunk(Step& step, const Recipe& recipe, const Inputs& inputs,
                                   const std::vector<std::size_t>& train,
                                   const std::vector<std::size_t>& transfer) {
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
  std::vector<std::int64_t> test(inputs.test.size()), wanted(train.begin(), train.end());
  std::iota(test.begin(), test.end(), train_rows);
  for (const auto* rows : {&wanted, &test})
    for (const auto row : *rows) truncated_ += trunk.cut(row);
  train_.emplace(trunk, std::move(wanted));
  transfer_.emplace(trunk, std::vector<std::int64_t>(transfer.begin(), transfer.end()));
  test_.emplace(trunk, std::move(test));
}

void StudentBase::start_from_texts(Step& step, const Recipe& recipe, const Inputs& inputs,
                                   const std::vector<std::size_t>& train,
                                   const std::vector<std::size_t>& transfer) {
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
  train_tokens_ = prompt.encode(pick(inputs.train, train));
  transfer_tokens_ = prompt.encode(pick(inputs.train, transfer));
  test_tokens_ = prompt.encode(inputs.test);
  truncated_ = train_tokens_.truncated + test_tokens_.truncated;
  train_.emplace(train_tokens_.ids);
  transfer_.emplace(transfer_tokens_.ids);
  test_.emplace(test_tokens_.ids);
}

const Tokenizer& StudentBase::tokenizer() const {
  QL_CHECK(tokenizer_, "students of the upper blocks have no tokenizer");
  return *tokenizer_;
}

}  // namespace qinglan
