#include "worker/student_base.h"

#include <numeric>

#include "base/error.h"

namespace qinglan {
namespace {

std::vector<Example> pick(const std::vector<Example>& rows, const std::vector<std::size_t>& wanted) {
  std::vector<Example> picked;
  picked.reserve(wanted.size());
  for (const std::size_t index : wanted) picked.push_back(rows[index]);
  return picked;
}

}  // namespace

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
    frozen_ = &step.models.upper(path, recipe.dtype, random_init, first_);
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
  const Tokenizer* tokenizer;
  if (recipe.tune == Recipe::Tune::lora) {
    const LoadedModel& shared = step.models.frozen(path, recipe.dtype, random_init);
    frozen_ = &shared.backbone;
    tokenizer = &shared.tokenizer;
  } else {
    own_model_ = step.models.own(path, recipe.dtype, random_init);
    own_ = &own_model_->backbone;
    tokenizer = &own_model_->tokenizer;
  }
  const std::string text = step.node.params.at("learner").at("text");
  const auto encode = [&](const std::vector<Example>& rows) {
    return encode_rows(*tokenizer, render_texts(rows, text), recipe.max_tokens);
  };
  train_tokens_ = encode(pick(inputs.train, train));
  transfer_tokens_ = encode(pick(inputs.train, transfer));
  test_tokens_ = encode(inputs.test);
  truncated_ = train_tokens_.truncated + test_tokens_.truncated;
  train_.emplace(train_tokens_.ids);
  transfer_.emplace(transfer_tokens_.ids);
  test_.emplace(test_tokens_.ids);
}

}  // namespace qinglan
