// qinglan run SPEC: computes what is missing, then shows the record.

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cli/interrupt.h"
#include "cli/progress.h"
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

int run(Arguments arguments) {
  catch_signals();
  const Spec spec = arguments.which.read();
  Store store = arguments.which.open_store();
  Progress progress(isatty(STDERR_FILENO));
  const Record record = run_spec(spec, store, worker_path(), progress, stop_signal());
  if (arguments.show.html.empty()) arguments.show.html = store.root() + "/records/" + record.run + ".html";
  const int code = show_record(record, arguments.show, store.root());
  std::fprintf(stderr, "computed %lld nodes, reused %lld\nreport: %s\n",
               static_cast<long long>(record.ledger.computed), static_cast<long long>(record.ledger.reused),
               arguments.show.html.c_str());
  return code;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("run", "run a spec: compute what is missing, judge, report");
  auto arguments = std::make_shared<Arguments>();
  arguments->which.add_to(*verb, "spec file (.toml)");
  arguments->show.add_to(*verb, "where to write the report (default: in the store)");
  verb->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace qinglan
