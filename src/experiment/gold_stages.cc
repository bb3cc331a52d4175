#include "experiment/gold_stages.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/stage.h"

namespace qinglan {

const StageSpec* stage_of_gold_targets(const MethodSpec& method) {
  const bool spends = !method.stages.empty() && find_stage(method.stages.back().name)->spends_gold;
  return spends ? &method.stages.back() : nullptr;
}

std::string gold_place_of(const StageSpec& stage) { return stage.params.value("place", "random"); }

Json gold_budget_of(const MethodSpec& method) {
  const StageSpec* first = nullptr;
  std::int64_t rows = 0;
  for (const auto& stage : method.stages) {
    const StageInfo& info = *find_stage(stage.name);
    if (!info.spends_gold && !info.judges_by_gold) continue;
    if (!first) first = &stage;
    if (gold_place_of(stage) != gold_place_of(*first))
      throw Error(ErrorKind::usage, "method.\"" + stage.name + "\".place: " + first->name +
                                        " takes its true labels at random, so these would be other rows")
          .expected("random")
          .found(gold_place_of(stage));
    rows = std::max(rows, stage.params.at("rows").get<std::int64_t>());
  }
  if (!first) return nullptr;
  const StageSpec* targets = stage_of_gold_targets(method);
  return {{"rows", rows},
          {"place", gold_place_of(*first)},
          {"smoothing", targets ? targets->params.at("smoothing") : Json(0.0)}};
}

}  // namespace qinglan
