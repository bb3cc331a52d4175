#include "report/html_maps.h"

#include <algorithm>
#include <map>
#include <set>

#include "report/svg_scatter.h"
#include "report/wording.h"

namespace qinglan {
namespace {

constexpr std::size_t kOpenMaps = 4, kInOnePlace = 4;

Markup scatter(const Page& page) {
  const Unit unit = difference_unit_of(page.record.claim.metric);
  ScatterChart chart{
      .title = "Share of the gap recovered, by the gap",
      .x_name = unit == Unit::points ? "Gap from floor to ceiling, points" : "Gap from floor to ceiling",
      .y_name = "Share of the gap recovered (PGR)",
      .x_factor = unit == Unit::points ? 100.0 : 1.0};
  for (std::size_t i = 0; i < page.labels.size(); ++i) {
    const CellJudgement& judged = page.judgement.cells[i];
    const Estimate gap = measured(judged.gap), pgr = declared_five(judged).pgr;
    if (!gap.defined() || !pgr.defined()) continue;
    const VerdictWords words = words_of(judged.verdict);
    chart.dots.push_back({.cell = i,
                          .style = std::string(tone_name(words.tone)),
                          .mark = words.mark,
                          .name = page.labels[i],
                          .what = estimate_text(pgr) + ", " + estimate_text(gap, unit),
                          .x = gap,
                          .y = pgr});
  }
  if (chart.dots.size() < 2) return {};
  const auto left_out = static_cast<std::int64_t>(page.labels.size() - chart.dots.size());
  return element("h3", "Recovered share against the gap") +
         paragraph(
             "A share of a small gap is uncertain and easily large: believe those far to the right. Signs "
             "are those of the verdicts; each links to its cell.",
             "soft") +
         scatter_chart(chart) +
         paragraph(left_out > 0 ? counted(left_out, "cell") + " without a defined share left out." : "",
                   "soft");
}

struct Layer {  // cells of one method and one way of tuning
  std::string method, tune;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> places;  // supervisor, student
};

// In the order in which the record names them.
template <typename Values>
void add_new(Values& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

std::vector<Layer> layers_of(const Record& record) {
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < record.cells.size(); ++i) {
    const Cell& cell = record.cells[i];
    auto layer = std::find_if(layers.begin(), layers.end(), [&](const Layer& one) {
      return one.method == cell.method && one.tune == cell.student_tune;
    });
    if (layer == layers.end()) layer = layers.insert(layer, {cell.method, cell.student_tune, {}});
    layer->places[{cell.supervisor, cell.student}].push_back(i);
  }
  return layers;
}

Markup place_line(const Page& page, std::size_t i) {
  const CellJudgement& judged = page.judgement.cells[i];
  const Estimate pgr = declared_five(judged).pgr;
  const VerdictWords verdict = words_of(judged.verdict);
  const Markup mark = element("span", {{"class", "mark"}, {"aria-hidden", "true"}}, text(verdict.mark)) +
                      element("span", {{"class", "spoken"}}, verdict.label);
  return element("a", {{"href", "#" + cell_anchor(i)}, of_cell(i)},
                 mark + text(" ") + words(pgr.defined() ? value_text(pgr) : "undefined") +
                     (pgr.defined() ? element("small", text(interval_text(pgr))) : Markup()));
}

TableCell place(const Page& page, const std::vector<std::size_t>& cells) {
  Markup body;
  for (std::size_t k = 0; k < std::min(cells.size(), kInOnePlace); ++k) body += place_line(page, cells[k]);
  if (cells.size() > kInOnePlace)
    body += element("small", "and " + std::to_string(cells.size() - kInOnePlace) + " more");
  const bool one = cells.size() == 1;  // several have no one colour
  return {body, true, {}, one ? heat_of(declared_five(page.judgement.cells[cells[0]]).pgr) : "heat-many"};
}

Markup heat_map(const Page& page, const Layer& layer) {
  std::vector<std::string> supervisors, students;
  for (const auto& cell : page.record.cells)
    if (layer.places.contains({cell.supervisor, cell.student}))
      add_new(supervisors, cell.supervisor), add_new(students, cell.student);
  std::vector<std::vector<TableCell>> rows;
  for (const auto& supervisor : supervisors) {
    rows.push_back({cell_name(supervisor)});
    for (const auto& student : students) {
      const auto it = layer.places.find({supervisor, student});
      rows.back().push_back(it == layer.places.end() ? TableCell{} : place(page, it->second));
    }
  }
  std::vector<std::string> heads = {"↓ / →"};
  heads.insert(heads.end(), students.begin(), students.end());
  return table("Share of the gap recovered by " + layer.method + " (" + tune_words(layer.tune) +
                   "): supervisors down, students across",
               heads, rows, {.name = "heat", .heads_are_names = true});
}

Markup heat_maps(const Page& page) {
  std::set<std::pair<std::string, std::string>> places;
  for (const Cell& cell : page.record.cells) places.emplace(cell.supervisor, cell.student);
  if (places.size() < 2) return {};
  const auto layers = layers_of(page.record);
  Markup open, folded;
  for (std::size_t i = 0; i < layers.size(); ++i)
    (i < kOpenMaps ? open : folded) += heat_map(page, layers[i]);
  return element("h3", "Supervisors and students") +
         paragraph(
             "The deeper the colour, the more of the gap was recovered; signs are those of the verdicts.",
             "soft") +
         open +
         (folded.empty()
              ? folded
              : details("The other " + counted(static_cast<std::int64_t>(layers.size() - kOpenMaps), "map"),
                        folded));
}

}  // namespace

Markup maps(const Page& page) {
  const Markup above = scatter(page), places = heat_maps(page);
  return (above.empty() ? above : card(above)) + (places.empty() ? places : card(places));
}

}  // namespace qinglan
