#pragma once
// What every benchmark shares: rows of the table that `./dev bench` prints, interleaved rounds, the other
// side as a child process, and the real texts that are measured on.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan::bench {

// ratio = ours / theirs, in one unit; `better` says whether a higher or a lower ratio is good. Speeds are
// therefore rates ("tokens/s", "cells/h"), so that must = 2 reads "twice as fast". A row with no other side
// has its limit as `theirs`.
struct Row {
  std::string name;
  double ours = 0, theirs = 0;
  std::string unit;
  bool higher_is_better = true;
  std::optional<double> must, aim;  // of the ratio; none: reported, not judged
  std::string note;                 // the settings compared, in words
};

// Ours against a limit rather than another program: ratio = ours / must, aim as a share of it.
Row against_limit(std::string name, double ours, double must, double aim, std::string unit,
                  std::string note = "");

class Report {
 public:
  // json: one array on standard output when the report goes, and each row as it is known on standard error.
  // Else the rows on standard output. `sections`: those wanted, none: all.
  Report(bool json, std::vector<std::string> sections) : json_(json), sections_(std::move(sections)) {}
  ~Report();
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  bool wants(const std::string& section) const;
  // `judged` false: must and aim are kept out of the verdict (a machine without bf16 units).
  void add(const Row& row, bool judged = true);

 private:
  bool json_;
  std::vector<std::string> sections_;
  Json rows_ = Json::array();
};

// Runs `body` for `PROGRAM [--json] [SECTION...]`; errors are printed, after the rows known by then, and give
// exit 1. `child` is called instead for `PROGRAM --child NAME ...` with the words after --child, and what it
// answers is printed: how a benchmark measures a process of its own (see run_child).
using Options = std::vector<std::string>;
int run(int argc, char** argv, const std::function<void(Report&)>& body,
        const std::function<Json(const Options&)>& child = {});

double median(std::vector<double> values);

struct Pair {
  double ours = 0, theirs = 0;  // medians
  std::vector<double> all_ours, all_theirs;
};
// `rounds` measurements of each side, taking turns; each call gives one measurement.
Pair interleave(int rounds, const std::function<double()>& ours, const std::function<double()>& theirs);

double now();  // seconds, steady

// bench/peers/<script>.py under .deps/dev-venv, kept running. One JSON object a line each way; an answer with
// "error" is thrown as Error{internal}. See bench/peers/peer.py for the other end.
class Peer {
 public:
  // Throws Error{usage} that says `./dev setup --dev` where the virtual environment is absent.
  explicit Peer(const std::string& script, const std::vector<std::string>& arguments = {});
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  Json ask(const std::string& command, Json arguments = Json::object());
  std::int64_t peak_memory() const;  // VmHWM in bytes

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
  std::string name_, buffer_;
};

// This program again as `--child WORDS...`, waited for: what `child` of run() answered there, with that
// process's "peak_memory" (bytes) added. Throws Error{internal} where it fails.
Json run_child(const Options& words);
// Any program, waited for: {"seconds", "output"}.
Json run_program(const std::vector<std::string>& command);

// <sources>, and build/bin/<name> beside this program.
std::string source_path(const std::string& relative);
std::string program_path(const std::string& name);

struct Texts {
  std::vector<std::string> text;
  std::vector<std::int32_t> label;
};
// "sst2" | "boolq", "train" | "test", from ../shared/data beside the sources. BoolQ's text is passage + " " +
// question. Throws Error{usage} where the files are absent.
Texts read_texts(const std::string& dataset, const std::string& split);

int threads();  // the machine's processors, what both sides use

}  // namespace qinglan::bench
