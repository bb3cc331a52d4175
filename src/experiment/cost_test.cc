#include "experiment/cost.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace qinglan {
namespace {

TEST(Disk, HiddenStatesThatDoNotFitAreRefused) {
  EXPECT_NO_THROW(check_disk(0, 0));
  EXPECT_NO_THROW(check_disk(5'000'000'000, 5'000'000'000));
  try {
    check_disk(5'000'000'000, 2'000'000'000);
    ADD_FAILURE() << "went on";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(e.what()).find("--store"), std::string::npos);
  }
}

}  // namespace
}  // namespace qinglan
