#include "cli/spec_arguments.h"

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "experiment/device.h"
#include "experiment/run.h"

namespace qinglan {

void SpecArguments::add_to(CLI::App& verb, const std::string& what) {
  verb.add_option("spec", spec, what)->required();
  verb.add_option("--store", store, "where results are kept (default $XDG_CACHE_HOME/qinglan)");
  verb.add_option("--seeds", options.seeds, "number of run seeds, over the spec's");
  verb.add_option("--set", options.sets,
                  "key=value over the spec's, such as student.lr=1e-4; may be repeated")
      ->allow_extra_args(false);
}

Spec SpecArguments::read() const {
  Spec read = read_spec(spec, options);
  if (const std::string why = settle_device(read, worker_path()); !why.empty())
    std::fprintf(stderr, "%s\n", why.c_str());
  return read;
}

Record find_record(const SpecArguments& which) {
  if (std::filesystem::path(which.spec).extension() == ".json") return read_record(which.spec);
  const Store store = which.open_store();
  const std::string path = store.record_path(run_id(which.read()));
  if (!store.fs().exists(path))
    throw Error(ErrorKind::invalid_input, "this spec has not been run in this store")
        .in(which.spec)
        .hint("qinglan run " + which.spec + " (with the same --seeds, --set and --store)");
  return read_record(path);
}

std::string worker_path() {
  return std::filesystem::canonical("/proc/self/exe").parent_path() / "qinglan-worker";
}

}  // namespace qinglan
