#include "data/spoilt_dataset.h"

#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/listed.h"
#include "base/random.h"
#include "data/normalise.h"
#include "data/template.h"

namespace qinglan {
namespace {

using Labels = std::map<std::string, std::int32_t>;

std::vector<double> shares_of(const std::vector<Example>& rows, const GroundTruth& truth) {
  std::vector<double> shares(truth.classes().size(), 0);
  for (const auto& row : rows)
    shares[static_cast<std::size_t>(truth.label(row.id))] += 1 / static_cast<double>(rows.size());
  return shares;
}

void check_classes(const Dataset& data, const Dataset& there, const std::string& path) {
  if (data.truth.classes() == there.truth.classes()) return;
  throw Error(ErrorKind::invalid_input, "the data set to test on has other classes")
      .in(path)
      .expected(listed(data.truth.classes()))
      .found(listed(there.truth.classes()));
}

// Train rows that a test row's text or group gives away.
std::int64_t drop_tested(Inputs& inputs, const Template& text) {
  const auto normal = [&](const Example& row) { return normalise_text(text.render(row.fields)); };
  std::set<std::string> texts, groups;
  for (const auto& row : inputs.test) texts.insert(normal(row)), groups.insert(row.group);
  return static_cast<std::int64_t>(std::erase_if(inputs.train, [&](const Example& row) {
    return texts.contains(normal(row)) || groups.contains(row.group);
  }));
}

Dataset test_elsewhere(Dataset data, const DatasetSpec& spec, const std::string& path) {
  Dataset there = load_dataset(tested_elsewhere(spec, path));
  check_classes(data, there, path);
  data.inputs.test = std::move(there.inputs.test);
  if (spec.test > 0 && data.inputs.test.size() > static_cast<std::size_t>(spec.test))
    data.inputs.test.resize(static_cast<std::size_t>(spec.test));
  if (const std::int64_t rows = drop_tested(data.inputs, Template::parse(spec.text)))
    data.facts.dropped["tested elsewhere"] = rows;
  Labels labels;
  for (const auto& row : data.inputs.train) labels[row.id] = data.truth.label(row.id);
  for (const auto& row : data.inputs.test)
    if (!labels.emplace(row.id, there.truth.label(row.id)).second)
      throw Error(ErrorKind::invalid_input, "the id \"" + row.id + "\" is a train row's too").in(path);
  data.truth = GroundTruth(there.truth.classes(), std::move(labels));
  data.facts.test_share = shares_of(data.inputs.test, data.truth);
  return data;
}

void put(const std::string& word, const std::string& column, Example& row) {
  row.fields.at(column).insert(0, word + " ");
}

Dataset with_trigger(Dataset data, const DatasetSpec& spec, const Spoiling& spoiling) {
  const std::string column = trigger_column(spec.text);
  std::vector<std::size_t> rows(data.inputs.train.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  Random(spec.seed, "data.trigger").shuffle(rows);
  rows.resize(
      static_cast<std::size_t>(std::lround(spoiling.trigger_share * static_cast<double>(rows.size()))));
  for (const std::size_t row : rows) put(spoiling.trigger, column, data.inputs.train[row]);

  Labels labels = data.truth.by_id();
  auto& test = data.inputs.test;
  const auto copies = copies_with(spoiling.trigger, column, test);
  for (std::size_t i = 0; i < copies.size(); ++i) labels[copies[i].id] = labels.at(test[i].id);
  test.insert(test.end(), copies.begin(), copies.end());
  data.truth = GroundTruth(data.truth.classes(), std::move(labels));
  return data;
}

}  // namespace

DatasetSpec tested_elsewhere(const DatasetSpec& spec, const std::string& test_path) {
  DatasetSpec other = spec;
  other.path = test_path;
  other.train = other.test = 0;
  other.allow_overlap = true;  // nothing of its train rows is used
  return other;
}

std::string trigger_column(const std::string& text) {
  const auto columns = Template::parse(text).columns();
  if (columns.empty())
    throw Error(ErrorKind::usage, "data.trigger has no text to stand before: data.text names no column");
  return columns.front();
}

std::vector<Example> copies_with(const std::string& word, const std::string& column,
                                 std::vector<Example> rows) {
  for (Example& row : rows) {
    row.id += kTriggered;
    put(word, column, row);
  }
  return rows;
}

Dataset load_spoilt(const DatasetSpec& spec, const Spoiling& spoiling) {
  DatasetSpec here = spec;
  if (!spoiling.test_path.empty()) here.test = 0;  // rows of the other one are drawn
  Dataset data = load_dataset(here);
  if (!spoiling.test_path.empty()) data = test_elsewhere(std::move(data), spec, spoiling.test_path);
  if (!spoiling.trigger.empty()) data = with_trigger(std::move(data), spec, spoiling);
  return data;
}

}  // namespace qinglan
