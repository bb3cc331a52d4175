// qinglan run SPEC: computes what is missing, then shows the record.

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/telling.h"
#include "cli/verb.h"
#include "experiment/run.h"

namespace qinglan {
namespace {

struct Arguments {
  SpecArguments which;
  ShowOptions show;
};

// What was said before, where nothing has changed since.
int tell_run(SpecRun& run, const ShowOptions& show, const Store& store) {
  std::optional<KeptTelling> kept;
  if (const auto standing = run.standing())
    kept.emplace(store, run.id(), Json{{"standing", *standing}, {"options", show.to_json()}});
  if (const auto before = kept ? kept->find() : std::nullopt) {
    run.end();
    return say(*before);
  }
  const Telling telling = tell(run.record(), show, store.root());
  const int code = say(telling);
  if (kept) kept->keep(telling);
  return code;
}

int run(Arguments arguments) {
  catch_signals();
  arguments.show.check();
  const Spec spec = arguments.which.read();
  Store store = arguments.which.open_store();
  Progress progress(isatty(STDERR_FILENO));
  SpecRun made(spec, store, worker_path(), progress, stop_signal());
  if (arguments.show.html.empty()) arguments.show.html = store.root() + "/records/" + made.id() + ".html";
  const int code = tell_run(made, arguments.show, store);
  std::fprintf(stderr, "computed %lld nodes, reused %lld\nreport: %s\n",
               static_cast<long long>(made.computed()), static_cast<long long>(made.reused()),
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
