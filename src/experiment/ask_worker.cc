#include "experiment/ask_worker.h"

#include "base/error.h"
#include "base/json.h"
#include "experiment/worker_process.h"

namespace qinglan {
namespace {

constexpr int kPollMilliseconds = 1000;

}  // namespace

std::string ask_worker(const std::string& worker, const std::vector<std::string>& arguments) {
  WorkerProcess process(worker, arguments, "");
  std::string answer;
  for (bool ended = false; !ended;)
    for (const auto& line : process.read_lines(kPollMilliseconds, ended)) answer = line;
  const int code = process.wait();
  if (code == 0 && !answer.empty()) return answer;
  if (answer.empty())
    throw Error(ErrorKind::io, "the worker gave no answer (exit code " + std::to_string(code) + ")")
        .in(worker);
  const Json error = parse_json(answer, worker);
  throw Error(error_kind_of(error.value("kind", "")).value_or(ErrorKind::internal),
              error.value("message", answer));
}

}  // namespace qinglan
