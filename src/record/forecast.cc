#include "base/hash.h"
#include "record/record.h"

namespace qinglan {
namespace {

Json cells_json(const Forecast& forecast) {
  Json cells = Json::object();
  for (const auto& [id, seeds] : forecast.cells)
    for (const SeedForecast& one : seeds)
      cells[id].push_back({{"seed", one.seed}, {"squared", one.squared}, {"bregman", one.bregman}});
  return cells;
}

}  // namespace

std::string digest_of(const Forecast& forecast) { return sha256_hex(canonical_json(cells_json(forecast))); }

Json to_json(const Forecast& forecast) {
  return {{"cells", cells_json(forecast)}, {"digest", forecast.digest}};
}

}  // namespace qinglan
