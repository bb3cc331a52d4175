#include "bench/grid_spec.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "io/file_system.h"

namespace qinglan::bench {

namespace stdfs = std::filesystem;

GridSize take_size(int& argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") != 0) continue;
    std::rotate(argv + i, argv + i + 1, argv + argc);
    --argc;
    return {.train = 240, .test = 200, .seeds = 1, .quick = true};
  }
  return {};
}

Scratch::Scratch(const std::string& name)
    : folder_(stdfs::temp_directory_path() / ("qinglan-bench-" + name + "-" + std::to_string(getpid()))) {
  stdfs::remove_all(folder_);
  stdfs::create_directories(folder_);
}

Scratch::~Scratch() {
  std::error_code ignored;
  stdfs::remove_all(folder_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  return path(name);
}

Json grid_rows(const GridSize& size) {
  const Texts train = read_texts("sst2", "train"), test = read_texts("sst2", "test");
  const auto first = [](const auto& all, std::int64_t count) {
    return Json(std::vector(all.begin(), all.begin() + count));
  };
  return {{"train", first(train.text, size.train)},
          {"labels", first(train.label, size.train)},
          {"test", first(test.text, size.test)}};
}

std::string grid_note(const GridSize& size, const std::string& more) {
  return std::to_string(size.train) + " rows, " + std::to_string(size.seeds) + " seeds; " + more +
         "the other side: 3 cells measured, the rest multiplied" + (size.quick ? "; QUICK size" : "");
}

std::string grid_head(const GridSize& size, bool ceiling) {
  std::string head = "name = \"bench\"\nseeds = " + std::to_string(size.seeds) + "\n[data]\npath = \"" +
                     source_path("../shared/data/sst2") +
                     "\"\ntext = \"{text}\"\ntrain = " + std::to_string(size.train) +
                     "\ntest = " + std::to_string(size.test) + "\n[controls]\n";
  for (const char* control : {"shuffled", "ngram", "length", "zero_shot", "weak_twice", "random_init"})
    head += std::string(control) + " = false\n";
  return head + "[claim]\nceiling = " + (ceiling ? "true\n" : "false\n");
}

double run_spec_file(const std::string& spec, const std::string& store) {
  const std::string program = program_path("qinglan"), log = store + ".log";
  const double begin = now();
  const pid_t pid = fork();
  if (pid < 0) throw Error(ErrorKind::io, "cannot fork");
  if (pid == 0) {
    if (!std::freopen(log.c_str(), "w", stdout) || !std::freopen(log.c_str(), "a", stderr)) _exit(127);
    execl(program.c_str(), program.c_str(), "run", spec.c_str(), "--store", store.c_str(), "--json",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code != 0 && code != 3) {
    const std::string words = real_file_system().read(log);
    throw Error(
        ErrorKind::internal,
        "a measured run failed: " + words.substr(words.size() - std::min<std::size_t>(words.size(), 2000)));
  }
  return now() - begin;
}

std::map<std::string, Ledgers> ledgers_of(const std::string& store) {
  FileSystem& fs = real_file_system();
  std::map<std::string, Ledgers> found;
  for (const auto& shard : fs.list(store + "/objects"))
    for (const auto& key : fs.list(store + "/objects/" + shard)) {
      const std::string folder = store + "/objects/" + shard + "/" + key;
      const Json manifest = parse_json(fs.read(folder + "/manifest.json"), folder);
      const Json ledger = parse_json(fs.read(folder + "/ledger.json"), folder);
      Ledgers& kind = found[manifest.at("node").at("kind")];
      ++kind.nodes;
      kind.seconds += ledger.value("seconds", 0.0);
      kind.peak_memory = std::max(kind.peak_memory, ledger.value("peak_memory", std::int64_t{0}));
    }
  return found;
}

}  // namespace qinglan::bench
