#include "bench/support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "io/deps_folder.h"
#include "io/rows.h"

namespace qinglan::bench {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// A child whose standard input (where asked for) and output are pipes. `input` gets -1 without one.
pid_t start(const std::vector<std::string>& command, int* input, int& output) {
  int down[2] = {-1, -1}, up[2];
  if (pipe2(up, O_CLOEXEC) != 0 || (input && pipe2(down, O_CLOEXEC) != 0))
    throw Error(ErrorKind::io, std::string("cannot make a pipe: ") + std::strerror(errno));
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw Error(ErrorKind::io, std::string("cannot fork: ") + std::strerror(errno));
  if (pid == 0) {
    if (input) dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    execv(words[0], words.data());
    _exit(127);
  }
  close(up[1]);
  output = up[0];
  if (input) {
    close(down[0]);
    *input = down[1];
  }
  return pid;
}

std::string read_all(int descriptor) {
  std::string text;
  char chunk[65536];
  for (ssize_t n; (n = read(descriptor, chunk, sizeof chunk)) != 0;) {
    if (n > 0) text.append(chunk, static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) break;
  }
  close(descriptor);
  return text;
}

void write_all(int descriptor, std::string_view text, const std::string& name) {
  while (!text.empty()) {
    const ssize_t n = write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error(ErrorKind::internal, "the other side of the benchmark ended").in(name);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Bytes. Not what wait4(2) says of a child: that counts its parent's memory before exec.
std::int64_t peak_memory_of(const std::string& process) {
  const std::string status = read_file("/proc/" + process + "/status");
  const auto at = status.find("VmHWM:");
  QL_CHECK(at != std::string::npos, "a process's status has no VmHWM");
  return std::stoll(status.substr(at + 6)) * 1024;
}

std::string number(double value) {
  char text[32];
  const double size = std::abs(value);
  std::snprintf(text, sizeof text,
                size >= 100   ? "%.0f"
                : size >= 10  ? "%.1f"
                : size >= 0.1 ? "%.2f"
                              : "%.4f",
                value);
  return text;
}

std::string verdict_of(const Row& row, double ratio, bool judged) {
  const auto reaches = [&](double bound) { return row.higher_is_better ? ratio >= bound : ratio <= bound; };
  if (!judged || !row.must) return "not judged";
  if (!reaches(*row.must)) return "MISSED";
  return row.aim && reaches(*row.aim) ? "aim reached" : "met";
}

}  // namespace

Row against_limit(std::string name, double ours, double must, double aim, std::string unit,
                  std::string note) {
  return {std::move(name), ours, must, std::move(unit), false, 1.0, aim / must, std::move(note)};
}

bool Report::wants(const std::string& section) const {
  return sections_.empty() || std::find(sections_.begin(), sections_.end(), section) != sections_.end();
}

void Report::add(const Row& row, bool judged) {
  const double ratio = row.ours / row.theirs;
  const std::string verdict = verdict_of(row, ratio, judged);
  Json json = {{"name", row.name},     {"ours", row.ours},
               {"theirs", row.theirs}, {"unit", row.unit},
               {"ratio", ratio},       {"better", row.higher_is_better ? "higher" : "lower"},
               {"verdict", verdict},   {"note", row.note}};
  if (row.must) json["must"] = *row.must;
  if (row.aim) json["aim"] = *row.aim;
  rows_.push_back(json);
  std::FILE* out = json_ ? stderr : stdout;
  std::fprintf(out, "%-58s %10s %10s %-9s %6sx  must %s aim %s  %s\n", row.name.c_str(),
               number(row.ours).c_str(), number(row.theirs).c_str(), row.unit.c_str(), number(ratio).c_str(),
               row.must ? number(*row.must).c_str() : "-", row.aim ? number(*row.aim).c_str() : "-",
               verdict.c_str());
  if (!row.note.empty()) std::fprintf(out, "    %s\n", row.note.c_str());
  std::fflush(out);
}

Report::~Report() {
  if (json_) std::printf("%s\n", pretty_json(rows_).c_str());
}

int run(int argc, char** argv, const std::function<void(Report&)>& body,
        const std::function<Json(const Options&)>& child) {
  const Options options(argv + 1, argv + argc);
  signal(SIGPIPE, SIG_IGN);
  try {
    if (!options.empty() && options[0] == "--child" && child) {
      Json answer = child(Options(options.begin() + 1, options.end()));
      answer["peak_memory"] = peak_memory_of("self");
      std::printf("%s\n", canonical_json(answer).c_str());
      return 0;
    }
    bool json = false;
    Options sections;
    for (const auto& option : options) {
      if (option == "--json")
        json = true;
      else if (option.starts_with("-"))
        throw Error(ErrorKind::usage, "unknown option " + option).expected("--json");
      else
        sections.push_back(option);
    }
    Report report(json, sections);  // what is known of it is printed, whatever comes after
    body(report);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

double median(std::vector<double> values) {
  QL_CHECK(!values.empty(), "the median of nothing");
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Pair interleave(int rounds, const std::function<double()>& ours, const std::function<double()>& theirs) {
  Pair pair;
  for (int round = 0; round < rounds; ++round) {
    if (round % 2) pair.all_theirs.push_back(theirs());
    pair.all_ours.push_back(ours());
    if (round % 2 == 0) pair.all_theirs.push_back(theirs());
  }
  pair.ours = median(pair.all_ours);
  pair.theirs = median(pair.all_theirs);
  return pair;
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Peer::Peer(const std::string& script, const std::vector<std::string>& arguments) : name_(script + ".py") {
  const std::string python = deps_folder() + "/dev-venv/bin/python3";
  if (access(python.c_str(), X_OK) != 0)
    throw Error(ErrorKind::usage, "the other side of this benchmark is not installed")
        .expected(python)
        .hint("Run ./dev setup --dev.");
  std::vector<std::string> command{python, source_path("bench/peers/" + name_)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  pid_ = start(command, &input_, output_);
}

Peer::~Peer() {
  if (input_ >= 0) close(input_);  // the other end's loop ends
  if (output_ >= 0) close(output_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

Json Peer::ask(const std::string& command, Json arguments) {
  arguments["command"] = command;
  write_all(input_, canonical_json(arguments) + "\n", name_);
  std::size_t end;
  char chunk[65536];
  while ((end = buffer_.find('\n')) == std::string::npos) {
    const ssize_t n = read(output_, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error(ErrorKind::internal, "the other side of the benchmark ended").in(name_);
    buffer_.append(chunk, static_cast<std::size_t>(n));
  }
  const Json answer = parse_json(buffer_.substr(0, end), name_);
  buffer_.erase(0, end + 1);
  if (answer.contains("error"))
    throw Error(ErrorKind::internal, answer["error"].get<std::string>()).in(name_);
  return answer;
}

std::int64_t Peer::peak_memory() const { return peak_memory_of(std::to_string(pid_)); }

Json run_program(const std::vector<std::string>& command) {
  const double begin = now();
  int output;
  const pid_t pid = start(command, nullptr, output);
  const std::string text = read_all(output);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ErrorKind::internal, "a measured program failed").in(command[0]);
  return {{"seconds", now() - begin}, {"output", text}};
}

Json run_child(const Options& words) {
  std::vector<std::string> command{std::filesystem::read_symlink("/proc/self/exe").string(), "--child"};
  command.insert(command.end(), words.begin(), words.end());
  return parse_json(run_program(command)["output"].get<std::string>(), "--child " + words.at(0));
}

std::string source_path(const std::string& relative) { return std::string(QL_SOURCE_DIR) + "/" + relative; }

std::string program_path(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

Texts read_texts(const std::string& dataset, const std::string& split) {
  const std::string path = source_path("../shared/data/" + dataset + "/" + split + ".jsonl.gz");
  if (!std::filesystem::exists(path))
    throw Error(ErrorKind::usage, "the real texts that this benchmark runs on are absent")
        .in(path)
        .hint("Put the data folder beside the sources as ../shared/data.");
  Texts texts;
  for (const auto& row : read_rows(path)) {
    std::string text;
    if (dataset == "boolq")
      text = get_field<std::string>(row.fields, "passage", path) + " " +
             get_field<std::string>(row.fields, "question", path);
    else
      text = get_field<std::string>(row.fields, "text", path);
    texts.text.push_back(text);
    texts.label.push_back(static_cast<std::int32_t>(get_field<std::int64_t>(row.fields, "label", path)));
  }
  return texts;
}

int threads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace qinglan::bench
