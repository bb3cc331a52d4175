// qinglan compare A B: two runs on the same test rows, student against student.

#include <memory>

#include "audit/record_comparison.h"
#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "report/comparison_text.h"

namespace qinglan {
namespace {

struct Arguments {
  std::string a, b, store;
  bool json = false;
};

int compare(const Arguments& arguments) {
  const Record a = find_record({.spec = arguments.a, .store = arguments.store}),
               b = find_record({.spec = arguments.b, .store = arguments.store});
  const RecordComparison comparison = compare_records(a, b);
  std::string text = arguments.json ? pretty_json(comparison_document(a, b, comparison)) + "\n"
                                    : comparison_text(a, b, comparison, style_of_output());
  return say({.code = comparison.pairs.empty() ? 1 : 0, .text = std::move(text)});
}

}  // namespace

void add_compare(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("compare", "two runs on the same test rows: which students are better");
  auto arguments = std::make_shared<Arguments>();
  verb->add_option("a", arguments->a, "a spec that was run, or a record file (.json)")->required();
  verb->add_option("b", arguments->b, "another; differences are b - a")->required();
  verb->add_option("--store", arguments->store, "where both were run (default $XDG_CACHE_HOME/qinglan)");
  verb->add_flag("--json", arguments->json, "print one JSON document on standard output");
  verb->footer("Exit: 0 compared; 1 no cell of the one has a partner in the other.");
  verb->callback([arguments, &exit_code] { exit_code = compare(*arguments); });
}

}  // namespace qinglan
