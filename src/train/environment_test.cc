// One compute thread for the whole program: the models of these tests are tiny, and threads would only wait.

#include <gtest/gtest.h>

#include "model/runtime.h"

namespace qinglan {
namespace {

class OneThread : public testing::Environment {
  void SetUp() override { init_runtime(1); }
};

const auto* const kRegistered = testing::AddGlobalTestEnvironment(new OneThread);

}  // namespace
}  // namespace qinglan
