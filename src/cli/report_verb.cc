// qinglan report RUN: shows a record again; nothing is computed.

#include <filesystem>
#include <memory>

#include "base/error.h"
#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "experiment/run.h"

namespace qinglan {
namespace {

struct Arguments {
  SpecArguments which;
  ShowOptions show;
};

Record find_record(const SpecArguments& which) {
  if (std::filesystem::path(which.spec).extension() == ".json") return read_record(which.spec);
  const Store store = which.open_store();
  const std::string path = store.record_path(run_id(which.read()));
  if (!store.fs().exists(path))
    throw Error(ErrorKind::invalid_input, "this spec has not been run in this store")
        .in(which.spec)
        .hint("qinglan run " + which.spec + " (with the same --seeds, --set and --store)");
  return read_record(path);
}

int report(Arguments arguments) { return show_record(find_record(arguments.which), arguments.show); }

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("report", "show the record of a run again");
  auto arguments = std::make_shared<Arguments>();
  arguments->which.add_to(*verb, "a spec that was run, or a record file (.json)");
  arguments->show.add_to(*verb, "write the report as one HTML file");
  verb->callback([arguments, &exit_code] { exit_code = report(*arguments); });
}

}  // namespace qinglan
