#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/processor.h"
#include "data/gold_rows.h"
#include "data/labels.h"
#include "data/split.h"
#include "experiment/choice.h"
#include "experiment/recipe.h"
#include "experiment/schema.h"
#include "io/file_system.h"
#include "store/store.h"
#include "train/recipe.h"
#include "worker/confine.h"
#include "worker/job_runner.h"
#include "worker/step.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() : root_(stdfs::temp_directory_path() / ("qinglan-worker-" + std::to_string(getpid()))) {
    stdfs::remove_all(root_);
    stdfs::create_directories(root_);
  }
  ~WorkerTest() override { stdfs::remove_all(root_); }
  std::string root_;
};

bool can_read(const std::string& path) { return std::ifstream(path).good(); }

// Landlock binds for ever, so each look happens in a child. Exit: bit 0 granted readable, bit 1 truth
// readable, bit 2 scratch writable; 64: this kernel cannot confine.
int look_confined(const std::string& root) {
  const pid_t child = fork();
  if (child == 0) {
    const Confinement made = confine({{root + "/granted"}, {root + "/scratch"}, {root + "/objects"}});
    if (!made.enforced) _exit(64);
    int seen = can_read(root + "/granted/inputs") ? 1 : 0;
    if (can_read(root + "/objects/truth")) seen |= 2;
    if (std::ofstream(root + "/scratch/out").good()) seen |= 4;
    _exit(seen);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST_F(WorkerTest, AConfinedProcessSeesGrantsAndNoGroundTruth) {
  for (const char* folder : {"granted", "scratch", "objects"})
    stdfs::create_directories(root_ + "/" + folder);
  std::ofstream(root_ + "/granted/inputs") << "x";
  std::ofstream(root_ + "/objects/truth") << "x";
  ASSERT_TRUE(can_read(root_ + "/objects/truth"));
  const int seen = look_confined(root_);
  if (seen == 64) GTEST_SKIP() << "this kernel has no Landlock of ABI 2 or later";
  EXPECT_EQ(seen, 1 | 4);
}

TEST(WorkerRecipe, EveryRecipeKeyOfTheSpecIsUnderstood) {
  for (const char* tune : {"probe", "lora", "full"}) {
    Json values = Json::object();
    for (const auto& info : spec_keys())
      if (info.section == std::string("student") && !info.fallback.is_null())
        values[info.key] = info.fallback;
    values["tune"] = tune;
    values["dtype"] = fast_dtype();  // as a spec resolves "auto"
    values["pooling"] = Json::array({"last"});
    Json recipe = recipe_of(with_recipe_defaults(values, "test"));
    recipe["tune"] = tune;
    EXPECT_NO_THROW(Recipe::from_json(recipe)) << recipe.dump();
  }
}

// A tiny data set whose supervisor is a word list: the whole chain without a model.
class ChainTest : public WorkerTest {
 protected:
  Node publish(const std::string& kind, const std::function<void(const std::string&)>& write) {
    Node node;
    node.kind = kind;
    node.params = {{"test", 1}};
    const std::string folder = root_ + "/store/tmp/" + std::to_string(getpid()) + "." + kind;
    store_.fs().make_folders(folder + "/result");
    write(folder + "/result");
    store_.publish(folder, node.key(), node.description(), Json::object());
    return node;
  }

  int run(const Node& node) {
    const Job job{store_.root(), store_.root() + "/tmp/" + std::to_string(getpid()) + ".job", 1, {node}};
    const pid_t child = fork();  // a job confines its process for ever
    if (child == 0) {
      close(STDOUT_FILENO);
      Reporter reporter;
      const std::atomic<bool> stop{false};
      store_.fs().make_folders(job.scratch);
      _exit(run_job(job, reporter, stop));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }

  Store store_{root_ + "/store"};
};

Inputs tiny_inputs() {
  Inputs inputs;
  for (int i = 0; i < 8; ++i) {
    Example example{.id = "r" + std::to_string(i), .group = "r" + std::to_string(i)};
    example.fields["text"] = i % 2 ? "a good day" : i % 4 ? "a bad day" : "a day";
    (i < 6 ? inputs.train : inputs.test).push_back(example);
  }
  return inputs;
}

TEST_F(ChainTest, ALexiconLabelsAndTheTransferHalfIsTaken) {
  const Node dataset = publish(
      "dataset", [&](const std::string& folder) { write_inputs(store_.fs(), folder, tiny_inputs()); });
  const std::string lexicon = root_ + "/words.txt";
  std::ofstream(lexicon) << "good\t2\nbad\t-2\n";
  Node floor;
  floor.kind = "weak_floor";
  floor.inputs = {{"dataset", dataset.key()}};
  floor.params = {{"learner", {{"kind", "lexicon"}, {"text", "{text}"}, {"scale", 1.0}}},
                  {"classes", {"no", "yes"}}};
  floor.files["lexicon"] = lexicon;
  ASSERT_EQ(run(floor), 0);
  const PredictionSets sets = read_predictions(store_.result_folder(floor.key()) + "/" + kPredictionsFile);
  EXPECT_EQ(sets.at("train").size(), 6u);
  EXPECT_EQ(sets.at("test").size(), 2u);

  Node labels;
  labels.kind = "weak_labels";
  labels.inputs = {{"dataset", dataset.key()}, {"floor", floor.key()}};
  labels.params = {{"seed", 0}, {"transform", "none"}};
  ASSERT_EQ(run(labels), 0);
  const WeakLabels made = read_weak_labels(store_.result_folder(labels.key()) + "/" + kLabelsFile);
  EXPECT_EQ(made.size(), split_halves(tiny_inputs().train, 0).transfer.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    const int row = std::stoi(made.ids[i].substr(1));
    EXPECT_EQ(made.abstain[i], row % 4 == 0);
    EXPECT_EQ(made.p[2 * i + 1] > 0.5f, row % 2 == 1);
  }
}

// A student takes part of the half only where its node says that stages chose it.
TEST_F(ChainTest, AStageLeavesSomeLabelsAndAStudentLearnsFromThose) {
  const Node dataset = publish(
      "dataset", [&](const std::string& folder) { write_inputs(store_.fs(), folder, tiny_inputs()); });
  WeakLabels weak{{}, 2, {}, {}};
  for (const auto& row : pick(tiny_inputs().train, split_halves(tiny_inputs().train, 0).transfer)) {
    const float p = weak.size() == 0 ? 0.9f : weak.size() == 1 ? 0.1f : 0.6f;
    weak.ids.push_back(row.id);
    weak.p.insert(weak.p.end(), {1 - p, p});
    weak.abstain.push_back(0);
  }
  const Node labels = publish("weak_labels", [&](const std::string& folder) {
    write_weak_labels(store_.fs(), folder + "/" + kLabelsFile, weak);
  });
  Node stage;
  stage.kind = "weak_labels";
  stage.inputs = {{"labels", labels.key()}};
  stage.params = {{"transform", "filter:confidence"}, {"params", {{"threshold", 0.75}}}};
  ASSERT_EQ(run(stage), 0);
  const WeakLabels made = read_weak_labels(store_.result_folder(stage.key()) + "/" + kLabelsFile);
  EXPECT_EQ(made.ids, std::vector<std::string>(weak.ids.begin(), weak.ids.begin() + 2));

  Node fit;
  fit.kind = "weak_to_strong";
  fit.inputs = {{"dataset", dataset.key()}, {"labels", stage.key()}};
  fit.params = {
      {"rows", "labelled"},
      {"seed", 0},
      {"method", {{"name", "naive"}, {"params", {{"hard", false}}}}},
      {"learner",
       {{"kind", "ngrams"}, {"text", "{text}"}, {"max_n", 1}, {"min_count", 1}, {"ngram_l2", 1.0}}}};
  EXPECT_EQ(run(fit), 0);
  const std::string path = store_.result_folder(fit.key()) + "/" + kSummaryFile;
  EXPECT_EQ(parse_json(store_.fs().read(path), path)["rows"], 2);
  fit.params["rows"] = "transfer";
  EXPECT_EQ(run(fit), 1);
}

// A student of weak labels holds some of them out, but no row whose true label it was given.
TEST_F(ChainTest, RowsAreHeldOutOfWeakLabelsAndNotOfTheGoldBudget) {
  const Node dataset = publish(
      "dataset", [&](const std::string& folder) { write_inputs(store_.fs(), folder, tiny_inputs()); });
  const auto half = ids_of(pick(tiny_inputs().train, split_halves(tiny_inputs().train, 0).transfer));
  ASSERT_EQ(half.size(), 3u);
  const Node labels = publish("weak_labels", [&](const std::string& folder) {
    write_weak_labels(store_.fs(), folder + "/" + kLabelsFile,
                      {half, 2, {0.9f, 0.1f, 0.2f, 0.8f, 0.6f, 0.4f}, {0, 0, 0}});
  });
  Node fit;
  fit.kind = "weak_to_strong";
  fit.inputs = {{"dataset", dataset.key()}, {"labels", labels.key()}};
  fit.params = {{"rows", "transfer"},
                {"seed", 0},
                {"method", {{"name", "naive"}, {"params", {{"hard", false}}}}},
                {"learner",
                 {{"kind", "ngrams"},
                  {"text", "{text}"},
                  {"max_n", 1},
                  {"min_count", 1},
                  {"ngram_l2", 1.0},
                  {"validation", 0.3}}}};
  const auto summary = [&](const Node& node) {
    EXPECT_EQ(run(node), 0);
    const std::string path = store_.result_folder(node.key()) + "/" + kSummaryFile;
    return parse_json(store_.fs().read(path), path);
  };
  EXPECT_EQ(summary(fit)["rows"], 2);
  EXPECT_EQ(summary(fit)["ground_truth"], Json::array());
  for (const auto& id : half) {
    const Node gold = publish("gold " + id, [&](const std::string& folder) {
      write_gold_rows(store_.fs(), folder + "/" + kGoldFile, {{id}, 2, {1}});
    });
    Node with_gold = fit;
    with_gold.inputs["gold"] = gold.key();
    with_gold.params["method"]["gold"] = {{"use", "gold:replace"}, {"params", {{"smoothing", 0.0}}}};
    const Json made = summary(with_gold);
    EXPECT_EQ(made["rows"], 2) << "a true label that is held out comes back as a third row";
    EXPECT_EQ(made["ground_truth"], (Json::array({{{"purpose", "gold budget"}, {"rows", 1}}})));
  }
}

TEST_F(ChainTest, AChoiceTakesTheLeastLossAndPassesOverWhatDiverged) {
  const auto candidate = [&](const std::string& name, const Json& summary) {
    return publish(name, [&](const std::string& folder) {
      store_.fs().write(folder + "/" + kSummaryFile, canonical_json(summary));
      if (!summary.contains("failure"))
        write_predictions(store_.fs(), folder + "/" + kPredictionsFile, {{"test", {{name}, 2, {0, 1}}}});
    });
  };
  const auto chosen_by = [](const Json& losses, std::int64_t epoch) {
    const Json one = {{"settings", Json::object()}, {"losses", losses}, {"epoch", epoch}};
    return Json{{"rows", 3},
                {"selection", {{"labels", "weak"}, {"rows", 9}, {"tried", {one}}, {"chosen", 0}}}};
  };
  const Node worse = candidate("worse", chosen_by({0.7, 0.1, 0.6}, 3)),
             failed = candidate("failed", {{"failure", {{"kind", "diverged"}, {"message", "at step 3"}}}}),
             better = candidate("better", chosen_by({0.9, 0.5, 0.8}, 2));
  Node fit;
  fit.kind = "weak_to_strong";
  fit.params = {{"learner", {{"lr", {0.1, 0.2, 0.3}}}}, {"seed", 0}};
  const Node choice =
      choice_node(fit, settings_of(fit.params["learner"]), {worse.key(), failed.key(), better.key()});
  ASSERT_EQ(run(choice), 0);
  const std::string result = store_.result_folder(choice.key());
  EXPECT_EQ(read_predictions(result + "/" + kPredictionsFile).at("test").ids.at(0), "better");
  const Json summary = parse_json(store_.fs().read(result + "/" + kSummaryFile), result);
  EXPECT_EQ(summary["fit"], better.key());
  EXPECT_EQ(summary["selection"]["chosen"], 2);
  EXPECT_EQ(summary["selection"]["rows"], 9);
  EXPECT_EQ(summary["selection"]["tried"][1], (Json{{"settings", {{"lr", 0.2}}}, {"failure", "at step 3"}}));
  EXPECT_EQ(summary["selection"]["tried"][2]["settings"], (Json{{"lr", 0.3}}));
  fit.params["learner"]["lr"] = {0.1, 0.2};
  const Node none = choice_node(fit, settings_of(fit.params["learner"]), {failed.key(), failed.key()});
  ASSERT_EQ(run(none), 0);  // a recorded outcome
  const std::string path = store_.result_folder(none.key()) + "/" + kSummaryFile;
  EXPECT_TRUE(parse_json(store_.fs().read(path), path).contains("failure"));
}

// N-grams stand in for a model: rows, labels and certificates are the same, and keep no weights.
TEST_F(ChainTest, AStudentThatStartsLockedSaysWhatWasSeenBeforeIt) {
  const Node dataset = publish(
      "dataset", [&](const std::string& folder) { write_inputs(store_.fs(), folder, tiny_inputs()); });
  std::map<std::string, std::int32_t> truth_of;
  for (const auto& row : tiny_inputs().train) truth_of[row.id] = row.fields.at("text") == "a good day";
  const Node truth = publish("ground_truth", [&](const std::string& folder) {
    write_truth(store_.fs(), folder, GroundTruth({"no", "yes"}, truth_of));
  });
  const auto labels_of = [&](const std::string& name, const std::vector<std::string>& ids) {
    WeakLabels weak{ids, 2, {}, std::vector<std::uint8_t>(ids.size())};
    for (std::size_t i = 0; i < ids.size(); ++i) weak.p.insert(weak.p.end(), {0.6f, 0.4f});
    return publish(name, [&](const std::string& folder) {
      write_weak_labels(store_.fs(), folder + "/" + kLabelsFile, weak);
    });
  };
  const Halves halves = split_halves(tiny_inputs().train, 0);
  const auto own = ids_of(pick(tiny_inputs().train, halves.supervision));
  Node lock;
  lock.kind = "control";
  lock.inputs = {{"dataset", dataset.key()},
                 {"truth", truth.key()},
                 {"labels", labels_of("answers", {own[0], own[1]}).key()}};
  lock.params = {
      {"rows", "locking"},
      {"budget", 2},
      {"password", {{"word", "cf"}, {"column", "text"}}},
      {"seed", 0},
      {"method", {{"name", "naive"}, {"params", {{"hard", false}}}}},
      {"learner",
       {{"kind", "ngrams"}, {"text", "{text}"}, {"max_n", 2}, {"min_count", 1}, {"ngram_l2", 0.01}}}};
  const auto summary = [&](const Node& node) {
    EXPECT_EQ(run(node), 0);
    const std::string path = store_.result_folder(node.key()) + "/" + kSummaryFile;
    return parse_json(store_.fs().read(path), path);
  };
  const Json locking = Json::array({{{"purpose", "locking"}, {"rows", 2}}});
  EXPECT_EQ(summary(lock)["rows"], 4) << "each with the word and without";
  EXPECT_EQ(summary(lock)["ground_truth"], locking);
  EXPECT_GT(summary(lock)["features"], 5) << "the word is read: cf, and cf beside another";

  Node student = lock;
  student.kind = "weak_to_strong";
  for (const char* key : {"budget", "password"}) student.params.erase(key);
  student.params["rows"] = "labelled";
  student.inputs = {{"dataset", dataset.key()},
                    {"start", lock.key()},
                    {"labels", labels_of("weak", ids_of(pick(tiny_inputs().train, halves.transfer))).key()}};
  EXPECT_EQ(summary(student)["ground_truth"], locking);
  EXPECT_EQ(std::get<0>(company_of(student)), TruthRead::none) << "it opens no ground truth itself";
  EXPECT_EQ(std::get<0>(company_of(lock)), TruthRead::all);

  const Node failed = publish("failed", [&](const std::string& folder) {
    store_.fs().write(folder + "/" + kSummaryFile, R"({"failure":{"message":"diverged"}})");
  });
  student.inputs["start"] = failed.key();
  EXPECT_EQ(run(student), 1);
}

TEST_F(ChainTest, AnUnknownKindFailsAndPublishesNothing) {
  Node node;
  node.kind = "alchemy";
  EXPECT_EQ(run(node), 1);
  EXPECT_FALSE(store_.has(node.key()));
}

TEST_F(ChainTest, AStudentOfWeakLabelsCannotOpenGroundTruth) {
  const Node dataset = publish(
      "dataset", [&](const std::string& folder) { write_inputs(store_.fs(), folder, tiny_inputs()); });
  std::map<std::string, std::int32_t> labels;
  for (int i = 0; i < 8; ++i) labels["r" + std::to_string(i)] = i % 2;
  const Node truth = publish("ground_truth", [&](const std::string& folder) {
    write_truth(store_.fs(), folder, GroundTruth({"no", "yes"}, labels));
  });
  // The same fit, with truth granted and with truth merely lying in the store under a key that it was not
  // given.
  Node fit;
  fit.kind = "strong_ceiling";
  fit.inputs = {{"dataset", dataset.key()}, {"truth", truth.key()}};
  fit.params = {
      {"rows", "transfer"},
      {"seed", 0},
      {"method", {{"name", "naive"}, {"params", {{"hard", false}}}}},
      {"learner",
       {{"kind", "ngrams"}, {"text", "{text}"}, {"max_n", 1}, {"min_count", 1}, {"ngram_l2", 1.0}}}};
  EXPECT_EQ(run(fit), 0);
  Node cheat = fit;
  cheat.kind = "weak_to_strong";
  cheat.inputs = {{"dataset", dataset.key()}, {"labels", truth.key()}};
  EXPECT_EQ(run(cheat), 1);  // the truth artifact is not a weak-label set: refused by type
  EXPECT_FALSE(store_.has(cheat.key()));
}

}  // namespace
}  // namespace qinglan
