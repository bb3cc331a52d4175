// qinglan report RUN: shows a record again; nothing is computed.

#include <memory>

#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"

namespace qinglan {
namespace {

struct Arguments {
  SpecArguments which;
  ShowOptions show;
};

int report(const Arguments& arguments) {
  arguments.show.check();
  return say(tell(find_record(arguments.which), arguments.show, arguments.which.store_root()));
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("report", "show the record of a run again");
  auto arguments = std::make_shared<Arguments>();
  arguments->which.add_to(*verb, "a spec that was run, or a record file (.json)");
  arguments->show.add_to(*verb, "write the report as one HTML file");
  verb->callback([arguments, &exit_code] { exit_code = report(*arguments); });
}

}  // namespace qinglan
