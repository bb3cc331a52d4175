#include "io/publish.h"

#include <map>
#include <memory>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

constexpr PowerCut kCuts[] = {PowerCut::drops_all_unsynced, PowerCut::keeps_names};
const std::string kOld = "old contents", kNew = "new, longer contents";

void put_durably(FileSystem& fs, const std::string& path, const std::string& bytes) {
  fs.write(path, bytes);
  fs.sync_file(path);
  fs.sync_folder(parent_of(path));
}

std::optional<std::string> read_if_there(FileSystem& fs, const std::string& path) {
  return fs.exists(path) ? std::optional(fs.read(path)) : std::nullopt;
}

// Runs `act` on a fresh file system for every n: the n-th call fails (and the later ones, as in a process
// that died). `check` sees the file system afterwards and whether `act` ended well. Returns the number of
// calls that `act` makes.
std::uint64_t for_every_call(FaultSpan span, const std::function<void(FileSystem&)>& prepare,
                             const std::function<void(FileSystem&)>& act,
                             const std::function<void(MemoryFileSystem&, bool done)>& check) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    MemoryFileSystem memory;
    prepare(memory);
    FaultyFileSystem faulty(memory, n, span);
    const bool done = !error_of([&] { act(faulty); });
    check(memory, done);
    if (!faulty.failed()) {
      EXPECT_TRUE(done);
      return n - 1;
    }
  }
}

TEST(PublishFile, APowerCutAfterAnyCallLeavesOldOrNew) {
  for (const PowerCut cut : kCuts)
    for (const bool had_old : {false, true}) {
      const std::optional<std::string> old = had_old ? std::optional(kOld) : std::nullopt;
      std::map<std::optional<std::string>, int> seen;
      const auto calls = for_every_call(
          FaultSpan::from_then_on,
          [&](FileSystem& fs) {
            if (had_old) {
              fs.make_folders("/s/d");
              fs.sync_folder("/");
              fs.sync_folder("/s");
              put_durably(fs, "/s/d/file", kOld);
            }
          },
          [](FileSystem& fs) { publish_file(fs, "/s/d/file", kNew); },
          [&](MemoryFileSystem& fs, bool done) {
            const auto before_cut = read_if_there(fs, "/s/d/file");
            EXPECT_TRUE(before_cut == old || before_cut == kNew);
            fs.crash(cut);
            const auto after = read_if_there(fs, "/s/d/file");
            EXPECT_TRUE(after == old || after == kNew) << after.value_or("absent");
            if (done) {
              EXPECT_EQ(after, kNew);
            }
            ++seen[after];
          });
      EXPECT_GE(calls, 5u);
      EXPECT_GE(seen[old], 3);
      EXPECT_GE(seen[kNew], 1);
    }
}

TEST(PublishFile, AnyPassingFaultLeavesOldOrNewAndNoLitter) {
  for_every_call(
      FaultSpan::once, [](FileSystem& fs) { put_durably(fs, "/file", kOld); },
      [](FileSystem& fs) { publish_file(fs, "/file", kNew); },
      [](MemoryFileSystem& fs, bool) {
        const std::string now = fs.read("/file");
        EXPECT_TRUE(now == kOld || now == kNew);
        EXPECT_EQ(fs.list("/"), (std::vector<std::string>{"file"}));
        publish_file(fs, "/file", "again");
        EXPECT_EQ(fs.read("/file"), "again");
      });
}

TEST(PublishFile, TemporariesAreKnownByName) {
  MemoryFileSystem memory;
  FaultyFileSystem dead(memory, 3, FaultSpan::from_then_on);
  EXPECT_TRUE(error_of([&] { publish_file(dead, "/file", kNew); }));
  ASSERT_EQ(memory.list("/").size(), 1u);
  EXPECT_TRUE(is_temporary(memory.list("/")[0])) << memory.list("/")[0];
  EXPECT_FALSE(is_temporary("file"));
  EXPECT_FALSE(is_temporary("file.tmp"));
}

using Files = std::map<std::string, std::string>;
const Files kFiles = {{"a", "1"}, {"sub/b", "22"}, {"sub/deep/c", "333"}};

void prepare_folder(FileSystem& fs) {
  fs.make_folders("/store/work/sub/deep");
  fs.sync_folder("/");
  fs.sync_folder("/store");
  for (const auto& [name, bytes] : kFiles) fs.write("/store/work/" + name, bytes);
}

bool is_whole(FileSystem& fs, const std::string& folder) {
  for (const auto& [name, bytes] : kFiles)
    if (read_if_there(fs, folder + "/" + name) != bytes) return false;
  return true;
}

TEST(PublishFolder, APowerCutAfterAnyCallLeavesNothingOrAll) {
  for (const PowerCut cut : kCuts) {
    int absent = 0, whole = 0;
    for_every_call(
        FaultSpan::from_then_on, prepare_folder,
        [](FileSystem& fs) { EXPECT_TRUE(publish_folder(fs, "/store/work", "/store/objects/k")); },
        [&](MemoryFileSystem& fs, bool done) {
          fs.crash(cut);
          const bool there = fs.exists("/store/objects/k");
          if (there) {
            EXPECT_TRUE(is_whole(fs, "/store/objects/k"));
          }
          if (done) {
            EXPECT_TRUE(there);
            EXPECT_FALSE(fs.exists("/store/work"));
          }
          ++(there ? whole : absent);
        });
    EXPECT_GE(absent, 8);
    EXPECT_GE(whole, 1);
  }
}

TEST(PublishFolder, APassingFaultCanBeTriedAgain) {
  for_every_call(
      FaultSpan::once, prepare_folder,
      [](FileSystem& fs) { publish_folder(fs, "/store/work", "/store/objects/k"); },
      [](MemoryFileSystem& fs, bool) {
        if (fs.exists("/store/objects/k")) {
          EXPECT_TRUE(is_whole(fs, "/store/objects/k"));
        } else {
          EXPECT_TRUE(is_whole(fs, "/store/work"));
          EXPECT_TRUE(publish_folder(fs, "/store/work", "/store/objects/k"));
          EXPECT_TRUE(is_whole(fs, "/store/objects/k"));
        }
      });
}

TEST(PublishFolder, TheFirstOneWins) {
  MemoryFileSystem fs;
  prepare_folder(fs);
  fs.make_folders("/store/objects/k");
  fs.write("/store/objects/k/theirs", "x");
  EXPECT_FALSE(publish_folder(fs, "/store/work", "/store/objects/k"));
  EXPECT_FALSE(fs.exists("/store/work"));
  EXPECT_EQ(fs.list("/store/objects/k"), (std::vector<std::string>{"theirs"}));
}

// The other process publishes between our look and our rename.
class Overtaken final : public FileSystem {
 public:
  explicit Overtaken(MemoryFileSystem& inner) : inner_(inner) {}
  std::string read(const std::string& path) override { return inner_.read(path); }
  void write_pieces(const std::string& path, Pieces pieces) override { inner_.write_pieces(path, pieces); }
  void sync_file(const std::string& path) override { inner_.sync_file(path); }
  void sync_folder(const std::string& path) override { inner_.sync_folder(path); }
  void rename(const std::string& from, const std::string& to) override {
    inner_.make_folders(to);
    inner_.write(to + "/theirs", "x");
    inner_.rename(from, to);
  }
  void make_folders(const std::string& path) override { inner_.make_folders(path); }
  void remove_all(const std::string& path) override { inner_.remove_all(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  bool is_folder(const std::string& path) override { return inner_.is_folder(path); }
  std::vector<std::string> list(const std::string& path) override { return inner_.list(path); }

 private:
  MemoryFileSystem& inner_;
};

TEST(PublishFolder, OvertakenAtTheLastMoment) {
  MemoryFileSystem memory;
  prepare_folder(memory);
  Overtaken fs(memory);
  EXPECT_FALSE(publish_folder(fs, "/store/work", "/store/k"));
  EXPECT_FALSE(memory.exists("/store/work"));
  EXPECT_EQ(memory.read("/store/k/theirs"), "x");
}

TEST(PublishFolder, AFileInTheWayIsAnError) {
  MemoryFileSystem fs;
  prepare_folder(fs);
  fs.write("/store/k", "a file");
  expect_error(ErrorKind::io, {"/store/work"}, [&] { publish_folder(fs, "/store/work", "/store/k"); });
  EXPECT_TRUE(is_whole(fs, "/store/work"));
}

TEST(Publish, OnTheRealFileSystem) {
  const TemporaryFolder folder;
  FileSystem& fs = real_file_system();
  publish_file(fs, folder / "new/deep/file", kNew);
  EXPECT_EQ(fs.read(folder / "new/deep/file"), kNew);
  EXPECT_EQ(fs.list(folder / "new/deep"), (std::vector<std::string>{"file"}));
  EXPECT_TRUE(publish_folder(fs, folder / "new/deep", folder / "objects/k"));
  EXPECT_EQ(fs.read(folder / "objects/k/file"), kNew);
  fs.make_folders(folder / "work");
  EXPECT_FALSE(publish_folder(fs, folder / "work", folder / "objects/k"));
  EXPECT_FALSE(fs.exists(folder / "work"));
}

}  // namespace
}  // namespace qinglan
