#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "base/error.h"
#include "model/operators.h"
#include "train/predict.h"
#include "train/testing_support.h"

namespace qinglan {
namespace {

using testing_support::fresh_folder;
using testing_support::tiny_config;
using testing_support::token_rows;
using testing_support::weak_labels;

torch::Tensor soft_labels(const std::vector<std::vector<std::int32_t>>& rows) {
  torch::Tensor p = torch::empty({static_cast<std::int64_t>(rows.size()), 2}, torch::kFloat64);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double one = rows[i].back() % 2 == 0 ? 0.9 : 0.15;
    p[static_cast<std::int64_t>(i)][0] = 1 - one;
    p[static_cast<std::int64_t>(i)][1] = one;
  }
  return p;
}

// A model, rows and labels of its own each time, so that runs cannot touch one another.
struct Bench {
  std::vector<std::vector<std::int32_t>> rows = token_rows(40), test = token_rows(11, 5);
  TrainingLabels labels = TrainingLabels::from(weak_labels(soft_labels(rows)));
  std::unique_ptr<Objective> objective = make_objective("naive", Json::object(), 2);
  Backbone backbone;
  ClassificationHead head{2, 16};
  std::optional<LoraAdapter> adapter;
  Recipe recipe;
  CheckpointPolicy checkpoints;
  RunHooks hooks;
  Activations activations = Activations::keep;
  std::vector<std::vector<std::int32_t>> held_out = token_rows(15, 9);
  std::optional<TrainingLabels> held_out_labels;

  Bench(const Json& extra, bool lora) : backbone(Backbone::random(tiny_config(), 1, torch::kFloat32)) {
    Json values = {{"tune", lora ? "lora" : "full"},
                   {"dtype", "float32"},
                   {"batch", 8},
                   {"lr", 3e-3},
                   {"head_lr", 1e-2}};
    values.update(extra);
    recipe = Recipe::from_json(values);
    backbone = Backbone::random(tiny_config(), 1, recipe.dtype);
    if (lora) adapter = LoraAdapter::create(tiny_config(), recipe.lora, 1);
  }

  TrainingResult run() {
    TrainingTask task{rows, &labels, objective.get(), {{"test", test}}, 4, activations};
    if (held_out_labels) task.validation = ValidationRows{held_out, &*held_out_labels};
    return train_model(backbone, head, adapter ? &*adapter : nullptr, task, recipe, checkpoints, hooks);
  }

  torch::Tensor labels_tensor() const {
    return torch::tensor(labels.p(), torch::kFloat32).view({static_cast<std::int64_t>(labels.size()), 2});
  }

  // 15 rows held out; the labels of all but the first `right` are the other way round.
  void hold_out(std::int64_t right) {
    torch::Tensor p = soft_labels(held_out);
    for (std::int64_t i = right; i < p.size(0); ++i) p[i] = p[i].flip(0);
    held_out_labels = TrainingLabels::from(weak_labels(p, "held-"));
  }

  void use_logconf(double alpha) {
    objective = make_objective("logconf", {{"alpha", alpha}, {"warmup", 0.2}, {"prior", "weak"}}, 2);
  }
};

void expect_equal(const TrainingResult& a, const TrainingResult& b) {
  EXPECT_TRUE(torch::equal(a.train_logits, b.train_logits));
  ASSERT_EQ(a.evaluations.size(), b.evaluations.size());
  for (const auto& [name, logits] : a.evaluations)
    EXPECT_TRUE(torch::equal(logits, b.evaluations.at(name))) << name;
  ASSERT_EQ(a.curve.size(), b.curve.size());
  for (std::size_t i = 0; i < a.curve.size(); ++i) EXPECT_EQ(a.curve[i].train_loss, b.curve[i].train_loss);
  EXPECT_EQ(a.final_train_loss, b.final_train_loss);
}

class Tuning : public testing::TestWithParam<std::tuple<bool, const char*>> {
 protected:
  Bench bench(Json extra = Json::object()) const {
    extra["dtype"] = std::get<1>(GetParam());
    return Bench(extra, std::get<0>(GetParam()));
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, Tuning,
                         testing::Combine(testing::Bool(), testing::Values("float32", "bfloat16")),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param) ? "Lora" : "Full") +
                                  std::get<1>(info.param);
                         });

// Before any step a student whose head comes from label words gives its zero-shot answer, and it learns from
// there.
TEST_P(Tuning, AHeadOfLabelWordsStartsFromTheZeroShotAnswer) {
  Bench one = bench({{"epochs", 8}});
  const std::vector<std::vector<std::int32_t>> words = {{7}, {31}};
  one.head = ClassificationHead::of_words(one.backbone, words);
  const torch::Tensor before =
      predict_logits({&one.backbone, &one.head, one.adapter ? &*one.adapter : nullptr}, one.rows);
  const bool exact = one.backbone.dtype() == torch::kFloat32;
  {
    torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < one.rows.size(); ++i) {
      const PackedBatch alone = PackedBatch::pack(std::span(&one.rows[i], 1));
      const torch::Tensor full = one.backbone.logits(one.backbone.forward(alone))[-1];
      for (int k = 0; k < 2; ++k)
        EXPECT_NEAR(before[i][k].item<double>(), full[words[k][0]].item<double>(), exact ? 1e-6 : 4e-3);
    }
  }
  const TrainingResult result = one.run();
  const torch::Tensor p = one.labels_tensor();
  EXPECT_LT(result.final_train_loss, cross_entropy_sum(before, p).item<double>() / 40 - 0.1);
}

TEST_P(Tuning, OverfitsOneBatch) {
  Bench one = bench({{"epochs", 60}, {"warmup", 0}, {"schedule", "constant"}, {"lr", 1e-2}});
  one.rows.resize(8);
  torch::Tensor p = torch::zeros({8, 2}, torch::kFloat64);
  for (std::int64_t i = 0; i < 8; ++i) p[i][i % 3 == 0] = 1;
  one.labels = TrainingLabels::from(weak_labels(p));
  const auto result = one.run();
  EXPECT_NEAR(result.curve.front().train_loss, std::log(2.0), 1e-6) << "a zero head starts from uniform p";
  EXPECT_LT(result.final_train_loss, 0.05);
}

TEST_P(Tuning, RunsTwiceToTheSameBits) {
  Bench a = bench(), b = bench();
  expect_equal(a.run(), b.run());
}

// What a device without our kernels computes: the same student within rounding, itself twice to the same
// bits, and from a checkpoint as without.
TEST_P(Tuning, ByOperatorsIsTheSameWithinRounding) {
  const TrainingResult expected = bench().run();
  const operators::OnCpu by_operators;
  const TrainingResult found = bench().run();
  const bool exact = std::string(std::get<1>(GetParam())) == "float32";
  EXPECT_LE((found.train_logits - expected.train_logits).abs().max().item<double>(), exact ? 1e-4 : 0.15);
  expect_equal(bench().run(), found);
  Bench first = bench(), second = bench();
  first.checkpoints = second.checkpoints = {&real_file_system(), fresh_folder("operators"), 1e9, 2};
  std::int64_t done = 0;
  first.hooks.progress = [&](std::int64_t step, std::int64_t, double) { done = step; };
  first.hooks.stop = [&] { return done >= 5; };
  EXPECT_THROW(first.run(), Error);
  const TrainingResult resumed = second.run();
  EXPECT_GT(resumed.resumed_from, 0);
  expect_equal(resumed, found);
}

TEST_P(Tuning, RecomputedActivationsGiveTheSameBits) {
  Bench kept = bench({{"micro_tokens", 40}}), again = bench({{"micro_tokens", 40}});
  kept.use_logconf(0.5);
  again.use_logconf(0.5);
  again.activations = Activations::recompute;
  const TrainingResult a = kept.run(), b = again.run();
  expect_equal(a, b);
  EXPECT_GT(b.flops, a.flops);
}

TEST_P(Tuning, ResumedRunEqualsAnUninterruptedOne) {
  Bench whole = bench();
  whole.use_logconf(0.5);
  const auto expected = whole.run();
  ASSERT_THAT(expected.evaluations, testing::SizeIs(2));
  for (const int stop_at : {1, 5, 7, 10}) {
    const std::string folder = fresh_folder("resume");
    Bench first = bench();
    first.use_logconf(0.5);
    first.checkpoints = {&real_file_system(), folder, 1e9, 2};
    std::int64_t done = 0;
    first.hooks.progress = [&](std::int64_t step, std::int64_t, double) { done = step; };
    first.hooks.stop = [&] { return done >= stop_at; };
    try {
      first.run();
      FAIL() << "did not stop";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::interrupted);
    }
    Bench second = bench();
    second.use_logconf(0.5);
    second.checkpoints = {&real_file_system(), folder, 1e9, 2};
    const auto result = second.run();
    EXPECT_EQ(result.resumed_from, stop_at);
    expect_equal(result, expected);
    EXPECT_LE(real_file_system().list(folder).size(), 2U);
  }
}

TEST_P(Tuning, MicroBatchesAgreeWithTheWholeBatchWithinRounding) {
  Bench whole = bench({{"batch", 32}, {"micro_tokens", 100000}, {"epochs", 1}});
  Bench cut = bench({{"batch", 32}, {"micro_tokens", 40}, {"epochs", 1}});
  whole.use_logconf(0.5);
  cut.use_logconf(0.5);
  const auto a = whole.run(), b = cut.run();
  const double tolerance = std::string(std::get<1>(GetParam())) == "float32" ? 2e-4 : 1e-2;
  EXPECT_LT((a.train_logits - b.train_logits).abs().max().item<double>(), tolerance);
  EXPECT_GT(a.train_logits.abs().max().item<double>(), 10 * tolerance)
      << "training must have moved the logits";
}

TEST_P(Tuning, LogconfWithAlphaZeroIsNaiveBitForBit) {
  Bench naive = bench(), zero = bench();
  zero.use_logconf(0);
  expect_equal(naive.run(), zero.run());
}

TEST_P(Tuning, LogconfChangesTheResult) {
  Bench naive = bench(), other = bench();
  other.use_logconf(0.75);
  EXPECT_FALSE(torch::equal(naive.run().train_logits, other.run().train_logits));
}

// At a constant rate the model after epoch e is the model of a run of e epochs.
const Json kEpochs = {{"epochs", 6}, {"schedule", "constant"}, {"warmup", 0}, {"lr", 1e-2}};

TEST_P(Tuning, StopsAtTheEpochOfTheLeastLossOnRowsHeldOut) {
  Bench best = bench(kEpochs);
  best.recipe.best_epoch = true;
  best.hold_out(3);  // soon they are unlearned
  const TrainingResult result = best.run();
  ASSERT_THAT(result.validation_losses, testing::SizeIs(6));
  ASSERT_LT(result.epoch, 6) << testing::PrintToString(result.validation_losses);
  EXPECT_EQ(result.validation_losses[result.epoch - 1],
            *std::min_element(result.validation_losses.begin(), result.validation_losses.end()));
  Bench shorter = bench(kEpochs);
  shorter.recipe.epochs = result.epoch;
  const TrainingResult wanted = shorter.run();
  EXPECT_TRUE(torch::equal(result.train_logits, wanted.train_logits));
  EXPECT_EQ(result.final_train_loss, wanted.final_train_loss);
  const auto answers = [](const Bench& one) {
    return predict_logits({&one.backbone, &one.head, one.adapter ? &*one.adapter : nullptr}, one.test);
  };
  EXPECT_TRUE(torch::equal(answers(best), answers(shorter))) << "the model itself is that of its epoch";
  EXPECT_EQ(result.evaluations.size(), 6U) << "every epoch is answered for, and nothing but the test rows";
}

TEST_P(Tuning, RowsHeldOutTakeNoPartInTraining) {
  Bench watched = bench(), plain = bench();
  watched.hold_out(15);
  const TrainingResult a = watched.run(), b = plain.run();
  expect_equal(a, b);
  EXPECT_EQ(a.epoch, 2);
  EXPECT_THAT(a.validation_losses, testing::SizeIs(2));
  EXPECT_THAT(b.validation_losses, testing::IsEmpty());
}

TEST_P(Tuning, ValidationLossIsTheMeanCrossEntropyOfTheModelThen) {
  Bench one = bench({{"epochs", 1}});
  one.hold_out(7);
  const TrainingResult result = one.run();
  const torch::Tensor logits =
      predict_logits({&one.backbone, &one.head, one.adapter ? &*one.adapter : nullptr}, one.held_out);
  const torch::Tensor p = torch::tensor(one.held_out_labels->p()).view({15, 2}).to(torch::kFloat64);
  const torch::Tensor wanted = -(p * torch::log_softmax(logits.to(torch::kFloat64), 1)).sum(1).mean();
  EXPECT_NEAR(result.validation_losses.at(0), wanted.item<double>(), 1e-12);
}

TEST_P(Tuning, TheBestEpochSurvivesAStop) {
  Bench whole = bench(kEpochs);
  whole.recipe.best_epoch = true;
  whole.hold_out(3);
  const TrainingResult expected = whole.run();
  for (const int stop_at : {6, 14, 28, 30}) {
    const std::string folder = fresh_folder("best");
    TrainingResult result;
    for (int attempt = 0; attempt < 2; ++attempt) {
      Bench one = bench(kEpochs);
      one.recipe.best_epoch = true;
      one.hold_out(3);
      one.checkpoints = {&real_file_system(), folder, 1e9, 4};
      std::int64_t done = 0;
      if (attempt == 0) {
        one.hooks.progress = [&](std::int64_t step, std::int64_t, double) { done = step; };
        one.hooks.stop = [&] { return done >= stop_at; };
      }
      try {
        result = one.run();
        ASSERT_EQ(attempt, 1);
      } catch (const Error& error) {
        ASSERT_EQ(error.kind(), ErrorKind::interrupted);
      }
    }
    EXPECT_EQ(result.resumed_from, stop_at);
    EXPECT_EQ(result.epoch, expected.epoch);
    EXPECT_EQ(result.validation_losses, expected.validation_losses);
    expect_equal(result, expected);
  }
}

TEST(Trainer, AbsurdRateDivergesAndNamesTheStep) {
  Bench bench({{"lr", 1e30}, {"clip", 0}, {"warmup", 0}}, false);
  try {
    bench.run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::diverged);
    EXPECT_THAT(error.what(), testing::HasSubstr("at step "));
  }
}

TEST(Trainer, LoraLeavesTheBackboneAlone) {
  Bench bench(Json::object(), true);
  std::vector<torch::Tensor> before;
  for (const auto& p : bench.backbone.parameters()) before.push_back(p.tensor.detach().clone());
  bench.run();
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(torch::equal(before[i], bench.backbone.parameters()[i].tensor))
        << bench.backbone.parameters()[i].name;
}

TEST(Trainer, CurveEvaluationsAndFlopsAreWhatTheStepsSay) {
  Bench bench({{"epochs", 3}}, true);
  const auto result = bench.run();
  EXPECT_EQ(result.curve.size(), 15U);
  EXPECT_EQ(result.curve.back().step, 15);
  EXPECT_DOUBLE_EQ(result.curve.back().epoch, 3);
  EXPECT_THAT(result.evaluations,
              testing::UnorderedElementsAre(testing::Key("test.epoch1"), testing::Key("test.epoch2"),
                                            testing::Key("test.epoch3")));
  EXPECT_EQ(result.evaluations.at("test.epoch3").size(0), 11);
  EXPECT_LT(result.final_train_loss, bench.labels.prior_entropy());
  EXPECT_GT(result.flops, 0);
}

TEST(Checkpoints, ADamagedOneIsPassedOverAndAnothersIsRefused) {
  const std::string folder = fresh_folder("checkpoints");
  const Checkpoints checkpoints(real_file_system(), folder);
  const auto state = [](std::int64_t step, std::int64_t width) {
    TrainerState s;
    s.step = step;
    s.losses.assign(static_cast<std::size_t>(step), 0.5);
    s.parameters = {{"w", torch::full({width}, static_cast<float>(step))}};
    s.first_moments = {{"w", torch::zeros({width})}};
    s.second_moments = {{"w", torch::zeros({width})}};
    return s;
  };
  TrainerState empty = state(0, 4);
  EXPECT_FALSE(checkpoints.load_latest(empty));
  for (const int step : {2, 4, 6}) checkpoints.save(state(step, 4));
  EXPECT_EQ(real_file_system().list(folder).size(), 2U);
  TrainerState loaded = state(0, 4);
  ASSERT_TRUE(checkpoints.load_latest(loaded));
  EXPECT_EQ(loaded.step, 6);
  EXPECT_EQ(loaded.parameters[0].tensor[0].item<float>(), 6.0F);
  const auto latest = [&] { return folder + "/" + real_file_system().list(folder).back(); };
  std::fstream(latest()).seekp(-1, std::ios::end).put('\x01');  // one bit of a tensor
  ASSERT_TRUE(checkpoints.load_latest(loaded));
  EXPECT_EQ(loaded.step, 4);
  checkpoints.save(state(6, 4));
  std::filesystem::resize_file(latest(), 30);
  ASSERT_TRUE(checkpoints.load_latest(loaded));
  EXPECT_EQ(loaded.step, 4);
  TrainerState other = state(0, 5);
  EXPECT_THROW(checkpoints.load_latest(other), Error);
}

}  // namespace
}  // namespace qinglan
