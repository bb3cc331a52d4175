#include "catalog/weight_index.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "catalog/model_source.h"
#include "io/file_system.h"
#include "io/test_support.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

namespace fs = std::filesystem;
using namespace tiny_safetensors;

std::string shard_of(const std::vector<std::string>& weights) {
  std::string header = "{";
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string from = std::to_string(4 * i), to = std::to_string(4 * i + 4);
    header += (i > 0 ? ",\"" : "\"") + weights[i] + "\":" + entry("F32", "[1]", "[" + from + "," + to + "]");
  }
  return with_header(header + "}", 4 * weights.size());
}

// A folder with an index of two shards, `one` with weight a and `two` with weight b.
class WeightIndexTest : public testing::Test {
 protected:
  WeightIndexTest() {
    write("one.safetensors", shard_of({"a"}));
    write("two.safetensors", shard_of({"b"}));
    index({{"a", "one.safetensors"}, {"b", "two.safetensors"}});
  }
  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories(fs::path(model_ + name).parent_path());
    fs::remove(model_ + name);
    real_file_system().write(model_ + name, bytes);
  }
  void index(const Json& map) { write(kWeightIndexFile, Json{{"weight_map", map}}.dump()); }
  void link(const std::string& name, const std::string& target) {
    fs::remove(model_ + name);
    fs::create_symlink(target, model_ + name);
  }
  std::vector<std::string> files() { return indexed_weight_files(model_); }
  void expect_refused(ErrorKind kind, const std::vector<std::string>& words) {
    expect_error(kind, words, [&] { files(); });
    expect_error(kind, {kWeightIndexFile}, [&] { files(); });
  }

  TemporaryFolder folder_;
  std::string model_ = folder_ / "hub/snapshots/main/";
};

constexpr auto kCorrupt = ErrorKind::corrupt_data;
constexpr auto kInvalid = ErrorKind::invalid_input;

TEST_F(WeightIndexTest, ShardsComeSorted) {
  EXPECT_EQ(files(), (std::vector<std::string>{model_ + "one.safetensors", model_ + "two.safetensors"}));
  index({{"a", "one.safetensors"}});
  EXPECT_EQ(files().size(), 1u);
}

// Real files have it wrong, as text, or as a fraction.
TEST_F(WeightIndexTest, TotalSizeIsNotBelieved) {
  const Json map = {{"a", "one.safetensors"}, {"b", "two.safetensors"}};
  for (const Json& size :
       {Json(8), Json(0), Json(-1), Json(UINT64_MAX), Json(13476835328.0), Json("8"), Json(nullptr)}) {
    write(kWeightIndexFile, Json{{"metadata", {{"total_size", size}}}, {"weight_map", map}}.dump());
    EXPECT_EQ(files().size(), 2u) << size;
  }
}

TEST_F(WeightIndexTest, NamesThatAreNoFileOfTheFolderAreRefused) {
  using namespace std::string_literals;
  const std::string names[] = {"",
                               ".",
                               "..",
                               "/",
                               "../one.safetensors",
                               "../../../../../../etc/passwd",
                               "../main/one.safetensors",
                               "./one.safetensors",
                               "/one.safetensors",
                               model_ + "one.safetensors",
                               "//one.safetensors",
                               "file:///one.safetensors",
                               "https://example.org/one.safetensors",
                               "sub/one.safetensors",
                               "sub/../one.safetensors",
                               "one.safetensors/",
                               "one.safetensors/.",
                               "one.safetensors/../two.safetensors",
                               "one.safetensors\0"s,
                               "\0one.safetensors"s,
                               "one.safetensors\0.safetensors"s,
                               "../../../etc/passwd\0.safetensors"s,
                               "config.json",
                               "pytorch_model.bin",
                               "one",
                               "one.safetensors ",
                               "one.SAFETENSORS",
                               std::string(256, 'x') + ".safetensors",
                               std::string(100'000, 'x') + ".safetensors"};
  for (const std::string& name : names) {
    SCOPED_TRACE(name.substr(0, 100));
    index({{"a", name}});
    expect_refused(kCorrupt, {"the shard of 'a'", "ends in .safetensors"});
  }
}

TEST_F(WeightIndexTest, NamesOfNoFileAreRefused) {
  for (const std::string name : {"three.safetensors", "%2e%2e%2fone.safetensors", "..\\one.safetensors",
                                 "..%00.safetensors", "~.safetensors", "*.safetensors", "$HOME.safetensors",
                                 "one.safetensors\n.safetensors", ".safetensors"}) {
    SCOPED_TRACE(name);
    index({{"a", name}});
    expect_refused(kInvalid, {"is not there"});
  }
}

TEST_F(WeightIndexTest, LinksMustStayInside) {
  const std::string outside = folder_ / "outside.safetensors";
  real_file_system().write(outside, shard_of({"a"}));
  for (const std::string& target :
       {outside, std::string("../../../outside.safetensors"), std::string("/etc/passwd"),
        std::string("../outside.safetensors/../../../outside.safetensors")}) {
    SCOPED_TRACE(target);
    link("one.safetensors", target);
    const auto error = error_of([&] { files(); });
    ASSERT_TRUE(error);
    EXPECT_TRUE(error->kind() == kCorrupt || error->kind() == kInvalid) << error->what();
  }
  link("one.safetensors", outside);
  expect_refused(kCorrupt, {"a link that leaves the model's folder", "put the file itself"});
  fs::create_directories(folder_ / "hub/snapshots/main-2");  // a name that only begins like the folder's
  real_file_system().write(folder_ / "hub/snapshots/main-2/one.safetensors", shard_of({"a"}));
  link("one.safetensors", "../main-2/one.safetensors");
  expect_refused(kCorrupt, {"leaves the model's folder"});
  link("one.safetensors", "one.safetensors");
  expect_refused(kInvalid, {"is not there"});
  link("one.safetensors", "gone.safetensors");
  expect_refused(kInvalid, {"is not there"});
}

TEST_F(WeightIndexTest, LinksWithinTheFolderAndToTheCacheAreFollowed) {
  write("sub/real.safetensors", shard_of({"a"}));
  link("one.safetensors", "sub/real.safetensors");
  EXPECT_EQ(files().size(), 2u);
  fs::create_directories(folder_ / "hub/blobs");
  real_file_system().write(folder_ / "hub/blobs/0123", shard_of({"a"}));
  link("one.safetensors", "../../blobs/0123");
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(WeightIndexTest, ShardsMustHoldWhatTheIndexSays) {
  index({{"a", "one.safetensors"}, {"b", "two.safetensors"}, {"c", "two.safetensors"}});
  expect_refused(kCorrupt, {"'c' is not in its shard", "expected two.safetensors", "in no shard"});
  index({{"a", "two.safetensors"}, {"b", "one.safetensors"}});
  expect_refused(kCorrupt, {"'a' is not in its shard", "found one.safetensors"});
  index({{"a", "one.safetensors"}, {"b", "two.safetensors"}});
  write("two.safetensors", shard_of({"a", "b"}));
  expect_refused(kCorrupt, {"two shards hold the weight 'a'", "one.safetensors and two.safetensors"});
  fs::remove(model_ + "two.safetensors");
  expect_refused(kInvalid, {"'two.safetensors' is not there"});
  fs::create_directory(model_ + "two.safetensors");
  expect_error(ErrorKind::io, {"two.safetensors", "not a regular file"}, [&] { files(); });
  fs::remove(model_ + "two.safetensors");
  write("two.safetensors", "\x80\x02}q");
  expect_error(ErrorKind::corrupt_data, {"two.safetensors"}, [&] { files(); });
}

}  // namespace
}  // namespace qinglan
