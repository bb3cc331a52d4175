#include "catalog/compat.h"

#include <gmock/gmock.h>

#include <set>

#include "base/error.h"
#include "catalog/method.h"

namespace qinglan {
namespace {

TEST(Compat, EveryDeviationHasANameOfItsOwnAndSaysWhatItIs) {
  for (const auto& compat : compats()) {
    std::set<std::string> names, keys;
    for (const auto& deviation : compat.deviations) {
      EXPECT_TRUE(names.insert(deviation.name).second) << deviation.name;
      EXPECT_TRUE(keys.insert(deviation.key).second) << deviation.key;
      EXPECT_FALSE(deviation.about.empty()) << deviation.name;
      EXPECT_NE(deviation.value.is_null(), deviation.same_as.empty()) << deviation.name;
    }
    EXPECT_FALSE(compat.apart.empty());
  }
}

TEST(Compat, WhatAMethodIsGivenIsAllowedAndNotItsDefault) {
  for (const auto& compat : compats())
    for (const auto& method : methods()) {
      const Json given = compat_defaults(compat, "method." + method.name);
      const Json plain = resolve_parameters(method, Json::object()),
                 resolved = resolve_parameters(method, given);
      for (const auto& [key, value] : given.items()) {
        EXPECT_EQ(resolved[key], value) << method.name << "." << key;
        EXPECT_TRUE(!plain.contains(key) || plain[key] != value) << method.name << "." << key;
      }
    }
}

TEST(Compat, LearnersShareWhatIsOfBoth) {
  const Compat& openai = find_compat("openai-6b450f2");
  const Json supervisor = compat_defaults(openai, "supervisor"), student = compat_defaults(openai, "student");
  EXPECT_EQ(supervisor["clip"], student["clip"]);
  EXPECT_NE(supervisor["lr"], student["lr"]);
  EXPECT_EQ(student["head_lr"], (Json{{"same_as", "lr"}}));
  EXPECT_EQ(compat_defaults(openai, "data"), (Json{{"balance", false}}));
  EXPECT_EQ(compat_defaults(openai, "method.naive"), Json::object());
}

TEST(Compat, AnUnknownNameIsRefusedWithTheKnownOnes) {
  try {
    find_compat("openai-6b450f3");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr("openai-6b450f2, eleuther-a929af0"));
    EXPECT_THAT(error.what(), testing::HasSubstr("id you mean openai-6b450f2"));
  }
}

}  // namespace
}  // namespace qinglan
