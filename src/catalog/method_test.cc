#include "catalog/method.h"

#include <gmock/gmock.h>

#include <set>

#include "base/error.h"

namespace qinglan {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <typename Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

TEST(Methods, EveryEntryIsComplete) {
  std::set<std::string> names;
  for (const auto& method : methods()) {
    EXPECT_TRUE(names.insert(method.name).second);
    for (const auto& text : {method.formula, method.source, method.when})
      EXPECT_FALSE(text.empty()) << method.name;
    for (const auto& parameter : method.parameters) EXPECT_FALSE(parameter.help.empty()) << parameter.name;
    EXPECT_NO_THROW(resolve_parameters(method, resolve_parameters(method, Json::object())))
        << "defaults are allowed";
  }
}

TEST(Methods, DefaultsAreThePapers) {
  EXPECT_EQ(resolve_parameters(find_method("logconf"), Json::object()),
            Json::parse(R"({"alpha": 0.5, "warmup": 0.2, "hard": false, "prior": "weak"})"));
  EXPECT_EQ(resolve_parameters(find_method("naive"), {{"hard", true}}),
            Json::parse(R"({"hard": true, "prior": "weak"})"));
}

TEST(Methods, ValuesTakeTheParametersType) {
  const auto resolved = resolve_parameters(find_method("logconf"), {{"alpha", 1}, {"prior", 0.25}});
  EXPECT_EQ(resolved["alpha"].dump(), "1.0");
  EXPECT_EQ(resolved["prior"], 0.25);
  EXPECT_EQ(resolve_parameters(find_method("logconf"), {{"prior", "uniform"}})["prior"], "uniform");
}

TEST(Methods, ErrorsNameWhatThereIs) {
  const auto& logconf = find_method("logconf");
  EXPECT_THAT(error_of([] { find_method("logcomf"); }),
              AllOf(HasSubstr("naive, logconf"), HasSubstr("did you mean logconf")));
  EXPECT_THAT(error_of([&] {
                resolve_parameters(logconf, {{"alpa", 1}});
              }),
              AllOf(HasSubstr("\"alpa\""), HasSubstr("did you mean alpha"), HasSubstr("warmup")));
  for (const Json& bad : {Json{{"alpha", 1.5}}, Json{{"alpha", "x"}}, Json{{"hard", 1}},
                          Json{{"prior", "week"}}, Json{{"prior", -0.1}}, Json{{"warmup", true}}, Json(3)})
    EXPECT_NE(error_of([&] { resolve_parameters(logconf, bad); }), "no error") << bad;
}

}  // namespace
}  // namespace qinglan
