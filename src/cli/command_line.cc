#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <new>

#include "base/error.h"
#include "base/listed.h"
#include "cli/interrupt.h"
#include "cli/verb.h"
#include "qinglan_version.h"

namespace qinglan {
namespace {

int report_error(const Error& error) {
  std::fprintf(stderr, "qinglan: %s\n", error.what());
  switch (error.kind()) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::interrupted:
      return 128 + stop_signal().load();
    default:
      return 1;
  }
}

void finish_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    throw Error(ErrorKind::io, "standard output could not be written: what was told is not whole");
}

// CLI11 would say of a mistyped verb that none was given.
void check_verb(CLI::App& app, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "-";
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  if (word.starts_with("-") || std::find(names.begin(), names.end(), word) != names.end()) return;
  Error error(ErrorKind::usage, "there is no verb \"" + word + "\"");
  error.expected("one of " + listed(names));
  if (const auto near = nearest_word(word, names)) error.hint("did you mean \"" + *near + "\"?");
  throw error;
}

// What CLI11 prints, and for options that it does not know the nearest ones that it does.
int report_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const int code = app.exit(error);
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands())
    for (const CLI::Option* option : verb->get_options())
      names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
  for (const std::string& word : app.remaining(/*recurse=*/true))
    if (const auto near = nearest_word(word.substr(std::min<std::size_t>(2, word.size())), names);
        word.starts_with("--") && near)
      std::fprintf(stderr, "%s: did you mean --%s?\n", word.c_str(), near->c_str());
  return code == 0 ? 0 : 2;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{
      "Qinglan: a weak supervisor labels, a strong student learns; how much of the gap was recovered, and "
      "can "
      "it be believed?"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  int exit_code = 0;
  for (const VerbEntry& verb : verbs()) verb(app, exit_code);
  try {
    check_verb(app, argc, argv);
    app.parse(argc, argv);
    finish_output();
    return exit_code;
  } catch (const CLI::ParseError& e) {
    return report_parse_error(app, e);
  } catch (const Error& e) {
    return report_error(e);
  } catch (const std::bad_alloc&) {
    return report_error(Error(ErrorKind::out_of_memory, "not enough memory"));
  } catch (const std::exception& e) {
    return report_error(
        Error(ErrorKind::internal, e.what()).hint("this is a bug in Qinglan: please report it"));
  }
}

}  // namespace qinglan
