#include "experiment/cores.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "experiment/core_claim.h"

namespace qinglan {
namespace {

namespace stdfs = std::filesystem;

class CoresTest : public testing::Test {
 protected:
  CoresTest() : folder_(stdfs::path(testing::TempDir()) / ("cores" + std::to_string(getpid()))) {
    stdfs::remove_all(folder_);
    stdfs::create_directories(folder_);
  }
  ~CoresTest() override { stdfs::remove_all(folder_); }

  std::string sys() const { return folder_.string(); }
  void tell(const std::string& path, const std::string& text) {
    stdfs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text << "\n";
  }
  void share(int cpu, const std::string& siblings) {
    tell("devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list", siblings);
  }

  stdfs::path folder_;
};

TEST_F(CoresTest, OneProcessorOfEachPhysicalCore) {
  for (int n = 0; n < 4; ++n)
    for (int twin : {n, n + 4}) share(twin, std::to_string(n) + "," + std::to_string(n + 4));
  EXPECT_EQ(cores_among({0, 1, 2, 3, 4, 5, 6, 7}, sys()).cpus, (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(cores_among({2, 5, 6, 7}, sys()).cpus, (std::vector{2, 5, 7}));
  EXPECT_EQ(cores_among({2, 5, 6, 7}, sys()).usable, 3);
}

TEST_F(CoresTest, RangesOfSiblings) {
  share(0, "0-1");
  share(2, "2-3");
  EXPECT_EQ(cores_among({0, 1, 2, 3}, sys()).cpus, (std::vector{0, 2}));
}

TEST_F(CoresTest, WhatIsNotToldOrCannotBeReadLimitsNothing) {
  share(0, "what");
  tell("fs/cgroup/cpu.max", "max 100000");
  const Cores cores = cores_among({0, 1, 5}, sys());
  EXPECT_EQ(cores.cpus, (std::vector{0, 1, 5}));
  EXPECT_EQ(cores.usable, 3);
}

TEST_F(CoresTest, AQuotaIsRoundedUp) {
  tell("fs/cgroup/cpu.max", "150000 100000");
  EXPECT_EQ(cores_among({0, 1, 2, 3}, sys()).usable, 2);
  tell("fs/cgroup/cpu.max", "900000 100000");
  EXPECT_EQ(cores_among({0, 1, 2, 3}, sys()).usable, 4);
  tell("fs/cgroup/cpu.max", "10000 100000");
  EXPECT_EQ(cores_among({0, 1, 2, 3}, sys()).usable, 1);
}

TEST_F(CoresTest, AQuotaOfOlderControlGroups) {
  tell("fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
  tell("fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cores_among({0, 1, 2}, sys()).usable, 3);
  tell("fs/cgroup/cpu/cpu.cfs_quota_us", "200000");
  EXPECT_EQ(cores_among({0, 1, 2}, sys()).usable, 2);
}

TEST_F(CoresTest, ThisMachineHasSome) {
  const Cores cores = usable_cores();
  EXPECT_FALSE(cores.cpus.empty());
  EXPECT_GE(cores.usable, 1);
}

TEST_F(CoresTest, ClaimsDoNotOverlapAndAreWholeOrNone) {
  const Cores cores{{0, 2, 4, 6}, 4};
  const std::string folder = sys() + "/claims";
  {
    const CoreClaim first(cores, 2, folder), second(cores, 1, folder), third(cores, 2, folder);
    EXPECT_EQ(first.cpus(), (std::vector{0, 2}));
    EXPECT_EQ(second.cpus(), (std::vector{4}));
    EXPECT_TRUE(third.cpus().empty());
    const CoreClaim fourth(cores, 1, folder);  // what the third left is there for others
    EXPECT_EQ(fourth.cpus(), (std::vector{6}));
  }
  EXPECT_EQ(CoreClaim(cores, 4, folder).cpus().size(), 4u);
}

TEST_F(CoresTest, WithoutAFolderNothingIsClaimed) {
  EXPECT_TRUE(CoreClaim({{0, 1}, 2}, 1, sys() + "/no/such").cpus().empty());
}

}  // namespace
}  // namespace qinglan
