// Real data sets: the registered ones, and the folders beside the repository where they are there.
#include <gmock/gmock.h>

#include <set>

#include "data/dataset.h"
#include "data/known_dataset.h"
#include "data/registered.h"
#include "data/split.h"
#include "data/test_files.h"
#include "io/deps_folder.h"

namespace qinglan {
namespace {

const std::string kShared = QL_SOURCE_DIR "/../shared/data/";

// Folders of data sets are no part of the repository: their absence never fails.
#define QL_NEED_FOLDER(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs the data set in " << (path)

double positive_share(const Dataset& data, const std::vector<Example>& rows) {
  double sum = 0;
  for (const auto& row : rows) sum += data.truth.label(row.id);
  return sum / static_cast<double>(rows.size());
}

TEST(Registered, RatedLinesBecomeRows) {
  std::map<std::string, std::int64_t> dropped;
  const auto rows =
      parse_rated_lines("1_1\t0.5\tcaf\xe9\r\n1_2\t-2.25\tb\tc\n\n2_1\t-0.05\td\n", "f", 0.05, true, dropped);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields,
            Json::parse(R"({"id": "1_1", "document": "1", "text": "café", "label": "positive"})"));
  EXPECT_EQ(rows[1].fields["text"], "b\tc");
  EXPECT_EQ(rows[1].fields["label"], "negative");
  EXPECT_EQ(dropped["dead band"], 1);
  for (const char* bad : {"1\t2\n", "1\tx\ty\n", "1\tnan\ty\n", "\t1\ty\n"})
    EXPECT_THAT(error_of([&] { parse_rated_lines(bad, "f", 0, false, dropped); }), testing::HasSubstr("f:1"))
        << bad;
}

TEST(Registered, NamesAreDifferentAndFilmsBelongToTheirCorpus) {
  std::set<std::string> names;
  for (const auto& set : registered_datasets()) EXPECT_TRUE(names.insert(set.name).second);
  ASSERT_NE(find_registered("vader-films"), nullptr);
  EXPECT_EQ(find_registered("vader-films")->corpus, "rotten-tomatoes");
  EXPECT_EQ(find_registered("films"), nullptr);
}

TEST(RealData, Films) {
  QL_NEED_FILE(find_registered("vader-films")->path());
  DatasetSpec spec;
  spec.path = "vader-films";
  const auto data = load_dataset(spec);
  EXPECT_THAT(data.truth.classes(), testing::ElementsAre("negative", "positive"));
  EXPECT_EQ(data.facts.dropped.at("dead band"), 50);
  EXPECT_EQ(data.inputs.train.size() + data.inputs.test.size(), 10555u);
  EXPECT_FALSE(data.facts.balanced);
  EXPECT_EQ(data.facts.overlap, 0);
  EXPECT_NEAR(positive_share(data, data.inputs.train), 0.496, 0.01);
}

TEST(RealData, OtherRegisteredSets) {
  for (const auto& set : registered_datasets()) {
    QL_NEED_FILE(set.path());
    DatasetSpec spec;
    spec.path = set.name;
    spec.allow_overlap = true;
    const auto data = load_dataset(spec);
    EXPECT_GT(data.inputs.train.size(), 1500u) << set.name;
    EXPECT_GT(data.inputs.test.size(), 500u) << set.name;
    EXPECT_EQ(data.inputs.train[0].fields.size(), 1u);
    const bool unrelated = data.inputs.train[0].group == data.inputs.train[0].id;
    EXPECT_EQ(unrelated, set.group.empty()) << set.name;
  }
}

TEST(RealData, ShortTextFolders) {
  QL_NEED_FOLDER(kShared);
  for (const char* name : {"sst2", "cola", "ethics_justice", "anthropic_persona"}) {
    DatasetSpec spec;
    spec.path = kShared + name;
    const auto data = load_dataset(spec);
    EXPECT_EQ(data.name, name);
    EXPECT_THAT(data.truth.classes(), testing::ElementsAre("0", "1"));
    EXPECT_EQ(data.facts.balanced, std::string(name) == "cola") << name;
    if (data.facts.balanced) {
      EXPECT_DOUBLE_EQ(positive_share(data, data.inputs.train), 0.5);
    }
  }
}

TEST(RealData, BoolqByTitle) {
  QL_NEED_FOLDER(kShared + "boolq");
  DatasetSpec spec;
  spec.path = kShared + "boolq";
  spec.text = "{passage}\n{question}";
  spec.group = "title";
  const auto data = load_dataset(spec);
  EXPECT_GT(data.facts.dropped.at("group in test"), 100);
  EXPECT_TRUE(data.facts.balanced);
  const auto halves = split_halves(data.inputs.train, 0);
  std::set<std::string> titles;
  for (const auto i : halves.supervision) titles.insert(data.inputs.train[i].group);
  for (const auto i : halves.transfer) EXPECT_FALSE(titles.contains(data.inputs.train[i].group));
}

// As a spec with `recipe` reads it.
DatasetSpec known_spec(const std::string& name) {
  const Json& keys = find_known_dataset(name).keys;
  DatasetSpec spec;
  spec.path = kShared + name;
  spec.recipe = name;
  spec.text = keys.value("text", "text");
  spec.label = keys.value("label", "label");
  spec.group = keys.value("group", "");
  spec.group_words = keys.value("group_words", std::int64_t{0});
  if (const auto choices = keys.find("choices"); choices != keys.end())
    spec.choices =
        choices->is_string() ? std::vector<std::string>{*choices} : choices->get<std::vector<std::string>>();
  return spec;
}

TEST(RealData, SciqIsNeverOneToThree) {
  QL_NEED_FOLDER(kShared + "sciq");
  const auto data = load_dataset(known_spec("sciq"));
  EXPECT_THAT(data.facts.train_share, testing::ElementsAre(0.5, 0.5));
  EXPECT_THAT(data.facts.test_share, testing::ElementsAre(0.5, 0.5));
  EXPECT_FALSE(data.facts.balanced);
  EXPECT_EQ(data.inputs.test.size(), 2 * 991u);
  EXPECT_EQ(data.facts.dropped.at("group in test") + data.facts.dropped.at("overlap"), 8)
      << "4 questions are in test too";
  std::map<std::string, int> rows;
  for (const auto& example : data.inputs.train) ++rows[example.group];
  EXPECT_LT(rows.size(), data.inputs.train.size() / 2)
      << "some questions are asked twice, with other answers";
  for (const auto& [group, count] : rows) EXPECT_EQ(count % 2, 0);
}

TEST(RealData, EthicsByItsStem) {
  QL_NEED_FOLDER(kShared + "ethics_justice");
  const auto data = load_dataset(known_spec("ethics_justice"));
  EXPECT_EQ(data.facts.dropped.at("group in test"), 306);
  std::map<std::string, int> rows;
  for (const auto& example : data.inputs.train) ++rows[example.group];
  int related = 0;
  for (const auto& [group, count] : rows) related += count > 1 ? count : 0;
  EXPECT_NEAR(related, 4683 - 250, 60);
}

TEST(RealData, PairsByTheirPrompt) {
  QL_NEED_FOLDER(kShared + "hh_harmless");
  const auto data = load_dataset(known_spec("hh_harmless"));
  EXPECT_THAT(data.facts.test_share, testing::ElementsAre(0.5, 0.5));
  std::set<std::string> groups;
  for (const auto& example : data.inputs.train) groups.insert(example.group);
  EXPECT_NEAR(static_cast<double>(groups.size()), 7800, 100);
}

TEST(RealData, EveryRecipeReadsItsDataSet) {
  for (const auto& known : known_datasets()) {
    if (!std::filesystem::exists(kShared + known.name)) continue;
    const auto data = load_dataset(known_spec(known.name));
    EXPECT_GT(data.inputs.train.size(), 1500u) << known.name;
    EXPECT_EQ(data.truth.classes().size(), 2u) << known.name;
  }
}

}  // namespace
}  // namespace qinglan
