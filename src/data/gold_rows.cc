#include "data/gold_rows.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {

GoldPlace gold_place(const std::string& word) {
  if (word == "random") return GoldPlace::random;
  if (word == "wrong-first") return GoldPlace::wrong_first;
  throw Error(ErrorKind::usage, "no such place for true labels")
      .expected("random or wrong-first")
      .found(word);
}

GoldRows draw_gold(const GroundTruth& truth, const WeakLabels& labels, const GoldBudget& budget,
                   GoldPlace place, std::uint64_t run_seed) {
  if (budget.rows > labels.size())
    throw Error(ErrorKind::invalid_input, "the gold budget is larger than the transfer half")
        .expected("at most " + std::to_string(labels.size()) + " rows")
        .found(std::to_string(budget.rows));
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  Random(run_seed, "gold").shuffle(order);
  if (place == GoldPlace::wrong_first)
    std::stable_partition(order.begin(), order.end(),
                          [&](std::size_t row) { return labels.hard(row) != truth.label(labels.ids[row]); });
  order.resize(budget.rows);
  std::sort(order.begin(), order.end());  // the order of the data says nothing of how rows were drawn
  GoldRows gold{{}, truth.classes().size(), {}};
  if (place == GoldPlace::wrong_first) gold.consulted = labels.size();
  for (const std::size_t row : order) {
    gold.ids.push_back(labels.ids[row]);
    gold.labels.push_back(truth.label(labels.ids[row]));
  }
  return gold;
}

void write_gold_rows(FileSystem& fs, const std::string& path, const GoldRows& gold) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < gold.size(); ++i) rows.push_back({gold.ids[i], gold.labels[i]});
  fs.write(path,
           canonical_json({{"classes", gold.classes}, {"consulted", gold.consulted}, {"rows", rows}}) + "\n");
}

GoldRows read_gold_rows(FileSystem& fs, const std::string& path) {
  const auto corrupt = [&](const std::string& what) {
    return std::move(
        Error(ErrorKind::corrupt_data, what).in(path).hint("Remove this artifact; it is made anew."));
  };
  const Json json = parse_json(fs.read(path), path);
  GoldRows gold{{}, static_cast<std::size_t>(get_field<std::int64_t>(json, "classes", path)), {}};
  gold.consulted = get_field<std::uint64_t>(json, "consulted", path);
  std::set<std::string> seen;
  for (const Json& row : get_field<std::vector<Json>>(json, "rows", path)) {
    if (!row.is_array() || row.size() != 2 || !row[0].is_string() || !row[1].is_number_integer())
      throw corrupt("a row is no [id, label]").found(row.dump());
    const auto label = row[1].get<std::int64_t>();
    if (label < 0 || static_cast<std::size_t>(label) >= gold.classes || !seen.insert(row[0]).second)
      throw corrupt("an id is there twice, or its label is outside the classes").found(row.dump());
    gold.ids.push_back(row[0]);
    gold.labels.push_back(static_cast<std::int32_t>(label));
  }
  return gold;
}

}  // namespace qinglan
