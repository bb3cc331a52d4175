// qinglan compat list|show: profiles that reproduce other code bases, deviation by deviation.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "catalog/compat.h"
#include "cli/schedules.h"
#include "cli/verb.h"

namespace qinglan {
namespace {

Json describe(const Compat& compat) {
  Json deviations = Json::array();
  for (const auto& d : compat.deviations) {
    Json one = {{"name", d.name}, {"key", d.key}, {"about", d.about}};
    d.same_as.empty() ? one["value"] = d.value : one["same_as"] = d.same_as;
    deviations.push_back(one);
  }
  return {{"name", compat.name},      {"source", compat.source}, {"summary", compat.summary},
          {"deviations", deviations}, {"alike", compat.alike},   {"apart", compat.apart}};
}

void show_list(const char* head, const std::vector<std::string>& lines) {
  std::printf("\n%s:\n", head);
  for (const auto& line : lines) std::printf("  - %s\n", line.c_str());
}

void show(const Compat& compat) {
  std::printf("%s\n\n  %s\n  %s\n\nDeviations from our defaults (a key of the spec sets one aside):\n",
              compat.name.c_str(), compat.summary.c_str(), compat.source.c_str());
  for (const auto& d : compat.deviations) {
    const std::string value = d.same_as.empty() ? d.value.dump() : d.same_as;
    std::printf("  %-28s %s = %s\n      %s\n", d.name.c_str(), d.key.c_str(), value.c_str(), d.about.c_str());
  }
  show_list("Published there and our defaults too", compat.alike);
  show_list("Published there and not reproduced", compat.apart);
}

}  // namespace

void add_compat(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("compat", "profiles that reproduce other code bases");
  verb->require_subcommand(1);
  auto json = std::make_shared<bool>(false);
  auto* list = verb->add_subcommand("list", "the profiles there are");
  list->add_flag("--json", *json, "print a JSON array");
  list->callback([json, &exit_code] {
    Json all = Json::array();
    for (const auto& compat : compats()) {
      all.push_back(describe(compat));
      if (!*json) std::printf("%-18s %s\n", compat.name.c_str(), compat.summary.c_str());
    }
    if (*json) std::printf("%s\n", pretty_json(all).c_str());
    exit_code = 0;
  });
  auto* one = verb->add_subcommand("show", "a profile's deviations from our defaults, and its schedules");
  auto name = std::make_shared<std::string>();
  auto steps = std::make_shared<std::int64_t>(300);
  one->add_option("name", *name, "a profile (qinglan compat list)")->required();
  one->add_option("--steps", *steps, "steps of training that the schedules are drawn for")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
  one->add_flag("--json", *json, "print a JSON object");
  one->callback([json, name, steps, &exit_code] {
    const Compat& compat = find_compat(*name);
    if (*json) {
      std::printf("%s\n", pretty_json(describe(compat)).c_str());
    } else {
      show(compat);
      std::printf("\n%s", schedules_text(compat_defaults(compat, "student"),
                                         compat_defaults(compat, "method.logconf"), *steps)
                              .c_str());
    }
    exit_code = 0;
  });
}

}  // namespace qinglan
