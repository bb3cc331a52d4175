// qinglan-worker: the compute plane. `qinglan-worker run --job FILE` does one job, `qinglan-worker logits
// REQUEST` runs one text through a model, `qinglan-worker words REQUEST` says whether label words fit one,
// `qinglan-worker device` what there is beside the CPU; all answer on standard output. People use `qinglan`.

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "experiment/device.h"
#include "experiment/job.h"
#include "io/file_system.h"
#include "model/cuda.h"
#include "model/runtime.h"
#include "qinglan_version.h"
#include "worker/job_runner.h"
#include "worker/label_words.h"
#include "worker/model_output.h"

namespace {

std::atomic<bool> stop_requested{false};

void on_signal(int) { stop_requested = true; }

int run(const char* path) {
  using namespace qinglan;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  const Job job = job_from_json(parse_json(real_file_system().read(path), path), path);
  Reporter reporter;
  return run_job(job, reporter, stop_requested);
}

// Says what `make` makes of the request, or what is wrong with it.
template <typename Make>
int answer(const char* request, Make make) {
  using namespace qinglan;
  try {
    std::printf("%s\n", make(parse_json(request, "request")).c_str());
    return 0;
  } catch (const Error& e) {
    std::printf("%s\n", canonical_json({{"kind", name_of(e.kind())}, {"message", e.what()}}).c_str());
    return 1;
  }
}

std::string logits(const qinglan::Json& request) {
  using namespace qinglan;
  const auto asked = output_request_from_json(request, "request");
  init_runtime(static_cast<int>(asked.threads));
  return output_document(compute_output(asked));
}

std::string words(const qinglan::Json& request) {
  qinglan::check_label_words(request);
  return "{}";
}

int device() {
  using namespace qinglan;
  DeviceAnswer answer;
  try {
    const CudaDevice cuda = load_cuda();
    answer = {"cuda " + cuda.capability, cuda.name};
  } catch (const std::exception& e) {
    answer.detail = e.what();
  }
  std::printf("%s\n", canonical_json(to_json(answer)).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && !std::strcmp(argv[1], "--version")) {
    std::printf("qinglan-worker %s (torch %s)\n", qinglan::kVersion, qinglan::kTorchVersion);
    return 0;
  }
  if (argc == 2 && !std::strcmp(argv[1], "device")) return device();
  const bool asks_logits = argc == 3 && !std::strcmp(argv[1], "logits"),
             asks_words = argc == 3 && !std::strcmp(argv[1], "words");
  if (!asks_logits && !asks_words &&
      (argc != 4 || std::strcmp(argv[1], "run") || std::strcmp(argv[2], "--job"))) {
    std::fprintf(stderr,
                 "usage: qinglan-worker run --job FILE | logits REQUEST | words REQUEST | device   (started "
                 "by qinglan; "
                 "see qinglan --help)\n");
    return 2;
  }
  try {
    if (asks_logits) return answer(argv[2], logits);
    if (asks_words) return answer(argv[2], words);
    return run(argv[3]);
  } catch (const qinglan::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return e.kind() == qinglan::ErrorKind::io ? qinglan::kExitRetry : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
