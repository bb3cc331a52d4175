// qinglan export SPEC --out DIR: gives a trained model of a run away, for Python, llama.cpp or a server.

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "audit/judgement.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "experiment/export.h"
#include "experiment/run.h"

namespace qinglan {
namespace {

struct Arguments {
  SpecArguments which;
  ExportRequest request;
};

// Verdict and headline of each cell, for the card; nothing where the run left no record.
void add_findings(const Spec& spec, const Store& store, ExportRequest& request) {
  const std::string path = store.record_path(run_id(spec));
  if (request.role != "student" || !store.fs().exists(path)) return;
  const Judgement judgement = judge(read_record(path));
  for (const auto& cell : judgement.cells)
    request.findings[cell.id] = {{"verdict", name_of(cell.verdict)}, {"headline", cell.headline}};
}

int export_student(Arguments arguments) {
  catch_signals();
  const Spec spec = arguments.which.read();
  Store store = arguments.which.open_store();
  add_findings(spec, store, arguments.request);
  Progress progress(isatty(STDERR_FILENO));
  export_trained(spec, store, worker_path(), progress, stop_signal(), arguments.request);
  std::fprintf(stderr, "exported to %s (README.md there says how to load it)\n",
               arguments.request.out.c_str());
  return 0;
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  auto* verb =
      app.add_subcommand("export", "give a trained model away: Hugging Face folder, PEFT adapter, GGUF");
  auto arguments = std::make_shared<Arguments>();
  arguments->which.add_to(*verb, "a spec that was run");
  ExportRequest& request = arguments->request;
  verb->add_option("--out", request.out, "folder to write: absent or empty")->required();
  verb->add_option("--cell", request.cell,
                   "which cell of the spec, where it has several: its id, or a part that no other has");
  verb->add_option("--seed", request.seed, "which run seed (default 0)");
  verb->add_option("--role", request.role, "student (default), ceiling or supervisor");
  verb->add_option("--format", request.format, "hf (default), peft or gguf");
  verb->add_option("--dtype", request.dtype,
                   "of the weights: float32 (default), bfloat16; with gguf also float16, q8_0");
  verb->add_flag("--base", request.base, "with peft: write the base model too, as a Hugging Face folder");
  verb->callback([arguments, &exit_code] { exit_code = export_student(*arguments); });
}

}  // namespace qinglan
