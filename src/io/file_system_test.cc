#include "io/file_system.h"

#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

// What every file system owes, run on the real one and on the one in memory.
void check_contract(FileSystem& fs, const std::string& root) {
  const std::string a = root + "/a", folder = root + "/f/g";
  fs.write(a, "one");
  EXPECT_EQ(fs.read(a), "one");
  fs.write(a, "2");
  EXPECT_EQ(fs.read(a), "2");
  fs.sync_file(a);
  fs.make_folders(folder);
  fs.make_folders(folder);
  EXPECT_TRUE(fs.is_folder(folder));
  EXPECT_FALSE(fs.is_folder(a));
  EXPECT_FALSE(fs.is_folder(root + "/none"));
  EXPECT_TRUE(fs.exists(a));
  EXPECT_FALSE(fs.exists(root + "/none"));
  fs.sync_folder(folder);
  fs.write(folder + "/z", std::string("\0\xff", 2));
  fs.write(folder + "/b", "");
  EXPECT_EQ(fs.read(folder + "/z").size(), 2u);
  EXPECT_EQ(fs.list(folder), (std::vector<std::string>{"b", "z"}));
  EXPECT_TRUE(fs.list(root + "/none").empty());

  fs.rename(a, folder + "/b");  // over a file
  EXPECT_EQ(fs.read(folder + "/b"), "2");
  EXPECT_FALSE(fs.exists(a));
  fs.make_folders(root + "/new");
  expect_error(ErrorKind::io, {root + "/new", "not empty"}, [&] { fs.rename(root + "/new", folder); });
  fs.rename(folder, root + "/new");  // over an empty folder
  EXPECT_EQ(fs.list(root + "/new"), (std::vector<std::string>{"b", "z"}));
  fs.remove_all(root + "/new");
  fs.remove_all(root + "/new");
  EXPECT_EQ(fs.list(root), (std::vector<std::string>{"f"}));

  expect_error(ErrorKind::io, {root + "/none", "No such file"}, [&] { fs.read(root + "/none"); });
  expect_error(ErrorKind::io, {root + "/no/file", "No such file"}, [&] { fs.write(root + "/no/file", ""); });
  expect_error(ErrorKind::io, {root + "/none", "No such file"},
               [&] { fs.rename(root + "/none", root + "/x"); });
  expect_error(ErrorKind::io, {root + "/none"}, [&] { fs.sync_file(root + "/none"); });
  expect_error(ErrorKind::io, {root + "/none"}, [&] { fs.sync_folder(root + "/none"); });
  expect_error(ErrorKind::io, {root + "/f"}, [&] { fs.write(root + "/f", ""); });
  fs.write(a, "");
  expect_error(ErrorKind::io, {a, "Not a directory"}, [&] { fs.make_folders(a + "/below"); });
  expect_error(ErrorKind::io, {a}, [&] { fs.sync_folder(a); });
  expect_error(ErrorKind::io, {a}, [&] { fs.list(a); });
  expect_error(ErrorKind::io, {root + "/f"}, [&] { fs.rename(root + "/f", a); });
}

TEST(RealFileSystem, Contract) {
  const TemporaryFolder folder;
  real_file_system().make_folders(folder / "root");
  check_contract(real_file_system(), folder / "root");
}

TEST(RealFileSystem, LargeFilesAndPipesWithoutSize) {
  const TemporaryFolder folder;
  std::string large(5'000'000, 'x');
  large[4'999'999] = 'y';
  real_file_system().write(folder / "large", large);
  EXPECT_EQ(real_file_system().read(folder / "large"), large);
  EXPECT_NE(real_file_system().read("/proc/self/status").find("Name:"),
            std::string::npos);  // fstat says 0 bytes
}

TEST(RealFileSystem, OneFolderMayBeRemovedByManyAtOnce) {
  auto& fs = real_file_system();
  const TemporaryFolder folder;
  for (int round = 0; round < 10; ++round) {
    const std::string tree = folder / "tree";
    for (int i = 0; i < 200; ++i) {
      const std::string leaf = tree + "/" + std::to_string(i % 5) + "/" + std::to_string(i);
      fs.make_folders(leaf);
      fs.write(leaf + "/file", "");
    }
    std::atomic<int> failed = 0;
    std::vector<std::thread> removers;
    for (int i = 0; i < 4; ++i)
      removers.emplace_back([&] { failed += error_of([&] { fs.remove_all(tree); }).has_value(); });
    for (auto& remover : removers) remover.join();
    EXPECT_EQ(failed, 0);
    EXPECT_FALSE(fs.exists(tree));
  }
}

TEST(RealFileSystem, AFullDiskIsAnErrorWithItsReason) {
  if (!real_file_system().exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  expect_error(ErrorKind::io, {"/dev/full", "No space left"},
               [] { real_file_system().write("/dev/full", "x"); });
}

TEST(MemoryFileSystem, Contract) {
  MemoryFileSystem fs;
  fs.make_folders("/root");
  check_contract(fs, "/root");
}

TEST(MemoryFileSystem, CrashDropsWhatWasNotSynced) {
  MemoryFileSystem fs;
  fs.make_folders("/d");
  fs.sync_folder("/");
  fs.write("/d/kept", "1");
  fs.sync_file("/d/kept");
  fs.sync_folder("/d");
  fs.write("/d/kept", "2");  // contents not synced
  fs.write("/d/content", "x");
  fs.sync_file("/d/content");      // entry not synced
  fs.make_folders("/lost/below");  // entry in / not synced
  fs.sync_folder("/lost");
  fs.crash();
  EXPECT_EQ(fs.read("/d/kept"), "1");
  EXPECT_FALSE(fs.exists("/d/content"));
  EXPECT_FALSE(fs.exists("/lost"));
  fs.remove_all("/d/kept");
  fs.crash();
  EXPECT_EQ(fs.read("/d/kept"), "1");
}

TEST(MemoryFileSystem, ACrashMayKeepNamesWithoutContents) {
  MemoryFileSystem fs;
  fs.write("/a", "old");
  fs.sync_file("/a");
  fs.write("/b", "new");
  fs.rename("/b", "/a");
  fs.crash(PowerCut::keeps_names);
  EXPECT_EQ(fs.read("/a"), "");
  EXPECT_FALSE(fs.exists("/b"));
}

TEST(FaultyFileSystem, FailsTheCallItWasToldTo) {
  MemoryFileSystem memory;
  FaultyFileSystem once(memory, 2);
  once.write("/a", "abcd");
  expect_error(ErrorKind::io, {"/a", "write"}, [&] { once.write("/a", "efgh"); });
  EXPECT_EQ(memory.read("/a"), "ef");  // a full disk keeps the first part
  EXPECT_TRUE(once.failed());
  EXPECT_EQ(once.read("/a"), "ef");
  EXPECT_EQ(once.calls(), 3u);

  FaultyFileSystem dead(memory, 1, FaultSpan::from_then_on);
  for (int i = 0; i < 3; ++i) expect_error(ErrorKind::io, {"/a"}, [&] { dead.write("/a", "never"); });
  EXPECT_EQ(memory.read("/a"), "ne");  // only the call that was under way left something

  FaultyFileSystem never(memory, 0);
  never.remove_all("/a");
  EXPECT_FALSE(never.failed());
}

TEST(Paths, ParentOf) {
  EXPECT_EQ(parent_of("a/b/c"), "a/b");
  EXPECT_EQ(parent_of("a/b//c/"), "a/b");
  EXPECT_EQ(parent_of("c"), ".");
  EXPECT_EQ(parent_of(""), ".");
  EXPECT_EQ(parent_of("/c"), "/");
  EXPECT_EQ(parent_of("/"), "/");
}

}  // namespace
}  // namespace qinglan
