// qinglan audit SPEC: the spec's student under stress, test by test.

#include <unistd.h>

#include <memory>

#include "audit/stress/stress.h"
#include "base/listed.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "experiment/suite.h"
#include "report/stress_text.h"

namespace qinglan {
namespace {

struct Arguments {
  SpecArguments which;
  std::string suite = "standard", html;
  bool json = false;
};

Json document_of(const std::string& name, const SuiteRecords& made,
                 const std::vector<StressOutcome>& outcomes) {
  Json document = stress_document(name, made.records, outcomes);
  std::int64_t computed = 0, reused = 0;
  for (const auto& record : made.records) computed += record.ledger.computed, reused += record.ledger.reused;
  document["ledger"] = {{"computed", computed}, {"reused", reused}};
  return document;
}

int audit(const Arguments& arguments) {
  catch_signals();
  check_output(arguments.html);
  const Spec spec = arguments.which.read();
  Store store = arguments.which.open_store();
  Progress progress(isatty(STDERR_FILENO));
  const SuiteRecords made = run_suite(arguments.suite, spec, store, worker_path(), progress, stop_signal());
  const auto outcomes = judge_stress(made.records, made.left_out);
  Telling telling{.code = all_passed(outcomes) ? 0 : 3};
  if (!arguments.html.empty()) telling.files[arguments.html] = stress_html(spec.name, made.records, outcomes);
  telling.text = arguments.json ? pretty_json(document_of(spec.name, made, outcomes)) + "\n"
                                : stress_text(spec.name, outcomes, style_of_output());
  return say(telling);
}

}  // namespace

void add_audit(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand(
      "audit", "put the student of a spec under stress: spoilt labels, words, other texts");
  auto arguments = std::make_shared<Arguments>();
  arguments->which.add_to(*verb, "spec file (.toml); its primary cell is tested, else the first");
  verb->add_option("--suite", arguments->suite,
                   "which tests: " + listed(suite_names()) + " (see docs/stress.md)")
      ->capture_default_str();
  verb->add_flag("--json", arguments->json, "print one JSON document on standard output");
  verb->add_option("--html", arguments->html, "write the outcomes as one HTML file");
  verb->footer("Exit: 0 every test that could be made passed; 3 some did not; 1 failed; 2 bad spec.");
  verb->callback([arguments, &exit_code] { exit_code = audit(*arguments); });
}

}  // namespace qinglan
