// qinglan plan SPEC: what would run, and about what it costs.

#include <cstdio>
#include <map>
#include <memory>

#include "audit/power.h"
#include "audit/words.h"
#include "cli/spec_arguments.h"
#include "cli/verb.h"
#include "experiment/cost.h"
#include "experiment/foresight.h"
#include "experiment/label_words.h"
#include "experiment/run.h"

namespace qinglan {
namespace {

void print_foresight(const Foresight& ahead, const Spec& spec, const PlannedData& data) {
  if (ahead.detectable == 0) {
    std::printf("one seed or one test row gives no interval: nothing can be decided\n");
    return;
  }
  std::printf("a gain of %.1f points would be found in 4 of 5 such runs (%lld seeds, %lld test rows)",
              100 * ahead.detectable, static_cast<long long>(spec.seeds), static_cast<long long>(data.test));
  if (ahead.detectable > spec.claim.delta) {
    if (ahead.rows > 0)
      std::printf("; the smallest that counts, %.1f, with %lld rows", 100 * spec.claim.delta,
                  static_cast<long long>(ahead.rows));
    else
      std::printf("; the smallest that counts, %.1f, not without more seeds", 100 * spec.claim.delta);
  }
  std::printf("\n  if seeds differ by 1 point, and student and supervisor on 3 of 10 rows\n");
  if (spec.seeds < kLeastSeeds || data.test < kLeastItems)
    std::printf(
        "fewer than %lld seeds or %lld test rows: the verdict will be underpowered, or that a control "
        "failed\n",
        static_cast<long long>(kLeastSeeds), static_cast<long long>(kLeastItems));
}

int plan(const SpecArguments& arguments, bool json) {
  const Spec spec = arguments.read();
  Store store = arguments.open_store();
  DigestMemo memo(store);
  const PlannedData data = prepare_data(spec, store, memo);
  const Plan made = make_plan(spec, data, memo);
  check_label_words(made, store, worker_path());
  const PlanCost cost = estimate_cost(made, data, store, spec.threads);
  const Foresight ahead = foresee(spec.seeds, data.test, spec.claim.delta);
  if (json) {
    Json document = to_json(cost);
    document["detectable_gain"] = to_json(ahead);
    std::printf("%s\n", pretty_json(document).c_str());
    return 0;
  }
  std::printf("%s: %s, %s, %s, %s\n\n", spec.name.c_str(), counted(data.train, "train row").c_str(),
              counted(data.test, "test row").c_str(), counted(std::ssize(made.cells), "cell").c_str(),
              counted(spec.seeds, "seed").c_str());
  std::printf("%-16s %6s %9s %10s %9s\n", "kind", "nodes", "to do", "TFLOP", "about");
  for (const auto& [kind, row] : cost.kinds)
    std::printf("%-16s %6lld %9lld %10.1f %7.0f s\n", kind.c_str(), static_cast<long long>(row.nodes),
                static_cast<long long>(row.missing), row.flops / 1e12, row.seconds);
  std::printf("\nabout %.0f s and %.1f GiB at the most, at %.0f GFLOP/s (%s)\n", cost.seconds,
              static_cast<double>(cost.peak_memory) / (1 << 30), cost.rate / 1e9,
              cost.rate_measured ? "measured by earlier runs in this store"
                                 : "an assumption: nothing was run here yet");
  if (cost.search_prompts > 0)
    std::printf("searches for labels ask at most about %.0f prompts of the model\n", cost.search_prompts);
  if (cost.disk > 0)
    std::printf("hidden states of lower blocks: about %.2f GiB on disk, %.2f GiB free\n",
                static_cast<double>(cost.disk) / (1 << 30),
                static_cast<double>(free_disk(store)) / (1 << 30));
  print_foresight(ahead, spec, data);
  return 0;
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  auto* verb = app.add_subcommand("plan", "say what would run: nodes, FLOPs, time, memory");
  auto arguments = std::make_shared<SpecArguments>();
  auto json = std::make_shared<bool>(false);
  arguments->add_to(*verb, "spec file (.toml)");
  verb->add_flag("--json", *json, "print one JSON document on standard output");
  verb->callback([arguments, json, &exit_code] { exit_code = plan(*arguments, *json); });
}

}  // namespace qinglan
