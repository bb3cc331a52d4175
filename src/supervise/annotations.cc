#include "supervise/annotations.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/listed.h"

namespace qinglan {
namespace {

constexpr const char* kPrefix = "annotator_";

bool silent(const Json& value) { return value.is_null() || value == ""; }

// The annotators of a table: values of its column "annotator", or columns.
class Layout {
 public:
  Layout(const ExampleRows& rows, const std::string& path, const std::vector<std::string>& only)
      : long_(rows.table().front().fields.contains("annotator")) {
    std::set<std::string> there, columns;
    for (const auto& row : rows.table())
      for (const auto& [column, value] : row.fields.items()) {
        columns.insert(column);
        if (long_ ? column == "annotator" && !silent(value) : column.starts_with(kPrefix))
          there.insert(long_ ? text_of(value) : column);
      }
    if (there.empty() && only.empty())
      throw Error(ErrorKind::invalid_input, "the file names no annotator")
          .in(path)
          .expected("columns \"annotator\" and \"label\", or columns that begin with \"annotator_\"")
          .found("columns " + listed(columns))
          .hint("Name the columns in supervisor.annotators.");
    const std::set<std::string>& known = long_ ? there : columns;
    for (const auto& name : only)
      if (!known.contains(name)) {
        const auto near = nearest_word(name, {known.begin(), known.end()});
        throw Error(ErrorKind::usage, "there is no annotator \"" + name + "\"")
            .in(path)
            .expected(long_ ? "values of the column \"annotator\""
                            : "columns of the file, by their whole names")
            .found(listed(known))
            .hint(known.contains(kPrefix + name) ? "Did you mean \"" + (kPrefix + name) + "\"?"
                  : near                         ? "Did you mean \"" + *near + "\"?"
                                                 : "");
      }
    const std::set<std::string> chosen =
        only.empty() ? there : std::set<std::string>(only.begin(), only.end());
    for (const auto& name : chosen) place_.emplace(name, place_.size());
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, place] : place_) names.push_back(name);
    return names;
  }

  // Calls `use(annotator, label)` for each answer in a row of the file.
  template <typename Use>
  void each(const ExampleRows& rows, const Mention& mention, const Use& use) const {
    const Json& fields = mention.row.fields;
    if (!long_) {
      for (const auto& [name, place] : place_)
        if (const auto cell = fields.find(name); cell != fields.end() && !silent(*cell)) use(place, *cell);
      return;
    }
    for (const char* column : {"annotator", "label"})
      if (!fields.contains(column))
        throw rows.wrong(mention.row, mention.key, std::string("there is no \"") + column + "\"");
    const Json& annotator = fields["annotator"];
    if (silent(annotator)) throw rows.wrong(mention.row, mention.key, "there is no \"annotator\"");
    const auto found = place_.find(text_of(annotator));
    if (found != place_.end() && !silent(fields["label"])) use(found->second, fields["label"]);
  }

 private:
  bool long_;
  std::map<std::string, std::size_t> place_;  // by name: sorted
};

}  // namespace

Annotations read_annotations(const std::string& path, const std::vector<std::string>& ids,
                             const std::vector<std::string>& classes, const RowPlaces& places,
                             const std::vector<std::string>& only) {
  const ExampleRows rows(path, "annotator", ids, places);
  const Layout layout(rows, path, only);
  Annotations all{.ids = ids, .classes = classes.size(), .annotators = layout.names(), .answers = {}};
  all.answers.resize(ids.size());
  std::vector<std::unordered_map<std::string, std::uint64_t>> seen(all.annotators.size());  // line, by name
  std::size_t used = 0;
  rows.each([&](const Mention& mention) {
    layout.each(rows, mention, [&](std::size_t annotator, const Json& value) {
      const auto [first, fresh] = seen[annotator].try_emplace(mention.name, mention.row.line);
      if (!fresh)
        throw rows.wrong(mention.row, mention.key, "a second answer of \"" + all.annotators[annotator] + "\"")
            .found("the first in line " + std::to_string(first->second))
            .hint("An annotator labels an example once.");
      const std::size_t label = rows.class_of(mention, value, classes, "an empty field");
      if (!mention.place) {
        ++all.unused;
        return;
      }
      ++used;
      all.answers[*mention.place].push_back({annotator, label});
    });
  });
  if (used == 0)
    throw Error(ErrorKind::invalid_input, "no annotator says anything of any of the " +
                                              std::to_string(ids.size()) + " " + places.split + " rows")
        .in(path)
        .found(std::to_string(all.unused) + " answers about other examples")
        .hint(rows.hint());
  for (auto& answers : all.answers)
    std::sort(answers.begin(), answers.end(),
              [](const Answer& a, const Answer& b) { return a.annotator < b.annotator; });
  return all;
}

}  // namespace qinglan
