#include "report/html_agreement.h"

#include <algorithm>
#include <map>

#include "report/utf8.h"
#include "report/wording.h"

namespace qinglan {
namespace {

constexpr std::size_t kDrawnClasses = 8, kListedPairs = 12, kShownText = 400;  // code points

Markup shares(const std::vector<Agreement>& pairs) {
  if (pairs.empty()) return {};
  std::vector<std::string> who = {pairs.front().first};
  std::map<std::pair<std::string, std::string>, Estimate> same;
  for (const Agreement& pair : pairs) {
    if (pair.first == who.front()) who.push_back(pair.second);
    same[{pair.first, pair.second}] = same[{pair.second, pair.first}] = measured(pair.same);
  }
  std::vector<std::vector<TableCell>> rows;
  std::vector<std::string> heads = {"Answers like"};
  for (const auto& one : who) {
    heads.push_back(kind_words(one));
    rows.push_back({cell_text(kind_words(one))});
    for (const auto& other : who) {
      if (one == other) {
        rows.back().push_back(cell_text("—"));
        continue;
      }
      rows.back().push_back(cell_estimate(same.at({one, other})));
      rows.back().back().style = heat_of(same.at({one, other}));
    }
  }
  return table("Share of test rows on which two give the same answer", heads, rows, {.name = "heat"});
}

TableCell class_name(const DataFacts& data, std::int32_t label) {
  return label < 0 ? cell_text("nothing said") : cell_name(data.classes[static_cast<std::size_t>(label)]);
}

TableCell pair_cell(const AnswerPair& pair, double all) {
  Markup body = text(grouped_number(pair.answers));
  body += pair.supervisor == pair.student
              ? element("small", "both right: " + grouped_number(pair.student_right))
              : element("small", "supervisor right: " + grouped_number(pair.supervisor_right)) +
                    element("small", "student right: " + grouped_number(pair.student_right));
  const double share = static_cast<double>(pair.answers) / all;
  return {body, true, {}, heat_of({.value = share})};
}

Markup matrix(const DataFacts& data, const std::vector<AnswerPair>& pairs, const std::string& caption,
              double all) {
  std::vector<std::vector<TableCell>> rows;
  std::vector<std::string> heads = {"↓ / →"};
  heads.insert(heads.end(), data.classes.begin(), data.classes.end());
  for (std::int32_t weak = -1; weak < std::ssize(data.classes); ++weak) {
    std::vector<TableCell> row = {class_name(data, weak)};
    bool any = weak >= 0;
    for (std::int32_t student = 0; student < std::ssize(data.classes); ++student) {
      const auto it = std::find_if(pairs.begin(), pairs.end(), [&](const AnswerPair& pair) {
        return pair.supervisor == weak && pair.student == student;
      });
      any = any || it != pairs.end();
      row.push_back(it == pairs.end() ? cell_text("0") : pair_cell(*it, all));
    }
    if (any) rows.push_back(row);
  }
  return table(caption + ": the supervisor's down, the student's across", heads, rows,
               {.name = "heat", .heads_are_names = true});
}

Markup frequent_pairs(const DataFacts& data, const std::vector<AnswerPair>& pairs,
                      const std::string& caption) {
  std::vector<std::vector<TableCell>> rows;
  for (const AnswerPair& pair : pairs) {
    if (pair.supervisor == pair.student || rows.size() == kListedPairs) continue;
    rows.push_back({class_name(data, pair.supervisor), class_name(data, pair.student),
                    cell_text(grouped_number(pair.answers)), cell_text(grouped_number(pair.supervisor_right)),
                    cell_text(grouped_number(pair.student_right))});
  }
  if (rows.empty()) return {};
  return table(caption + ": the most frequent that differ",
               {"Supervisor", "Student", "Answers", "Supervisor right", "Student right"}, rows);
}

Markup answers(const Page& page, const std::vector<AnswerPair>& pairs) {
  std::int64_t all = 0;
  for (const AnswerPair& pair : pairs) all += pair.answers;
  if (all == 0) return {};
  const DataFacts& data = page.record.data;
  const std::string caption = counted(all, "answer") + " of all seeds on the test rows";
  return data.classes.size() <= kDrawnClasses ? matrix(data, pairs, caption, static_cast<double>(all))
                                              : frequent_pairs(data, pairs, caption);
}

// The row's text as far as it is known; a long one is cut, and says so.
Markup row_text(const Page& page, const std::string& id) {
  const auto it = page.options.texts.find(id);
  const Markup name = element("small", {{"class", "id"}}, text(id));
  if (it == page.options.texts.end()) return name;
  std::size_t at = 0, shown = 0;
  while (at < it->second.size() && shown < kShownText) next_code_point(it->second, at), ++shown;
  Markup body = element("bdi", {{"class", "row-text"}}, text(it->second.substr(0, at)));
  if (at < it->second.size())
    body += element("small", "… cut here; it has " + counted(std::ssize(it->second), "byte"));
  return body + name;
}

Markup examples(const Page& page, const Cell& cell, const std::string& caption,
                const std::vector<Disagreement>& found) {
  std::vector<std::vector<TableCell>> rows;
  for (const Disagreement& one : found)
    rows.push_back({{row_text(page, page.record.items[one.item])},
                    class_name(page.record.data, page.record.truth[one.item]),
                    class_name(page.record.data, one.supervisor),
                    {class_name(page.record.data, one.student).body +
                     element("small", percent(one.student_probability) + " sure")},
                    cell_text(std::to_string(one.seeds) + " of " + std::to_string(cell.seeds.size()))});
  if (rows.empty()) return {};
  return table(caption, {"Test row", "Truth", "Supervisor", "Student", "Seeds that differ"}, rows,
               {.name = "examples"});
}

}  // namespace

Markup agreement_tables(const Page& page, std::size_t index) {
  if (index >= page.options.pictures.size()) return {};
  const CellPicture& picture = page.options.pictures[index];
  const Markup body = shares(picture.agreements) + answers(page, picture.answers);
  return body.empty() ? body : element("h4", "Who answers as whom") + body;
}

Markup example_tables(const Page& page, std::size_t index) {
  if (index >= page.options.pictures.size()) return {};
  const Disagreements& found = page.options.pictures[index].disagreements;
  const Cell& cell = page.record.cells[index];
  const Markup body =
      examples(page, cell, "The student is right, its supervisor wrong", found.student_right) +
      examples(page, cell, "The supervisor is right, its student wrong", found.supervisor_right) +
      examples(page, cell, "Both are wrong, in different ways", found.neither);
  if (body.empty()) return {};
  return element("h4", "Rows on which they differ") +
         details(
             "Examples: those that differ in most seeds, the student's surest first",
             body +
                 paragraph(page.options.texts.empty()
                               ? "Only the rows' ids are known here: their texts lie in the store of the run."
                               : "",
                           "soft"));
}

}  // namespace qinglan
