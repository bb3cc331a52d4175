#include "worker/job_runner.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <new>
#include <set>
#include <string_view>

#include "base/error.h"
#include "io/publish.h"
#include "model/cuda.h"
#include "model/runtime.h"
#include "store/lease.h"
#include "worker/confine.h"
#include "worker/step.h"

namespace qinglan {
namespace {

std::int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

// A file or folder that a node names. A model in the Hugging Face cache is a folder of links to ../../blobs,
// which are granted too; links to anywhere else are not.
void add_file(const std::string& path, std::set<std::string>& read) {
  namespace fs = std::filesystem;
  read.insert(fs::absolute(path));
  std::error_code code;
  const fs::path blobs = fs::weakly_canonical(fs::absolute(path) / "../../blobs", code);
  for (fs::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
    std::error_code broken;
    const fs::path target = fs::canonical(it->path(), broken);
    if (!broken && it->is_symlink(broken) && target.parent_path() == blobs) read.insert(target);
  }
}

Grants grants_of(const Job& job, const Store& store) {
  Grants grants;
  std::set<std::string> read;
  for (const auto& node : job.nodes) {
    for (const auto& [role, key] : node.inputs) read.insert(store.object_folder(key));
    for (const auto& [role, path] : node.files) add_file(path, read);
    grants.write.push_back(store.work_folder(node.key()));
  }
  read.insert(std::filesystem::canonical("/proc/self/exe").parent_path());
  if (job.device != "cpu") read.insert(torch_packages());
  grants.read.assign(read.begin(), read.end());
  grants.write.push_back(job.scratch);
  grants.write.push_back(store.root() + "/locks");
  grants.publish.push_back(store.root() + "/objects");
  return grants;
}

// Opened before the process is confined, which keeps it from most of the files that a driver wants.
torch::Device open_device(const std::string& kind) {
  if (kind == "cpu") return torch::kCPU;
  std::string found;
  try {
    found = "cuda " + load_cuda().capability;
  } catch (const Error& gone) {
    found = gone.what();
  }
  if (found == kind) return torch::Device(torch::kCUDA, 0);
  throw Error(ErrorKind::unsupported, "this machine's device is not the one planned for")
      .expected(kind)
      .found(found)
      .hint("run again: the device is asked for anew, and what is computed stays");
}

// Probes that share work stand side by side; everything else stays where it is.
std::vector<Node> in_sharing_order(std::vector<Node> nodes) {
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
    return JobInputs::probe_order(a) < JobInputs::probe_order(b);
  });
  return nodes;
}

class JobRunner {
 public:
  JobRunner(const Job& job, const Store& store, Reporter& reporter, const std::atomic<bool>& stop,
            bool confined, const torch::Device& device)
      : job_(job),
        nodes_(in_sharing_order(job.nodes)),
        store_(store),
        reporter_(reporter),
        stop_(stop),
        confined_(confined),
        models_(device) {}

  int run() {
    bool failed = false;
    for (const auto& node : nodes_) {
      const std::string key = node.key();
      try {
        if (!run_node(node, key)) return kExitStopped;
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::interrupted) return kExitStopped;
        reporter_.failed(key, e);
        failed = true;
      } catch (const c10::AcceleratorError& e) {
        // The device is lost to this process, perhaps not to another.
        reporter_.failed(key, Error(ErrorKind::io, e.what_without_backtrace()));
        return kExitRetry;
      } catch (const c10::OutOfMemoryError&) {
        reporter_.failed(key, Error(ErrorKind::out_of_memory, "not enough device memory for " + node.title));
        failed = true;
      } catch (const std::bad_alloc&) {
        reporter_.failed(key, out_of_memory(node));
        failed = true;
      } catch (const std::exception& e) {
        // LibTorch's allocator says it in words alone.
        const bool memory =
            std::string_view(e.what()).find("can't allocate memory") != std::string_view::npos;
        reporter_.failed(key, memory ? out_of_memory(node) : Error(ErrorKind::internal, e.what()));
        failed = true;
      }
    }
    return failed ? 1 : 0;
  }

 private:
  static Error out_of_memory(const Node& node) {
    return Error(ErrorKind::out_of_memory, "not enough memory for " + node.title)
        .hint(
            "qinglan plan says what it takes; recompute = true, a smaller micro_tokens and adapters take "
            "less");
  }

  bool run_node(const Node& node, const std::string& key) {
    const auto lease = Lease::take(store_, key, [&] { return !stop_; });
    if (!lease || stop_) return false;
    if (store_.has(key)) {  // another run was faster
      reporter_.done(key, true);
      return true;
    }
    reporter_.start(key);
    compute(node, key);
    reporter_.done(key, false);
    return true;
  }

  void compute(const Node& node, const std::string& key) {
    FileSystem& fs = store_.fs();
    const std::string folder = job_.scratch + "/" + key;
    fs.remove_all(folder);
    fs.make_folders(folder + "/result");
    const bool in_rows = node.kind == "features" || node.kind == "trunk" ||
                         !node.params.contains("rows");  // a fit says which rows it takes
    RunHooks hooks;
    hooks.stop = [&] { return stop_.load(); };
    hooks.progress = [&](std::int64_t done, std::int64_t total, double loss) {
      reporter_.progress(key, static_cast<double>(done), static_cast<double>(total),
                         in_rows ? "rows" : "steps", loss);
    };
    Step step{node, store_, folder + "/result", store_.work_folder(key), hooks, models_, inputs_};
    for (const auto& name : fs.list(step.work))  // what a killed worker was writing
      if (is_temporary(name)) fs.remove_all(step.work + "/" + name);
    const auto start = std::chrono::steady_clock::now();
    try {
      run_step(step);
    } catch (const Error& e) {
      // A diverged training is a result: the same spec diverges again at the same step.
      if (e.kind() != ErrorKind::diverged) throw;
      fs.remove_all(step.result);
      fs.make_folders(step.result);
      step.write_summary({{"failure", {{"kind", name_of(e.kind())}, {"message", e.what()}}}});
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const Json ledger = {{"seconds", seconds},
                         {"flops", step.flops},
                         {"peak_memory", peak_memory()},
                         {"host", host_name()},
                         {"confined", confined_},
                         {"profile", node.profile},
                         {"dtype", node.settings().value("dtype", "")}};
    Store(store_).publish(folder, key, node.description(), ledger);
    for (const auto& name : fs.list(step.work)) fs.remove_all(step.work + "/" + name);
  }

  const Job& job_;
  const std::vector<Node> nodes_;
  const Store& store_;
  Reporter& reporter_;
  const std::atomic<bool>& stop_;
  bool confined_;
  ModelCache models_;
  JobInputs inputs_{store_};
};

}  // namespace

int run_job(const Job& job, Reporter& reporter, const std::atomic<bool>& stop) {
  const Store store = Store::existing(job.store);
  for (const auto& node : job.nodes) store.fs().make_folders(store.work_folder(node.key()));
  const torch::Device device = open_device(job.device);
  const Confinement confinement = confine(grants_of(job, store));
  reporter.confined(confinement.enforced, confinement.why);
  init_runtime(static_cast<int>(job.threads));
  return JobRunner(job, store, reporter, stop, confinement.enforced, device).run();
}

}  // namespace qinglan
