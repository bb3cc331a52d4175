#include "data/shots.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {

GoldRows draw_shots(const GroundTruth& truth, std::vector<std::string> ids, std::size_t each,
                    std::uint64_t seed) {
  std::sort(ids.begin(), ids.end());  // the order of the data says nothing
  Random(seed, "few-shot").shuffle(ids);
  GoldRows shots{{}, truth.classes().size(), {}};
  std::vector<std::size_t> taken(shots.classes);
  for (const auto& id : ids) {
    if (shots.size() == each * shots.classes) break;
    const std::int32_t label = truth.label(id);
    ++shots.consulted;
    if (taken[static_cast<std::size_t>(label)] == each) continue;
    ++taken[static_cast<std::size_t>(label)];
    shots.ids.push_back(id);
    shots.labels.push_back(label);
  }
  for (std::size_t k = 0; k < taken.size(); ++k)
    if (taken[k] < each)
      throw Error(ErrorKind::invalid_input,
                  "too few rows of class '" + truth.classes()[k] + "' to show in a few-shot prompt")
          .expected(std::to_string(each) + " in the supervision half")
          .found(std::to_string(taken[k]))
          .hint("lower `shots`, or take more train rows");
  return shots;
}

Json shots_certificate(const GoldRows& shots) {
  Json uses = Json::array({{{"rows", shots.size()}, {"purpose", kShotsPurpose}}});
  if (shots.consulted > shots.size())
    uses.push_back({{"rows", shots.consulted}, {"purpose", kShotsBalancePurpose}});
  return uses;
}

}  // namespace qinglan
