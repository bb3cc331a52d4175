// Runs under a compat profile against what the code base publishes, stated anew in PyTorch
// (tools/golden/compat_golden.py): every step's loss and the logits after twenty steps.

#include "catalog/compat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "catalog/method.h"
#include "catalog/model_source.h"
#include "train/predict.h"
#include "train/testing_support.h"
#include "train/trainer.h"

namespace qinglan {
namespace {

using testing_support::fresh_folder;
using testing_support::matrix;
using testing_support::weak_labels;

constexpr double kTolerance = 1e-4;  // of losses and logits
constexpr std::int64_t kWidth = 16;

// Rows and labels by the generator's formulas.
std::vector<std::int32_t> row_tokens(std::int64_t row) {
  const std::int64_t length = 2 + (5 * row + row * row / 7) % 11;
  std::vector<std::int32_t> ids;
  for (std::int64_t t = 0; t < length; ++t) {
    const std::int64_t mixed = (row * 1103515245 + t * 12345 + row * t * 69069 + 12345) % (1LL << 31);
    ids.push_back(static_cast<std::int32_t>(3 + (mixed >> 8) % 29));
  }
  return ids;
}

torch::Tensor row_labels(std::int64_t rows) {
  torch::Tensor p = torch::empty({rows, 2}, torch::kFloat32);
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto one =
        static_cast<float>(1 / (1 + std::exp(-(1.5 * std::sin(0.7 * static_cast<double>(row) + 0.3) + 0.2))));
    p[row][0] = 1 - one;
    p[row][1] = one;
  }
  return p;
}

// Of a size that ClassificationHead::small has.
torch::Tensor head_start() {
  const auto place = torch::arange(2 * kWidth, torch::kFloat64);
  return (torch::sin(1.3 * place + 0.5) * 2e-4).view({2, kWidth}).to(torch::kFloat32);
}

// Another objective, whose losses are noted step by step.
class Noted : public Objective {
 public:
  explicit Noted(std::unique_ptr<Objective> other) : other_(std::move(other)) {}

  bool needs_batch_forward(const Progress& now) const override { return other_->needs_batch_forward(now); }
  std::int64_t remembers() const override { return other_->remembers(); }
  Aim aim(const BatchView& batch) const override {
    steps.push_back(0);
    rows_ = static_cast<double>(batch.weak.size(0));
    return other_->aim(batch);
  }
  torch::Tensor losses(const torch::Tensor& logits, const torch::Tensor& targets) const override {
    torch::Tensor found = other_->losses(logits, targets);
    steps.back() += found.detach().sum().item<double>() / rows_;
    return found;
  }

  mutable std::vector<double> steps;

 private:
  std::unique_ptr<Objective> other_;
  mutable double rows_ = 1;
};

struct Published {
  Json file, chosen;
  std::vector<std::vector<std::int32_t>> rows, test;
  TrainingLabels labels = TrainingLabels::from(weak_labels(row_labels(2)));
  Recipe recipe;
  Backbone backbone;
  ClassificationHead head{2, kWidth, /*bias=*/false};
  std::unique_ptr<Noted> objective;
  CheckpointPolicy checkpoints = {};
  RunHooks hooks = {};

  // The profile's values as they stand in the catalog; in full, since GPT-2 has no adapters there, and at a
  // rate at which twenty steps go far.
  explicit Published(std::size_t number, const Json& more = Json::object())
      : file(golden_file()),
        chosen(file["cases"][number]),
        backbone(Backbone::load(
            resolve_model(std::string(QL_SOURCE_DIR) + "/tests/golden/architectures/gpt2", NeedTokenizer::no),
            torch::kFloat32)) {
    for (std::int64_t row = 0; row < file["rows"].get<std::int64_t>(); ++row) rows.push_back(row_tokens(row));
    for (std::int64_t row = 0; row < file["tests"].get<std::int64_t>(); ++row)
      test.push_back(row_tokens(static_cast<std::int64_t>(rows.size()) + row));
    labels = TrainingLabels::from(weak_labels(row_labels(static_cast<std::int64_t>(rows.size()))));
    const Compat& compat = find_compat(chosen["compat"]);
    Json values = compat_defaults(compat, "student");
    EXPECT_EQ(values["head_lr"], (Json{{"same_as", "lr"}}));
    values.update({{"tune", "full"},
                   {"dtype", "float32"},
                   {"lr", file["rate"]},
                   {"head_lr", file["rate"]},
                   {"epochs", file["epochs"]},
                   {"batch", file["batch"]}});
    Json params = compat_defaults(compat, "method.logconf");
    if (chosen["settings"].contains("warmup_steps")) {
      values["warmup_steps"] = chosen["settings"]["warmup_steps"];
      params["warmup_steps"] = chosen["settings"]["logconf_warmup_steps"];
    }
    values.update(more);
    recipe = Recipe::from_json(values);
    const std::string method = chosen["loss"] == "xent" ? "naive" : "logconf";
    params = resolve_parameters(find_method(method), method == "naive" ? Json::object() : params);
    objective = std::make_unique<Noted>(make_objective(method, params, 2));
    const torch::NoGradGuard no_grad;
    torch::Tensor weight = head.parameters()[0].tensor;
    if (recipe.small_head) weight.copy_(head_start());
  }

  static Json golden_file() {
    const std::string path = std::string(QL_SOURCE_DIR) + "/tests/golden/compat/trajectories.json";
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return parse_json(text.str(), path);
  }

  TrainingResult run() {
    const TrainingTask task{
        rows, &labels, objective.get(), {{"test", test}}, file["seed"].get<std::uint64_t>()};
    return train_model(backbone, head, nullptr, task, recipe, checkpoints, hooks);
  }
};

class Trajectory : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Published, Trajectory, testing::Values(0, 1, 2, 3, 4));

void expect_published(Published& run) {
  const TrainingResult result = run.run();
  const Json& golden = run.chosen;
  ASSERT_EQ(result.curve.size(), golden["losses"].size());
  ASSERT_EQ(run.objective->steps.size(), golden["losses"].size());
  for (std::size_t step = 0; step < result.curve.size(); ++step) {
    EXPECT_NEAR(run.objective->steps[step], golden["losses"][step].get<double>(), kTolerance)
        << "step " << step;
    EXPECT_NEAR(result.curve[step].train_loss, golden["label_losses"][step].get<double>(), kTolerance)
        << "step " << step;
  }
  const torch::Tensor expected = matrix(golden["logits"]);
  EXPECT_GT(expected.abs().max().item<double>(), 100 * kTolerance) << "training must have moved the logits";
  const double error =
      (result.evaluations.at("test.epoch2").to(torch::kFloat64) - expected).abs().max().item<double>();
  EXPECT_LE(error, kTolerance);
  testing::Test::RecordProperty("logits", std::to_string(error));
}

TEST_P(Trajectory, IsThePublishedOne) {
  Published run(GetParam());
  expect_published(run);
}

// The batch's threshold and the buffer do not see how a batch is cut: the published graphs of all rows are
// not needed.
TEST_P(Trajectory, IsThePublishedOneHoweverBatchesAreCut) {
  Published run(GetParam(), {{"micro_tokens", 48}});
  expect_published(run);
}

// The buffer is part of a checkpoint.
TEST(Trajectory, AResumedRunHasTheSameBits) {
  const std::size_t number = 4;
  Published whole(number);
  const TrainingResult expected = whole.run();
  const std::string folder = fresh_folder("compat");
  Published first(number);
  first.checkpoints = {&real_file_system(), folder, 1e9, 1};
  std::int64_t done = 0;
  first.hooks.progress = [&](std::int64_t step, std::int64_t, double) { done = step; };
  first.hooks.stop = [&] { return done >= 11; };
  EXPECT_THROW(first.run(), Error);
  Published second(number);
  second.checkpoints = first.checkpoints;
  const TrainingResult result = second.run();
  EXPECT_EQ(result.resumed_from, 11);
  EXPECT_TRUE(torch::equal(result.train_logits, expected.train_logits));
}

// openai/weak-to-strong takes token 0 for padding: a text with GPT-2's "!" is read at a wrong position. Here
// lengths are explicit.
TEST(Published, TokenZeroIsATokenLikeAnyOther) {
  Published run(0);
  const torch::NoGradGuard no_grad;
  torch::Tensor weight = run.head.parameters()[0].tensor;
  weight.copy_(head_start() * 5e3);
  const std::vector<std::vector<std::int32_t>> texts = {{5, 0},          {5},          {0},
                                                        {0, 0, 9, 7, 4}, {5, 9, 0, 0}, {5, 9}};
  const Student student{&run.backbone, &run.head, nullptr, Pooling::last};
  const torch::Tensor together = predict_logits(student, texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::vector<std::vector<std::int32_t>> alone = {texts[i]};
    EXPECT_LT((predict_logits(student, alone)[0] - together[i]).abs().max().item<double>(), 1e-5);
  }
  EXPECT_GT((together[0] - together[1]).abs().max().item<double>(), 1e-2);
  EXPECT_GT((together[4] - together[5]).abs().max().item<double>(), 1e-2);
}

TEST(Published, ASmallHeadIsDrawnFromItsOwnStream) {
  const auto weight_of = [](std::uint64_t seed) {
    return ClassificationHead::small(2, 4096, seed, /*bias=*/false).parameters()[0].tensor.detach().clone();
  };
  const torch::Tensor weight = weight_of(3);
  EXPECT_NEAR(weight.std().item<double>(), 2e-4, 1e-5);
  EXPECT_NEAR(weight.mean().item<double>(), 0, 1e-5);
  EXPECT_TRUE(torch::equal(weight, weight_of(3)));
  EXPECT_FALSE(torch::equal(weight, weight_of(4)));
  const ClassificationHead encoder = ClassificationHead::small(2, 8, 3);
  ASSERT_EQ(encoder.parameters().size(), 2U);
  EXPECT_EQ(encoder.parameters()[1].tensor.abs().max().item<double>(), 0);
  EXPECT_TRUE(encoder.is_linear());
}

// Each named deviation that is a setting of the recipe or the loss moves the trajectory: with ours in its
// place the published one is missed.
TEST(Trajectory, EveryDeviationCounts) {
  const auto missed_by = [](std::size_t number, const Json& ours) {
    Published run(number, ours);
    const TrainingResult result = run.run();
    const torch::Tensor expected = matrix(run.chosen["logits"]);
    return (result.evaluations.at("test.epoch2").to(torch::kFloat64) - expected).abs().max().item<double>();
  };
  const Json openai[] = {
      {{"schedule", "linear"}}, {{"warmup", 0.1}}, {{"order", "epochs"}}, {{"head_lr", 1e-3}}};
  const Json eleuther[] = {{{"schedule", "linear"}}, {{"ramp", "above"}},    {{"order", "epochs"}},
                           {{"beta2", 0.999}},       {{"weight_decay", 0.}}, {{"warmup_steps", 4}}};
  for (const auto& ours : openai) EXPECT_GT(missed_by(1, ours), kTolerance) << ours;
  for (const auto& ours : eleuther) EXPECT_GT(missed_by(4, ours), kTolerance) << ours;
}

}  // namespace
}  // namespace qinglan
