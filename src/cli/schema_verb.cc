// qinglan schema [NAME]: the JSON Schema of a document that --json prints.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/error.h"
#include "base/listed.h"
#include "cli/schemas.h"
#include "cli/verb.h"

namespace qinglan {
namespace {

int schema(const std::string& name) {
  std::vector<std::string> names;
  for (const Schema& one : schemas()) {
    names.emplace_back(one.name);
    if (one.name == name) std::fwrite(one.text.data(), 1, one.text.size(), stdout);
    if (name.empty()) std::printf("%s\n", names.back().c_str());
    if (one.name == name) return 0;
  }
  if (name.empty()) return 0;
  throw Error(ErrorKind::usage, "there is no schema of that name")
      .expected("one of " + listed(names))
      .found(name);
}

}  // namespace

void add_schema(CLI::App& app, int& exit_code) {
  auto* verb =
      app.add_subcommand("schema", "print the JSON Schema of what --json prints; without a name, which");
  auto name = std::make_shared<std::string>();
  verb->add_option("name", *name, "run (of report too), plan or compare");
  verb->callback([name, &exit_code] { exit_code = schema(*name); });
}

}  // namespace qinglan
