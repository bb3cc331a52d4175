#include "io/hub_cache.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "io/http.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

TEST(HubId, IsReadAndWritten) {
  const auto plain = parse_hub_id("owner/name");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "owner/name");
  EXPECT_EQ(plain->revision, "main");
  EXPECT_EQ(plain->file, "");
  const auto whole = parse_hub_id("o_w.n-er/na.me@refs/pr/3:sub/file.Q4_K.gguf");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->name, "o_w.n-er/na.me");
  EXPECT_EQ(whole->revision, "refs/pr/3");
  EXPECT_EQ(whole->file, "sub/file.Q4_K.gguf");
  for (const char* text :
       {"gpt2", "owner/name", "owner/name@v1", "owner/name:a.gguf", "owner/name@v1:a/b.gguf"})
    EXPECT_EQ(parse_hub_id(text).value().text(), text);
}

TEST(HubId, WhatCannotBeOneIsRefused) {
  const std::string long_name(97, 'a');
  for (const std::string& text :
       {std::string(),           std::string("/"),        std::string("/a"),       std::string("a/"),
        std::string("a//b"),     std::string("a/b/c"),    std::string("./a/b"),    std::string("../a"),
        std::string("a/.."),     std::string("a/b--c"),   std::string("a--b/c"),   std::string("-a/b"),
        std::string("a/b."),     std::string("a/b.git"),  std::string("a b/c"),    std::string("a/b@"),
        std::string("a/b@../c"), std::string("a/b@x y"),  std::string("a/b:"),     std::string("a/b:../c"),
        std::string("a/b:/c"),   std::string("a/b:c\\d"), std::string("a/\0b", 4), long_name,
        "a/" + long_name})
    EXPECT_FALSE(parse_hub_id(text)) << text;
}

TEST(PlainPath, NothingLeavesTheFolder) {
  for (const std::string& good :
       {std::string("a"), std::string("a/b.json"), std::string(".gitattributes"), std::string("a b"),
        std::string("..a/b.."), std::string("é/ü"), std::string(255, 'a')})
    EXPECT_TRUE(is_plain_path(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string(".."),
        std::string("../a"), std::string("a/../b"), std::string("a/.."), std::string("./a"),
        std::string("a/."), std::string("a\\b"), std::string("a\nb"), std::string("a\x7f"),
        std::string("a\0b", 3), std::string("\xff"), std::string(256, 'a'),
        std::string(600, 'a') + "/" + std::string(600, 'b')})
    EXPECT_FALSE(is_plain_path(bad)) << bad;
}

class Environment : public testing::Test {
 protected:
  Environment() {
    for (const char* name : kNames) {
      const char* value = std::getenv(name);
      before_.push_back(value ? std::optional<std::string>(value) : std::nullopt);
      unsetenv(name);
    }
    setenv("HOME", "/home/x", 1);
  }
  ~Environment() override {
    for (std::size_t i = 0; i < std::size(kNames); ++i)
      before_[i] ? setenv(kNames[i], before_[i]->c_str(), 1) : unsetenv(kNames[i]);
  }

 private:
  static constexpr const char* kNames[] = {
      "HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HUB_TEST"};
  std::vector<std::optional<std::string>> before_;
};

TEST_F(Environment, TheCacheLiesWhereHuggingfaceHubHasIt) {
  EXPECT_EQ(hub_cache_folder(), "/home/x/.cache/huggingface/hub");
  setenv("XDG_CACHE_HOME", "/cache", 1);
  EXPECT_EQ(hub_cache_folder(), "/cache/huggingface/hub");
  setenv("HF_HOME", "~/hf", 1);
  EXPECT_EQ(hub_home(), "/home/x/hf");
  EXPECT_EQ(hub_cache_folder(), "/home/x/hf/hub");
  setenv("HUGGINGFACE_HUB_CACHE", "/old/", 1);
  EXPECT_EQ(hub_cache_folder(), "/old");
  setenv("HUB_TEST", "disk", 1);
  setenv("HF_HUB_CACHE", "/mnt/$HUB_TEST/${HUB_TEST}s/$UNKNOWN_OF_ALL", 1);
  EXPECT_EQ(hub_cache_folder(), "/mnt/disk/disks/$UNKNOWN_OF_ALL");
  EXPECT_EQ(hub_model_folder("owner/name"), hub_cache_folder() + "/models--owner--name");
}

TEST_F(Environment, RevisionsAreListedAndSnapshotsWithoutARefToo) {
  const TemporaryFolder folder;
  setenv("HF_HUB_CACHE", (folder / "").c_str(), 1);
  const std::string one(40, '1'), two(40, '2');
  for (const auto& path :
       {"models--o--n/refs/pr", "models--gpt2/refs", "datasets--o--n/refs", "models--x--y--z"})
    std::filesystem::create_directories(folder / path);
  std::filesystem::create_directories(folder / ("models--o--n/snapshots/" + one));
  std::filesystem::create_directories(folder / ("models--o--n/snapshots/" + two));
  std::ofstream(folder / "models--o--n/refs/main") << one;
  std::ofstream(folder / "models--o--n/refs/pr/1") << one << "\n";
  std::ofstream(folder / "models--o--n/refs/.main.7-1.tmp") << "half";
  std::ofstream(folder / "models--gpt2/refs/bad") << "../../..";
  std::vector<std::string> found;
  for (const auto& id : cached_models()) found.push_back(id.text());
  EXPECT_THAT(found, testing::ElementsAre("gpt2@bad", "o/n@" + two, "o/n", "o/n@pr/1"));
  EXPECT_EQ(cached_snapshot({"o/n", "pr/1", ""}), folder / ("models--o--n/snapshots/" + one));
  EXPECT_EQ(cached_snapshot({"o/n", two, ""}), folder / ("models--o--n/snapshots/" + two));
  EXPECT_EQ(cached_snapshot({"o/n", "none", ""}), std::nullopt);
  expect_error(ErrorKind::corrupt_data, {"names no commit"}, [] { cached_snapshot({"gpt2", "bad", ""}); });
}

TEST(Http, PartsOfUrlsAreEscaped) {
  EXPECT_EQ(url_part("a-b.c_d~9"), "a-b.c_d~9");
  EXPECT_EQ(url_part("refs/pr 1?#%é"), "refs%2Fpr%201%3F%23%25%C3%A9");
}

}  // namespace
}  // namespace qinglan
