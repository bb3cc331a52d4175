// qinglan doctor: is this machine ready? Each line is one check; exit 1 when one fails.

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/processor.h"
#include "catalog/known_model.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "data/registered.h"
#include "experiment/cores.h"
#include "experiment/device.h"
#include "qinglan_version.h"

namespace qinglan {
namespace {

class Doctor {
 public:
  explicit Doctor(std::string store) : store_(std::move(store)) {}

  int examine() {
    check("engine", [] { return std::string(kVersion) + ", built for torch " + kTorchVersion; });
    check("processor", [] { return std::to_string(usable_cores().usable) + " cores, " + isa_level(); });
    check("worker", [] { return worker_version(); });
    check("device", [] { return device(); });
    check("store", [&] { return Store(store_.empty() ? default_store_root() : store_).root(); });
    check("isolation", [] { return landlock(); });
    for (const auto& model : known_models())
      check("model " + model.name, [&] { return installed_path(model); });
    for (const auto& data : registered_datasets())
      check("data " + data.name, [&] { return data_path(data); });
    return failed_ ? 1 : 0;
  }

 private:
  void check(const std::string& what, const std::function<std::string()>& look) {
    try {
      std::printf("ok    %-22s %s\n", what.c_str(), look().c_str());
    } catch (const Error& e) {
      failed_ = true;
      std::printf("FAIL  %-22s %s\n", what.c_str(), e.what());
    }
  }

  static std::string worker_version() {
    const std::string command = "'" + worker_path() + "' --version 2>&1";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    char line[512] = {};
    const bool answered = pipe && std::fgets(line, sizeof line, pipe.get());
    const int status = pipe ? pclose(pipe.release()) : -1;
    if (!answered || status != 0)
      throw Error(ErrorKind::io, std::string("does not start: ") + line)
          .in(worker_path())
          .hint("./dev build");
    return std::string(line, std::char_traits<char>::length(line) - 1);
  }

  static std::string device() {
    const DeviceAnswer answer = ask_device(worker_path());
    return answer.kind + (answer.kind == "cpu" ? "; no CUDA: " : ", ") + answer.detail;
  }

  static std::string landlock() {
    const long abi = syscall(444 /* landlock_create_ruleset */, nullptr, 0, 1 /* version */);
    return abi >= 2 ? "Landlock ABI " + std::to_string(abi) + ": students cannot open ground truth"
                    : "no Landlock: what a student may read is declared, not enforced";
  }

  static std::string data_path(const RegisteredDataset& data) {
    if (!std::filesystem::exists(data.path()))
      throw Error(ErrorKind::io, "not installed").in(data.path()).hint("./dev setup");
    return data.path();
  }

  std::string store_;
  bool failed_ = false;
};

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("doctor", "check that this machine is ready");
  auto store = std::make_shared<std::string>();
  verb->add_option("--store", *store, "the store to check");
  verb->callback([store, &exit_code] { exit_code = Doctor(*store).examine(); });
}

}  // namespace qinglan
