#include "experiment/foresight.h"

#include "metrics/noise.h"

namespace qinglan {
namespace {

constexpr double kSeedDeviation = 0.01, kDiffering = 0.3;
constexpr std::int64_t kMostRows = 1000000;

double found(std::int64_t seeds, std::int64_t rows) {
  const double s = static_cast<double>(seeds), n = static_cast<double>(rows);
  return detectable(CrossedParts{kSeedDeviation * kSeedDeviation / s, kDiffering / n, 0}.spread(s, n));
}

}  // namespace

Foresight foresee(std::int64_t seeds, std::int64_t rows, double delta) {
  Foresight made;
  if (seeds < 2 || rows < 2) return made;
  made.detectable = found(seeds, rows);
  std::int64_t low = 1, high = kMostRows;
  if (found(seeds, high) > delta) return made;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (found(seeds, middle) <= delta ? high : low) = middle;
  }
  made.rows = high;
  return made;
}

Json to_json(const Foresight& foresight) {
  if (foresight.detectable == 0) return {{"undefined", "one seed or one test row gives no interval"}};
  Json json = {{"value", foresight.detectable},
               {"assumed", {{"seed_deviation", kSeedDeviation}, {"differing", kDiffering}}}};
  if (foresight.rows > 0) json["rows_for_delta"] = foresight.rows;
  return json;
}

}  // namespace qinglan
