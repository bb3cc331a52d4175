#include "supervise/label_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "base/error.h"
#include "base/listed.h"
#include "io/rows.h"

namespace qinglan {
namespace {

constexpr double kSumTolerance = 1e-3;  // people write three decimals

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string quoted(const std::vector<std::string>& words) {
  return listed(words, [](const std::string& word) { return "\"" + word + "\""; });
}

class LabelReader {
 public:
  LabelReader(const std::string& path, const std::vector<std::string>& classes)
      : path_(path), classes_(classes) {}

  Error wrong(const Row& row, const std::string& key, const std::string& what) const {
    return std::move(Error(ErrorKind::invalid_input, what + " for " + key).in(path_).line(row.line));
  }

  // The number in a field, which csv gives as text.
  double number(const Row& row, const Json& value, const std::string& key) const {
    if (value.is_number()) return value.get<double>();
    double result = 0;
    const std::string text = text_of(value);
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (!value.is_string() || problem != std::errc() || stop != text.data() + text.size())
      throw wrong(row, key, "not a number").found("\"" + text + "\"");
    return result;
  }

  bool abstains(const Row& row) const {
    const auto field = row.fields.find("abstain");
    return field != row.fields.end() && (text_of(*field) == "true" || text_of(*field) == "1");
  }

  std::vector<double> probabilities(const Row& row, const std::string& key) const {
    std::vector<double> p;
    if (const auto list = row.fields.find("p"); list != row.fields.end()) {
      if (!list->is_array() || list->size() != classes_.size())
        throw wrong(row, key, "\"p\" does not fit the classes")
            .expected("one number for each of " + quoted(classes_))
            .found(list->dump());
      for (const auto& value : *list) p.push_back(number(row, value, key));
    } else if (const auto label = row.fields.find("label"); label != row.fields.end()) {
      const auto found = std::find(classes_.begin(), classes_.end(), text_of(*label));
      if (found == classes_.end())
        throw wrong(row, key, "the label is outside the classes")
            .expected("one of " + quoted(classes_))
            .found("\"" + text_of(*label) + "\"")
            .hint("Correct the label; \"abstain\": true says that there is none.");
      p.assign(classes_.size(), 0);
      p[static_cast<std::size_t>(found - classes_.begin())] = 1;
    } else {
      for (const auto& name : classes_) {
        const auto field = row.fields.find("p_" + name);
        if (field == row.fields.end())
          throw wrong(row, key, "there is no label")
              .expected("\"label\", \"p\" or a column \"p_" + name + "\"");
        p.push_back(number(row, *field, key));
      }
    }
    return scaled(row, key, std::move(p));
  }

 private:
  std::vector<double> scaled(const Row& row, const std::string& key, std::vector<double> p) const {
    double sum = 0;
    for (const double value : p) {
      if (!(value >= 0) || !std::isfinite(value))
        throw wrong(row, key, "a negative or non-finite probability");
      sum += value;
    }
    if (std::abs(sum - 1) > kSumTolerance)
      throw wrong(row, key, "the probabilities do not sum to 1")
          .expected("1 within 0.001")
          .found(std::to_string(sum));
    for (double& value : p) value /= sum;
    return p;
  }

  const std::string& path_;
  const std::vector<std::string>& classes_;
};

// What examples are called in this file: "id" or "row", by its first row.
std::string key_column(const std::vector<Row>& rows, const std::string& path) {
  if (rows.empty())
    throw Error(ErrorKind::invalid_input, "the label file is empty")
        .in(path)
        .hint("Give a row for each example.");
  for (const char* column : {"id", "row"})
    if (rows.front().fields.contains(column)) return column;
  throw Error(ErrorKind::invalid_input, "the label file does not say which example a row labels")
      .in(path)
      .line(rows.front().line)
      .expected("a column \"id\" or \"row\"");
}

}  // namespace

WeakLabels read_label_file(const std::string& path, const std::vector<std::string>& ids,
                           const std::vector<std::string>& classes, const RowPlaces& places) {
  const auto& [rows, split, files_apart] = places;
  const auto table = read_rows(path);
  const std::string column = key_column(table, path);
  const std::string unsaid = column == "row" && files_apart ? "train" : split;
  if (column == "row" && rows.size() != ids.size())
    throw Error(ErrorKind::invalid_input, "labels by row need the rows' places, which are not known here")
        .in(path)
        .hint("Use a column \"id\" instead of \"row\".");
  std::unordered_map<std::string, std::size_t> wanted;
  for (std::size_t i = 0; i < ids.size(); ++i) wanted[column == "id" ? ids[i] : std::to_string(rows[i])] = i;
  const LabelReader reader(path, classes);
  WeakLabels labels;
  labels.ids = ids;
  labels.classes = classes.size();
  labels.p.resize(ids.size() * classes.size());
  labels.abstain.resize(ids.size());
  std::unordered_map<std::string, std::uint64_t> seen;  // line, by key
  std::size_t found = 0;
  for (const auto& row : table) {
    const auto said = row.fields.find("split");
    const std::string of = said == row.fields.end() ? "" : text_of(*said);
    if ((of.empty() ? unsaid : of) != split) continue;
    const auto field = row.fields.find(column);
    const std::string id = field == row.fields.end() ? "" : text_of(*field);
    const std::string key = "the " + column + " \"" + id + "\"";
    if (id.empty()) throw reader.wrong(row, "this row", "there is no \"" + column + "\"");
    const auto [first, fresh] = seen.try_emplace(id, row.line);
    if (!fresh)
      throw reader.wrong(row, key, "a second label")
          .found("the first in line " + std::to_string(first->second));
    const bool abstains = reader.abstains(row);
    const auto p = abstains ? std::vector<double>(classes.size(), 1.0 / static_cast<double>(classes.size()))
                            : reader.probabilities(row, key);
    const auto place = wanted.find(id);
    if (place == wanted.end()) continue;
    ++found;
    labels.abstain[place->second] = abstains;
    std::copy(p.begin(), p.end(),
              labels.p.begin() + static_cast<std::ptrdiff_t>(place->second * classes.size()));
  }
  if (found < ids.size()) {
    std::string missing;
    for (std::size_t i = 0; i < ids.size() && missing.empty(); ++i)
      if (!seen.contains(column == "id" ? ids[i] : std::to_string(rows[i])))
        missing = column == "id" ? ids[i] : std::to_string(rows[i]);
    throw Error(ErrorKind::invalid_input,
                std::to_string(ids.size() - found) + " of " + std::to_string(ids.size()) +
                    " examples have no label, first the " + column + " \"" + missing + "\"")
        .in(path)
        .found(std::to_string(found) + " labels that fit and " + std::to_string(seen.size() - found) +
               " for others")
        .hint("Label every example of the " + split + " rows by the ids of this data set" +
              (unsaid == split ? "." : "; rows counted without a \"split\" are the train file's."));
  }
  labels.provenance = {{"kind", "labels"}, {"unused", seen.size() - found}};
  return labels;
}

}  // namespace qinglan
