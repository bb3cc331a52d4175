// The control plane: how long `qinglan --version` takes.

#include "bench/support.h"

using namespace qinglan;

namespace {

void version(bench::Report& report) {
  std::vector<double> milliseconds;
  for (int i = 0; i < 21; ++i)
    milliseconds.push_back(
        1000 * bench::run_program({bench::program_path("qinglan"), "--version"})["seconds"].get<double>());
  report.add(bench::against_limit("qinglan --version", bench::median(milliseconds), 30, 15, "ms",
                                  "against the limit; process start to end"));
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [](bench::Report& report) { version(report); });
}
