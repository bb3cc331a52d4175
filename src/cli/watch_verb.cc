// qinglan watch SPEC|RUN: how far a run is that another process is at.

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "base/error.h"
#include "cli/interrupt.h"
#include "cli/run_watch.h"
#include "cli/show.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "experiment/run.h"
#include "report/run_view.h"

namespace qinglan {
namespace {

constexpr std::size_t kShown = 20;  // cells and failures where nothing limits them

struct Arguments {
  SpecArguments which;
  bool once = false;
};

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A spec's run; else the name of a run, or its beginning.
std::string run_of(const SpecArguments& which) {
  if (std::filesystem::exists(which.spec)) return run_id(which.read());
  if (which.spec.size() >= 6 && which.spec.find_first_not_of("0123456789abcdef") == std::string::npos)
    return which.spec;
  throw Error(ErrorKind::usage, "no such spec, nor a run")
      .in(which.spec)
      .expected("a spec file, or six or more digits of a run's name");
}

// Standard output: on a terminal each picture stands in the place of the one before.
class Screen {
 public:
  // Cells and failures that leave room for the rest.
  static std::size_t room() {
    const std::size_t rows = height();
    return rows == 0 ? kShown : rows > 30 ? rows - 25 : 5;
  }

  void draw(std::string text) {
    if (const std::size_t rows = height(); rows > 1) text = framed(text, rows - 1);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

 private:
  // Rows of the terminal, of one that does not say its size the usual ones; 0: no terminal.
  static std::size_t height() {
    constexpr std::size_t kUsual = 24;
    winsize size{};
    if (!isatty(STDOUT_FILENO)) return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : kUsual;
  }

  // What does not fit is cut, so that the way back to its first line is known.
  std::string framed(const std::string& text, std::size_t rows) {
    std::string out = "\033[?7l";  // long lines are cut, not broken
    if (lines_ > 0) out += "\033[" + std::to_string(lines_) + "F\033[J";
    std::size_t end = 0;
    for (lines_ = 0; lines_ < rows && end < text.size(); ++lines_) end = text.find('\n', end) + 1;
    return out + text.substr(0, end) + "\033[?7h";
  }

  std::size_t lines_ = 0;
};

int exit_code(const RunState& state, const Store& store) {
  if (!state.broken.empty()) {
    const auto kind = error_kind_of(state.broken);
    return kind == ErrorKind::interrupted ? 128 + state.signal : kind == ErrorKind::usage ? 2 : 1;
  }
  return exit_code_of(judge(read_record(store.record_path(state.run)), Depth::verdict));
}

// A run that nobody is at: its record, where it has one.
int finished(const std::string& run, const Store& store, const SpecArguments& which) {
  std::string path;
  for (const auto& name : store.fs().list(store.root() + "/records"))
    if (name.starts_with(run) && name.ends_with(".json")) path = store.root() + "/records/" + name;
  if (path.empty())
    throw Error(ErrorKind::invalid_input, "nobody is at this run in this store, and it has no record")
        .in(which.spec)
        .hint("qinglan run " + which.spec + " (with the same --seeds, --set and --store)");
  const Judgement judgement = judge(read_record(path), Depth::verdict);
  std::printf("run %s is finished: qinglan report shows it\n", run.substr(0, 12).c_str());
  return exit_code_of(judgement);
}

std::string picture(const RunState& state) {
  if (state.pid > 0) return run_view(state, now(), style_of_output(), Screen::room());
  return (state.ended ? state.message : "its plan is being made") + "\n";
}

int follow(RunWatch& log, const Store& store, bool once) {
  Screen screen;
  for (;;) {
    const bool alive = log.is_alive();  // before looking: what it wrote last is read
    log.look();
    const RunState& state = log.state();
    screen.draw(picture(state));
    if (state.ended) return exit_code(state, store);
    if (once) return 0;
    if (!alive)
      throw Error(ErrorKind::io, "the process of this run is gone; what was done is kept")
          .hint("run the same command to go on");
    for (int i = 0; i < 5 && !stop_signal(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (stop_signal()) return 128 + stop_signal();
  }
}

int watch(const Arguments& arguments) {
  const std::string run = run_of(arguments.which);
  const Store store = Store::existing(arguments.which.store_root());
  for (const std::string& path : run_logs(store.root(), run)) {
    RunWatch log(path);
    if (!log.opened()) continue;  // that run ended just now
    catch_signals();
    return follow(log, store, arguments.once || !isatty(STDOUT_FILENO));
  }
  return finished(run, store, arguments.which);
}

}  // namespace

void add_watch(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("watch", "look at a run that another process is at; changes nothing");
  auto arguments = std::make_shared<Arguments>();
  arguments->which.add_to(*verb, "the spec of the run, or the first digits of its name");
  verb->add_flag("--once", arguments->once,
                 "print how far it is and end; so does an output that is no terminal");
  verb->callback([arguments, &exit_code] { exit_code = watch(*arguments); });
}

}  // namespace qinglan
