// qinglan data list, methods list|show, combiners list and qinglan spec: what there is to name in a spec.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>

#include "catalog/compat.h"
#include "catalog/pipeline.h"
#include "catalog/stage.h"
#include "cli/schedules.h"
#include "cli/verb.h"
#include "data/known_dataset.h"
#include "data/registered.h"
#include "experiment/spec_help.h"
#include "supervise/combiner.h"
#include "supervise/corruptor.h"

namespace qinglan {
namespace {

constexpr std::int64_t kPlottedSteps = 300;

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
  for (const auto& data : known_datasets())
    list.push_back({{"name", data.name},
                    {"summary", data.summary},
                    {"licence", data.licence},
                    {"keys", data.keys},
                    {"state", "a recipe: path = your copy, recipe = \"" + data.name + "\""}});
  return list;
}

Json describe(const MethodInfo& method) {
  Json parameters = Json::array();
  for (const auto& p : method.parameters)
    parameters.push_back({{"name", p.name}, {"default", p.fallback}, {"help", p.help}});
  return {{"name", method.name},       {"kind", find_stage(method.name) ? "stage" : "loss"},
          {"formula", method.formula}, {"source", method.source},
          {"summary", method.when},    {"parameters", parameters}};
}

Json list_methods() {
  Json list = Json::array();
  for (const auto& method : methods()) list.push_back(describe(method));
  for (const auto& stage : stages()) list.push_back(describe(stage.about));
  return list;
}

Json list_combiners() {
  Json list = Json::array();
  for (const auto& combiner : combiners())
    list.push_back({{"name", combiner.name},
                    {"formula", combiner.formula},
                    {"source", combiner.source},
                    {"summary", combiner.when}});
  return list;
}

Json list_corruptors() {
  Json list = Json::array();
  for (const auto& corruptor : corruptors())
    list.push_back({{"name", corruptor.name},
                    {"formula", corruptor.formula},
                    {"source", corruptor.source},
                    {"summary", corruptor.when},
                    {"keys", corruptor.keys}});
  return list;
}

void show_method(const MethodInfo& method) {
  const bool stage = find_stage(method.name);
  const std::string table = stage ? "\"" + method.name + "\"" : method.name;
  std::printf("%s\n\n  %s\n\nSource: %s.\nHelps when: %s.\n\n", method.name.c_str(), method.formula.c_str(),
              method.source.c_str(), method.when.c_str());
  if (stage) std::printf("Stands before a loss: name = \"%s | naive\".\n\n", method.name.c_str());
  std::printf("Parameters, in [method.%s]:\n", table.c_str());
  for (const auto& p : method.parameters)
    std::printf("  %-20s %s\n", (p.name + " = " + p.fallback.dump()).c_str(), p.help.c_str());
  for (const auto& compat : compats()) {
    const Json set = compat_defaults(compat, "method." + method.name);
    for (const auto& [key, value] : set.items())
      std::printf("Under compat = \"%s\": %s = %s\n", compat.name.c_str(), key.c_str(), value.dump().c_str());
  }
  const Json parameters = resolve_parameters(method, Json::object());
  if (parameters.contains("warmup")) std::printf("\n%s", weight_plot(parameters, kPlottedSteps).c_str());
}

CLI::App* add_list(CLI::App& app, int& exit_code, const char* noun, const char* help, Json (*list)()) {
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
  return verb;
}

}  // namespace

void add_data(CLI::App& app, int& exit_code) {
  add_list(app, exit_code, "data", "data sets that have a short name", list_data);
}

void add_methods(CLI::App& app, int& exit_code) {
  auto* verb = add_list(app, exit_code, "methods", "weak-to-strong methods", list_methods);
  auto* show = verb->add_subcommand("show", "a method's formula, source and parameters");
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  show->add_option("name", *name, "a method or a stage (qinglan methods list)")->required();
  show->add_flag("--json", *json, "print a JSON object");
  show->callback([name, json, &exit_code] {
    const MethodInfo& method = find_part(*name);
    if (*json)
      std::printf("%s\n", pretty_json(describe(method)).c_str());
    else
      show_method(method);
    exit_code = 0;
  });
}

void add_combiners(CLI::App& app, int& exit_code) {
  add_list(app, exit_code, "combiners", "ways to make one label of several annotators' answers",
           list_combiners);
}

void add_corruptors(CLI::App& app, int& exit_code) {
  add_list(app, exit_code, "corruptors", "ways to put errors into true labels on purpose", list_corruptors);
}

void add_spec(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("spec", "every key a spec may have, with its default");
  verb->callback([&exit_code] {
    std::fputs(spec_help().c_str(), stdout);
    exit_code = 0;
  });
}

}  // namespace qinglan
