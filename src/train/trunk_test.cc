#include "train/trunk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "train/tensor_view.h"
#include "train/testing_support.h"
#include "train/trainer.h"

namespace qinglan {
namespace {

using testing_support::fresh_folder;
using testing_support::relative_error;
using testing_support::tiny_config;
using testing_support::token_rows;
using testing_support::weak_labels;

constexpr std::int64_t kDepth = 1;

struct Folders {
  std::string work, result;
  explicit Folders(const std::string& name)
      : work(fresh_folder(name + "-work")), result(fresh_folder(name)) {}
};

std::vector<std::uint8_t> some_cut(std::size_t rows) {
  std::vector<std::uint8_t> cut(rows);
  for (std::size_t i = 0; i < rows; ++i) cut[i] = i % 3 == 0;
  return cut;
}

TrunkStates make_trunk(const Backbone& backbone, const std::vector<std::vector<std::int32_t>>& rows,
                       const Folders& folders, const RunHooks& hooks = {}) {
  TrunkPass(backbone, rows, kDepth)
      .run(real_file_system(), folders.work, folders.result, some_cut(rows.size()), hooks);
  return TrunkStates::open(real_file_system(), folders.result, kDepth);
}

std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& name : real_file_system().list(folder))
    files[name] = real_file_system().read(folder + "/" + name);
  return files;
}

std::vector<std::int64_t> all_rows(std::int64_t count = 40) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(Trunk, HoldsEveryRowsStatesRoundedToBf16) {
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    const Backbone backbone = Backbone::random(tiny_config(), 1, dtype);
    const auto rows = token_rows(30);
    const Folders folders("states");
    const TrunkStates trunk = make_trunk(backbone, rows, folders);
    ASSERT_EQ(trunk.rows(), 30);
    EXPECT_EQ(trunk.width(), 16);
    torch::NoGradGuard no_grad;
    for (const std::int64_t row : {0, 7, 29}) {
      EXPECT_EQ(trunk.length(row), static_cast<std::int64_t>(rows[row].size()));
      EXPECT_EQ(trunk.cut(row), row % 3 == 0);
      const PackedBatch one = trunk.pack(std::span(&row, 1), Beginnings::apart);
      const auto expected =
          backbone.forward(PackedBatch::pack(std::span(&rows[row], 1)), std::span(&kDepth, 1))[0];
      EXPECT_LT((one.hidden.to(torch::kFloat32) - expected.to(torch::kFloat32)).abs().max().item<double>(),
                0.01);
    }
    const std::vector<std::int64_t> wanted = {9, 2, 9};
    const PackedBatch batch = trunk.pack(wanted, Beginnings::apart);
    EXPECT_EQ(batch.depth, kDepth);
    EXPECT_EQ(batch.documents(), 3);
    EXPECT_TRUE(torch::equal(batch.hidden.narrow(0, 0, batch.lengths[0]),
                             batch.hidden.narrow(0, batch.lengths[0] + batch.lengths[1], batch.lengths[2])));
  }
}

TEST(Trunk, HoldsOnceWhatRowsBeginWithAlike) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kBFloat16);
  const auto rows = testing_support::rows_that_begin_alike(30);
  const Folders folders("alike");
  const TrunkStates trunk = make_trunk(backbone, rows, folders);
  std::int64_t tokens = 0;
  for (const auto& row : rows) tokens += static_cast<std::int64_t>(row.size());
  const PackedBatch all = trunk.pack(all_rows(30), Beginnings::shared);
  EXPECT_EQ(all.tokens(), tokens);
  EXPECT_LE(all.rows(), tokens - 29 * 8) << "the beginning's eight tokens once";
  EXPECT_EQ(SafetensorsFile::open(folders.result + "/part-00000000.safetensors").tensor("states").shape[0],
            all.rows());
  const PackedBatch apart = trunk.pack(all_rows(30), Beginnings::apart);
  EXPECT_EQ(apart.rows(), tokens);
  EXPECT_TRUE(torch::equal(all.hidden.index_select(0, all.shared->rows), apart.hidden));
  torch::NoGradGuard no_grad;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto alone =
        backbone.forward(PackedBatch::pack(std::span(&rows[i], 1)), std::span(&kDepth, 1)).front();
    const auto held = apart.hidden.narrow(0, first, apart.lengths[i]);
    EXPECT_LT(relative_error(held, alone), 0.02) << i;
    first += apart.lengths[i];
  }
}

TEST(Trunk, HoldsOnceWhatRowsOfSeveralPacksBeginWithAlike) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kBFloat16);
  const auto rows = testing_support::rows_that_begin_alike(1200);
  const TrunkPass pass(backbone, rows, kDepth);
  ASSERT_GT(pass.plan().size(), 1U);
  const Folders folders("packs");
  const TrunkStates trunk = make_trunk(backbone, rows, folders);
  std::int64_t bytes = 0;
  for (const auto& [name, content] : files_in(folders.result))
    bytes += static_cast<std::int64_t>(content.size());
  EXPECT_NEAR(static_cast<double>(bytes), static_cast<double>(pass.bytes()), 4096);
  torch::NoGradGuard no_grad;
  for (std::int64_t row = 0; row < trunk.rows(); ++row) {
    for (std::size_t i = 0; i < 8; ++i) ASSERT_EQ(trunk.places(row)[i], trunk.places(0)[i]) << row;
    if (row % 10 != 0) continue;
    const auto held = trunk.pack(std::span(&row, 1), Beginnings::apart).hidden,
               alone =
                   backbone.forward(PackedBatch::pack(std::span(&rows[row], 1)), std::span(&kDepth, 1))[0];
    EXPECT_LT(relative_error(held, alone), 0.02) << row;
  }
}

TEST(Trunk, AStoppedPassGoesOnToTheSameBytes) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kBFloat16);
  std::vector<std::vector<std::int32_t>> rows;
  Random random(2);
  for (int i = 0; i < 1400; ++i) {
    auto& row = rows.emplace_back(30 + i % 20);
    for (auto& id : row) id = static_cast<std::int32_t>(random.below(40));
  }
  const Folders whole("whole"), stopped("stopped");
  make_trunk(backbone, rows, whole);
  ASSERT_GT(files_in(whole.result).size(), 2U) << "the test wants more than one part";
  int packs = 0;
  RunHooks hooks;
  hooks.stop = [&] { return packs >= 9; };
  hooks.progress = [&](std::int64_t, std::int64_t, double) { ++packs; };
  EXPECT_THROW(make_trunk(backbone, rows, stopped, hooks), Error);
  make_trunk(backbone, rows, stopped);
  EXPECT_EQ(files_in(stopped.result), files_in(whole.result));
}

TEST(Trunk, RefusesDamageAndDepthsThatAreNotThere) {
  const Backbone backbone = Backbone::random(tiny_config(), 1, torch::kFloat32);
  const auto rows = token_rows(5);
  EXPECT_THROW(TrunkPass(backbone, rows, 2), Error);
  EXPECT_THROW(TrunkPass(backbone, rows, -1), Error);
  const Folders folders("damage");
  make_trunk(backbone, rows, folders);
  std::filesystem::remove(folders.result + "/part-00000000.safetensors");
  EXPECT_THROW(TrunkStates::open(real_file_system(), folders.result, kDepth), Error);
  const Folders other("other");
  make_trunk(backbone, token_rows(9), other);
  std::filesystem::copy_file(other.result + "/part-00000000.safetensors",
                             folders.result + "/part-00000000.safetensors");
  EXPECT_THROW(TrunkStates::open(real_file_system(), folders.result, kDepth), Error);
}

// What is read through the index never lies outside the parts.
TEST(Trunk, RefusesAnIndexThatDoesNotFit) {
  const Folders folders("index");
  make_trunk(Backbone::random(tiny_config(), 1, torch::kFloat32), {{1, 2, 3}, {4}}, folders);
  const auto open = [&](const std::vector<std::int64_t>& places, const std::vector<std::int64_t>& lengths) {
    const auto rows = torch::tensor(places, torch::kInt64), of_rows = torch::tensor(lengths, torch::kInt64),
               cut = torch::zeros({2}, torch::kInt64);
    write_safetensors(real_file_system(), folders.result + "/index.safetensors",
                      {{"rows", view_of(rows)}, {"lengths", view_of(of_rows)}, {"cut", view_of(cut)}});
    return TrunkStates::open(real_file_system(), folders.result, kDepth).rows();
  };
  EXPECT_EQ(open({0, 1, 2, 3}, {3, 1}), 2);
  EXPECT_THROW(open({0, 1, 2, 4}, {3, 1}), Error) << "behind the end";
  EXPECT_THROW(open({0, 1, 3, -1}, {3, 1}), Error) << "before the beginning";
  EXPECT_THROW(open({0, 1, 2, 2}, {3, 1}), Error) << "a state that is nobody's";
  EXPECT_THROW(open({0, 1, 2, 3}, {4, 0}), Error) << "a text without tokens";
  EXPECT_THROW(open({0, 1, 2, 3}, {3, 2}), Error) << "more tokens than places";
  EXPECT_THROW(open({0, 1, 2, 3}, {2, 1}), Error) << "fewer";
  EXPECT_THROW(open({0, 1, 2, 3}, {4}), Error) << "another number of texts";
}

struct Course {
  std::vector<std::vector<std::int32_t>> rows = token_rows(40);
  TrainingLabels labels;
  std::unique_ptr<Objective> objective = make_objective("naive", Json::object(), 2);

  Course() : labels(TrainingLabels::from(weak_labels(probabilities()))) {}
  torch::Tensor probabilities() const {
    torch::Tensor p = torch::full({40, 2}, 0.1, torch::kFloat64);
    for (std::int64_t i = 0; i < 40; ++i) p[i][rows[i].back() % 2] = 0.9;
    return p;
  }
  TrainingTask task(InputRows tokens) const {
    return {tokens, &labels, objective.get(), {{"test", tokens}}, 4};
  }
};

Recipe recipe(const char* tune, double lr = 3e-3) {
  return Recipe::from_json(
      {{"tune", tune}, {"dtype", "float32"}, {"batch", 8}, {"lr", lr}, {"head_lr", 1e-2}});
}

// With hidden states that bf16 holds exactly, starting from them changes nothing but what is computed.
TEST(Trunk, StudentsOfTheUpperBlocksLearnAsWithTheLowerOnesBelowThem) {
  Course course;
  course.rows = testing_support::rows_that_begin_alike(40);
  const Folders folders("learn");
  const Backbone whole = Backbone::random(tiny_config(), 1, torch::kBFloat16);
  const TrunkStates trunk = make_trunk(whole, course.rows, folders);
  for (const char* tune : {"lora", "full"}) {
    Recipe how = recipe(tune);
    how.dtype = torch::kBFloat16;
    Backbone upper = Backbone::random(tiny_config(), 1, torch::kBFloat16, kDepth);
    ClassificationHead head(2, 16);
    std::optional<LoraAdapter> adapter;
    if (how.tune == Recipe::Tune::lora) adapter = LoraAdapter::create(tiny_config(), how.lora, 1, kDepth);
    const auto result =
        train_model(upper, head, adapter ? &*adapter : nullptr, course.task({trunk, all_rows()}), how);
    EXPECT_LT(result.final_train_loss, 0.69);
    if (!adapter) continue;
    Backbone below = Backbone::random(tiny_config(), 1, torch::kBFloat16);
    ClassificationHead other_head(2, 16);
    LoraAdapter other = LoraAdapter::create(tiny_config(), how.lora, 1, kDepth);
    const auto expected = train_model(below, other_head, &other, course.task(course.rows), how);
    EXPECT_NEAR(result.final_train_loss, expected.final_train_loss, 0.02);
  }
}

TEST(Cohort, MembersOfOneFrozenBaseHaveTheBitsOfTheirSoloRuns) {
  const Course course;
  const Folders folders("cohort");
  const TrunkStates trunk =
      make_trunk(Backbone::random(tiny_config(), 1, torch::kFloat32), course.rows, folders);
  const auto member = [&](const Backbone& base, std::uint64_t seed, double lr) {
    const Recipe how = recipe("lora", lr);
    ClassificationHead head(2, 16);
    LoraAdapter adapter = LoraAdapter::create(tiny_config(), how.lora, seed, kDepth);
    TrainingTask task = course.task({trunk, all_rows()});
    task.run_seed = seed;
    return train_adapter(base, head, adapter, task, how);
  };
  const Backbone shared = Backbone::random(tiny_config(), 1, torch::kFloat32, kDepth);
  const auto first = member(shared, 1, 3e-3);
  EXPECT_THROW(member(shared, 2, 1e30), Error) << "a member that diverges";
  const auto last = member(shared, 3, 3e-3);
  const auto solo = [&](std::uint64_t seed) {
    return member(Backbone::random(tiny_config(), 1, torch::kFloat32, kDepth), seed, 3e-3);
  };
  EXPECT_TRUE(torch::equal(first.train_logits, solo(1).train_logits));
  EXPECT_TRUE(torch::equal(last.train_logits, solo(3).train_logits));
  EXPECT_FALSE(torch::equal(first.train_logits, last.train_logits));
}

}  // namespace
}  // namespace qinglan
