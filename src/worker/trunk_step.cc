// trunk: hidden states of all rows after the lower blocks, train (and copies, if any), then test
// (train/trunk.h has the files' format).

#include <filesystem>

#include "base/error.h"
#include "text/prompt.h"
#include "train/recipe.h"
#include "train/trunk.h"
#include "worker/step.h"

namespace qinglan {
namespace {

// Chunks lie in the work folder until the node is published; some may be there from an earlier run.
void check_room(const Step& step, std::int64_t bytes) {
  std::int64_t needed = 2 * bytes;
  std::error_code none;  // nothing is there yet
  for (const auto& entry : std::filesystem::directory_iterator(step.work, none))
    needed -= static_cast<std::int64_t>(entry.file_size());
  const auto free = static_cast<std::int64_t>(std::filesystem::space(step.result).available);
  if (needed <= free) return;
  throw Error(ErrorKind::io, "no room for the hidden states of the lower blocks")
      .in(step.result)
      .expected(std::to_string(needed) + " bytes free")
      .found(std::to_string(free));
}

}  // namespace

void run_trunk(Step& step) {
  const Json& params = step.node.params;
  const Recipe recipe = Recipe::from_json(
      {{"tune", "probe"}, {"max_tokens", params.at("max_tokens")}, {"dtype", params.at("dtype")}});
  const LoadedModel& model = step.models.frozen(step.node.files.at("model"), recipe.dtype,
                                                params.value("init", "") == "random", step.node.base);
  const EncodedRows rows =
      Prompt(params, model.tokenizer, model.source.tokenizer_path).encode(step.inputs.rows(step.node));

  const TrunkPass pass(model.backbone, rows.ids, params.at("depth"));
  check_room(step, pass.bytes());
  step.flops = pass.flops();
  pass.run(step.store.fs(), step.work, step.result, rows.cut, step.hooks);
  step.write_summary({{"truncated", rows.truncated}, {"rows", rows.ids.size()}});
}

}  // namespace qinglan
