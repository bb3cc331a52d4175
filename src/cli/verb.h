#pragma once
// The verbs of the command line, one file each. Each adds its subcommand and, when chosen, runs in its
// callback and sets the exit code; errors are thrown.

#include <span>

namespace CLI {
class App;
}

namespace qinglan {

using VerbEntry = void (*)(CLI::App& app, int& exit_code);

std::span<const VerbEntry> verbs();

void add_run(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_watch(CLI::App& app, int& exit_code);
void add_schema(CLI::App& app, int& exit_code);
void add_report(CLI::App& app, int& exit_code);
void add_compare(CLI::App& app, int& exit_code);
void add_audit(CLI::App& app, int& exit_code);
void add_forecasts(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_models(CLI::App& app, int& exit_code);
void add_data(CLI::App& app, int& exit_code);
void add_methods(CLI::App& app, int& exit_code);
void add_combiners(CLI::App& app, int& exit_code);
void add_compat(CLI::App& app, int& exit_code);
void add_corruptors(CLI::App& app, int& exit_code);
void add_spec(CLI::App& app, int& exit_code);

}  // namespace qinglan
