#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "base/hash.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "store/digest_memo.h"
#include "store/lease.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

const Json kNode = {{"kind", "test"}, {"params", {{"n", 1}}}};
const std::string kKey = sha256_hex(canonical_json(kNode));

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : root_(stdfs::temp_directory_path() / ("qinglan-store-" + std::to_string(getpid()))) {
    stdfs::remove_all(root_);
  }
  ~StoreTest() override { stdfs::remove_all(root_); }

  std::string root_;
};

std::string fill(Store& store) {
  const std::string folder = store.root() + "/tmp/" + std::to_string(getpid()) + ".fill";
  store.fs().make_folders(folder + "/result");
  store.fs().write(folder + "/result/answer.txt", "42");
  return folder;
}

TEST_F(StoreTest, PublishesOnceAndFindsAgain) {
  Store store(root_);
  EXPECT_FALSE(store.has(kKey));
  EXPECT_TRUE(store.publish(fill(store), kKey, kNode, {{"seconds", 1.5}}));
  EXPECT_TRUE(store.verify(kKey));
  EXPECT_EQ(store.fs().read(store.result_folder(kKey) + "/answer.txt"), "42");
  EXPECT_EQ(store.ledger(kKey)["seconds"], 1.5);
  store.fs().write(root_ + "/objects/" + kKey.substr(0, 2) + "/" + kKey + "/ledger.json", "{\"seco");
  EXPECT_EQ(store.ledger(kKey), Json::object()) << "what it took is nobody's result";
  EXPECT_FALSE(store.publish(fill(store), kKey, kNode, {}));
  EXPECT_THAT(store.fs().list(root_ + "/tmp"), ::testing::IsEmpty());
}

TEST_F(StoreTest, EveryFlippedByteOfAnObjectIsFoundAndQuarantined) {
  Store store(root_);
  const std::string path = store.result_folder(kKey) + "/answer.txt";
  for (std::size_t byte = 0; byte < 2; ++byte) {
    ASSERT_TRUE(store.publish(fill(store), kKey, kNode, {}));
    std::string text = store.fs().read(path);
    text[byte] ^= 1;
    store.fs().write(path, text);
    EXPECT_FALSE(store.verify(kKey));
    EXPECT_FALSE(store.has(kKey));
  }
  EXPECT_EQ(store.fs().list(root_ + "/quarantine").size(), 2u);
}

TEST_F(StoreTest, AnExtraOrMissingFileIsDamageToo) {
  Store store(root_);
  ASSERT_TRUE(store.publish(fill(store), kKey, kNode, {}));
  store.fs().write(store.result_folder(kKey) + "/more.txt", "x");
  EXPECT_FALSE(store.verify(kKey));
  ASSERT_TRUE(store.publish(fill(store), kKey, kNode, {}));
  store.fs().remove_all(store.result_folder(kKey) + "/answer.txt");
  EXPECT_FALSE(store.verify(kKey));
}

TEST_F(StoreTest, ANodeThatDoesNotHashToItsKeyIsABug) {
  Store store(root_);
  EXPECT_THROW(store.publish(fill(store), std::string(64, '0'), kNode, {}), Error);
}

TEST_F(StoreTest, CollectKeepsWhatTheLivingOwn) {
  Store store(root_);
  store.fs().make_folders(root_ + "/tmp/" + std::to_string(getpid()) + ".mine");
  store.fs().make_folders(root_ + "/tmp/4194304.dead");  // above the kernel's largest pid
  store.fs().make_folders(store.work_folder(kKey));
  store.collect();
  EXPECT_EQ(store.fs().list(root_ + "/tmp").size(), 1u);
  EXPECT_TRUE(store.fs().exists(store.work_folder(kKey)));
  ASSERT_TRUE(store.publish(fill(store), kKey, kNode, {}));
  store.collect();
  EXPECT_FALSE(store.fs().exists(store.work_folder(kKey)));
}

TEST_F(StoreTest, SaysHowToChooseAnotherWhenItCannotBeWritten) {
  stdfs::create_directories(root_);
  real_file_system().write(root_ + "/file", "x");
  try {
    Store store(root_ + "/file");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::io);
    EXPECT_THAT(e.what(), ::testing::HasSubstr("--store"));
  }
}

TEST_F(StoreTest, ALeaseIsHeldByOneAtATime) {
  Store store(root_);
  auto first = Lease::take(store, kKey, [] { return false; });
  ASSERT_TRUE(first);
  EXPECT_FALSE(Lease::take(store, kKey, [] { return false; }));
  first.reset();
  EXPECT_TRUE(Lease::take(store, kKey, [] { return false; }));
}

TEST_F(StoreTest, DigestMemoNoticesAChangedFile) {
  Store store(root_);
  const std::string path = root_ + "/weights";
  store.fs().write(path, "one");
  EXPECT_EQ(DigestMemo(store).digest(path), sha256_hex("one"));
  store.fs().write(path, "three");
  EXPECT_EQ(DigestMemo(store).digest(path), sha256_hex("three"));
  store.fs().write(root_ + "/digests.json", "garbage");
  EXPECT_EQ(DigestMemo(store).digest(path), sha256_hex("three"));
}

// A power cut after any prefix of the file-system calls leaves the object whole or absent.
TEST(StoreCrash, PublishingIsAllOrNothing) {
  for (int calls = 1;; ++calls) {
    MemoryFileSystem disk;
    FaultyFileSystem faulty(disk, calls);
    bool finished = false;
    try {
      Store store("/store", faulty);
      store.publish(fill(store), kKey, kNode, {});
      finished = true;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::io);
    }
    disk.crash();
    Store after = Store::existing("/store", disk);
    if (after.has(kKey)) {
      EXPECT_TRUE(after.verify(kKey)) << "after " << calls << " calls";
    }
    if (finished) {
      EXPECT_TRUE(after.verify(kKey));
      EXPECT_GT(calls, 10);
      return;
    }
  }
}

}  // namespace
}  // namespace qinglan
