// qinglan data|methods list and qinglan spec: what there is to name in a spec.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>

#include "catalog/method.h"
#include "cli/verb.h"
#include "data/registered.h"
#include "experiment/schema.h"

namespace qinglan {
namespace {

Json list_data() {
  Json list = Json::array();
  for (const auto& data : registered_datasets())
    list.push_back(
        {{"name", data.name},
         {"summary", data.summary},
         {"package", data.package},
         {"licence", data.licence},
         {"corpus", data.corpus},
         {"dead_band", data.dead_band},
         {"columns", data.columns},
         {"state", std::filesystem::exists(data.path()) ? "installed" : "not installed (./dev setup)"}});
  return list;
}

Json list_methods() {
  Json list = Json::array();
  for (const auto& method : methods()) {
    Json parameters = Json::array();
    for (const auto& p : method.parameters)
      parameters.push_back({{"name", p.name}, {"default", p.fallback}, {"help", p.help}});
    list.push_back({{"name", method.name},
                    {"formula", method.formula},
                    {"source", method.source},
                    {"summary", method.when},
                    {"parameters", parameters}});
  }
  return list;
}

void add_list(CLI::App& app, int& exit_code, const char* noun, const char* help, Json (*list)()) {
  auto* verb = app.add_subcommand(noun, help);
  verb->require_subcommand(1);
  auto* sub = verb->add_subcommand("list", help);
  auto json = std::make_shared<bool>(false);
  sub->add_flag("--json", *json, "print a JSON array");
  sub->callback([json, list, &exit_code] {
    const Json items = list();
    if (*json) {
      std::printf("%s\n", pretty_json(items).c_str());
    } else {
      for (const auto& item : items) {
        const std::string state = item.value("state", "");
        std::printf("%-18s %s%s\n", item["name"].get<std::string>().c_str(),
                    item["summary"].get<std::string>().c_str(),
                    state.empty() ? "" : ("  [" + state + "]").c_str());
      }
    }
    exit_code = 0;
  });
}

}  // namespace

void add_data(CLI::App& app, int& exit_code) {
  add_list(app, exit_code, "data", "data sets that have a short name", list_data);
}

void add_methods(CLI::App& app, int& exit_code) {
  add_list(app, exit_code, "methods", "weak-to-strong methods", list_methods);
}

void add_spec(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("spec", "every key a spec may have, with its default");
  verb->callback([&exit_code] {
    std::fputs(spec_help().c_str(), stdout);
    exit_code = 0;
  });
}

}  // namespace qinglan
