// As the worker begins: LibTorch deterministic, and MKL called first by one thread alone.

#include <gtest/gtest.h>

#include "model/runtime.h"

namespace qinglan {
namespace {

class TwoThreads : public testing::Environment {
  void SetUp() override { init_runtime(2); }
};

const auto* const kRegistered = testing::AddGlobalTestEnvironment(new TwoThreads);

}  // namespace
}  // namespace qinglan
