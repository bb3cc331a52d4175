#include "io/torn_read.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "io/file_system.h"
#include "io/gguf.h"
#include "io/mapped_file.h"
#include "io/safetensors.h"
#include "io/tiny_files.h"

namespace qinglan {
namespace {

constexpr std::int64_t kElements = 1 << 20;

// One tensor of 4 MiB.
std::string weights() {
  const std::string bytes = std::to_string(4 * kElements);
  return tiny_safetensors::one("F32", "[" + std::to_string(kElements) + "]", "[0," + bytes + "]",
                               4 * kElements);
}

class TornFiles : public testing::Test {
 protected:
  TornFiles() { real_file_system().write(path_, weights()); }
  void cut(std::size_t size) { ASSERT_EQ(::truncate(path_.c_str(), static_cast<off_t>(size)), 0); }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "w.safetensors";
};

TEST_F(TornFiles, WeightsThatWentAreAnErrorNotZeros) {
  const auto file = SafetensorsFile::open(path_);
  std::vector<float> values(kElements);
  EXPECT_NO_THROW(to_float(file.tensor("a"), values));
  cut(1 << 20);
  for (int again = 0; again < 2; ++again)
    expect_error(ErrorKind::io, {"shorter while it was read"}, [&] { to_float(file.tensor("a"), values); });
  EXPECT_NO_THROW(
      to_float(file.tensor("a").rows(0, 1000), std::span(values).first(1000)));  // what is still there
}

TEST_F(TornFiles, ANewFileAtTheSamePlaceIsWhole) {
  std::vector<float> values(kElements);
  {
    const auto file = SafetensorsFile::open(path_);
    cut(1 << 20);
    EXPECT_TRUE(error_of([&] { to_float(file.tensor("a"), values); }));
  }
  real_file_system().write(path_, weights());
  const auto file = SafetensorsFile::open(path_);
  EXPECT_NO_THROW(to_float(file.tensor("a"), values));
}

TEST_F(TornFiles, OutsideOfATornReadTheSignalIsFatal) {
  const auto file = MappedFile::open(path_);
  cut(0);
  { const TornRead installs(file.bytes().first(1)); }
  EXPECT_EXIT({ std::exit(std::to_integer<int>(file.bytes()[1 << 20])); }, testing::KilledBySignal(SIGBUS),
              "");
}

// Headers are read while another thread cuts the file and fills it again.
TEST_F(TornFiles, AThousandRacesWithoutACrash) {
  const std::string good = weights();
  std::atomic<bool> done{false};
  std::thread other([&] {
    for (std::size_t i = 0; !done; ++i) {
      ::truncate(path_.c_str(), static_cast<off_t>(i % 3 * 5000));
      ::truncate(path_.c_str(), static_cast<off_t>(good.size()));
    }
  });
  std::size_t refused = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto error = error_of([&] { SafetensorsFile::open(path_); });
    if (error) {
      EXPECT_NE(error->kind(), ErrorKind::internal) << error->what();
      ++refused;
    }
  }
  done = true;
  other.join();
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace qinglan
