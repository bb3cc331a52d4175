// qinglan forecasts: how what was foretold of gains came out, over all runs of a store.

#include <algorithm>
#include <cstdio>
#include <memory>

#include "audit/forecast_history.h"
#include "base/error.h"
#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "report/forecast_text.h"

namespace qinglan {
namespace {

struct Arguments {
  std::string store;
  bool json = false;
};

std::vector<std::string> record_files(const Store& store) {
  std::vector<std::string> paths;
  const std::string folder = store.root() + "/records";
  if (!store.fs().exists(folder)) return paths;
  for (const std::string& name : store.fs().list(folder))
    if (name.ends_with(".json")) paths.push_back(folder + "/" + name);
  std::sort(paths.begin(), paths.end());
  return paths;
}

int forecasts(const Arguments& arguments) {
  const Store store(arguments.store.empty() ? default_store_root() : arguments.store);
  ForecastHistory history;
  for (const std::string& path : record_files(store)) {
    try {
      history.add(read_record(path));
    } catch (const Error& error) {
      // One damaged record is no reason to keep quiet about all others.
      std::fprintf(stderr, "left out: %s\n", error.what());
    }
  }
  std::string text = arguments.json ? pretty_json(history_document(history)) + "\n"
                                    : history_text(history, style_of_output());
  return say({.text = std::move(text)});
}

}  // namespace

void add_forecasts(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("forecasts", "how gains foretold without labels came out, over all runs");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("--store", arguments->store, "whose runs (default $XDG_CACHE_HOME/qinglan)");
  verb->add_flag("--json", arguments->json, "print one JSON document on standard output");
  verb->callback([arguments, &exit_code] { exit_code = forecasts(*arguments); });
}

}  // namespace qinglan
