#include "supervise/label_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/error.h"

namespace qinglan {
namespace {

constexpr double kSumTolerance = 1e-3;  // people write three decimals

class LabelReader {
 public:
  LabelReader(const ExampleRows& rows, const std::vector<std::string>& classes)
      : rows_(rows), classes_(classes) {}

  static bool abstains(const Row& row) {
    const auto field = row.fields.find("abstain");
    return field != row.fields.end() && (text_of(*field) == "true" || text_of(*field) == "1");
  }

  // Probabilities go before a label, which has to be the likeliest of them.
  std::vector<double> probabilities(const Mention& mention) const {
    const auto p = given(mention);
    const auto label = mention.row.fields.find("label");
    if (label == mention.row.fields.end()) {
      if (p) return *p;
      throw wrong(mention, "there is no label")
          .expected("\"label\", \"p\" or a column \"p_" + first_missing(mention) + "\"");
    }
    const std::size_t hard = rows_.class_of(mention, *label, classes_, "\"abstain\": true");
    if (!p) {
      std::vector<double> sure(classes_.size(), 0);
      sure[hard] = 1;
      return sure;
    }
    const auto likeliest = std::max_element(p->begin(), p->end());
    if ((*p)[hard] < *likeliest)
      throw wrong(mention, "the label and the probabilities disagree")
          .expected("one of them, or the label that is likeliest, \"" +
                    classes_[static_cast<std::size_t>(likeliest - p->begin())] + "\"")
          .found("\"" + classes_[hard] + "\"")
          .hint("leave out the column that is not the supervisor's");
    return *p;
  }

 private:
  // From "p", or from a column for each class.
  std::optional<std::vector<double>> given(const Mention& mention) const {
    const Json& fields = mention.row.fields;
    std::vector<double> p;
    if (const auto list = fields.find("p"); list != fields.end()) {
      if (!list->is_array() || list->size() != classes_.size())
        throw wrong(mention, "\"p\" does not fit the classes")
            .expected("one number for each of " + quoted(classes_))
            .found(list->dump());
      for (const auto& value : *list) p.push_back(number(mention, value));
    } else {
      if (!first_missing(mention).empty()) return std::nullopt;
      for (const auto& name : classes_) p.push_back(number(mention, fields.at("p_" + name)));
    }
    return scaled(mention, std::move(p));
  }

  // The first class without a column of its own; empty: there is none.
  std::string first_missing(const Mention& mention) const {
    for (const auto& name : classes_)
      if (!mention.row.fields.contains("p_" + name)) return name;
    return {};
  }

  Error wrong(const Mention& mention, const std::string& what) const {
    return rows_.wrong(mention.row, mention.key, what);
  }

  // The number in a field, which csv gives as text.
  double number(const Mention& mention, const Json& value) const {
    if (value.is_number()) return value.get<double>();
    double result = 0;
    const std::string text = text_of(value);
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (!value.is_string() || problem != std::errc() || stop != text.data() + text.size())
      throw wrong(mention, "not a number").found("\"" + text + "\"");
    return result;
  }

  std::vector<double> scaled(const Mention& mention, std::vector<double> p) const {
    double sum = 0;
    for (const double value : p) {
      if (!(value >= 0) || !std::isfinite(value))
        throw wrong(mention, "a negative or non-finite probability");
      sum += value;
    }
    if (std::abs(sum - 1) > kSumTolerance)
      throw wrong(mention, "the probabilities do not sum to 1")
          .expected("1 within 0.001")
          .found(std::to_string(sum));
    for (double& value : p) value /= sum;
    return p;
  }

  const ExampleRows& rows_;
  const std::vector<std::string>& classes_;
};

}  // namespace

WeakLabels read_label_file(const std::string& path, const std::vector<std::string>& ids,
                           const std::vector<std::string>& classes, const RowPlaces& places) {
  const ExampleRows rows(path, "label", ids, places);
  const LabelReader reader(rows, classes);
  WeakLabels labels;
  labels.ids = ids;
  labels.classes = classes.size();
  labels.p.resize(ids.size() * classes.size());
  labels.abstain.resize(ids.size());
  std::unordered_map<std::string, std::uint64_t> seen;  // line, by name
  std::size_t found = 0;
  rows.each([&](const Mention& mention) {
    const auto [first, fresh] = seen.try_emplace(mention.name, mention.row.line);
    if (!fresh)
      throw rows.wrong(mention.row, mention.key, "a second label")
          .found("the first in line " + std::to_string(first->second));
    const bool abstains = reader.abstains(mention.row);
    const auto p = abstains ? std::vector<double>(classes.size(), 1.0 / static_cast<double>(classes.size()))
                            : reader.probabilities(mention);
    if (!mention.place) return;
    ++found;
    labels.abstain[*mention.place] = abstains;
    std::copy(p.begin(), p.end(),
              labels.p.begin() + static_cast<std::ptrdiff_t>(*mention.place * classes.size()));
  });
  if (found < ids.size()) {
    std::size_t missing = 0;
    while (seen.contains(rows.name(missing))) ++missing;
    throw Error(ErrorKind::invalid_input, std::to_string(ids.size() - found) + " of " +
                                              std::to_string(ids.size()) + " examples have no label, first " +
                                              rows.key(missing))
        .in(path)
        .found(std::to_string(found) + " labels that fit and " + std::to_string(seen.size() - found) +
               " for others")
        .hint(rows.hint());
  }
  labels.provenance = {{"kind", "labels"}, {"unused", seen.size() - found}};
  return labels;
}

}  // namespace qinglan
