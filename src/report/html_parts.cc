#include "report/html_parts.h"

#include <algorithm>

#include "report/wording.h"

namespace qinglan {

Markup section(const std::string& id, const std::string& title, const Markup& body) {
  return element("section", {{"id", id}, {"aria-labelledby", id + "-title"}},
                 element("h2", {{"id", id + "-title"}}, title) + body);
}

Markup card(const Markup& body, const std::string& style) { return element("div", {{"class", style}}, body); }

Markup paragraph(const std::string& raw, const std::string& style) {
  if (raw.empty()) return {};
  return style.empty() ? element("p", raw) : element("p", {{"class", style}}, raw);
}

Markup details(const std::string& summary, const Markup& body, bool bulk) {
  Attributes attributes;
  if (bulk) attributes.emplace_back("class", "bulk");
  return element("details", attributes, element("summary", summary) + body);
}

Markup badge(Verdict verdict) {
  const VerdictWords words = words_of(verdict);
  return element("span", {{"class", "badge " + std::string(tone_name(words.tone))}},
                 element("span", {{"aria-hidden", "true"}}, words.mark) + element("span", words.label));
}

Markup list_of(const std::vector<std::string>& lines, const std::string& style) {
  if (lines.empty()) return {};
  Markup items;
  for (const auto& line : lines) items += element("li", line);
  return element("ul", {{"class", style}}, items);
}

Markup facts(const std::vector<Fact>& entries) {
  Markup body;
  for (const auto& [term, what, more] : entries)
    body +=
        element("dt", term) + element("dd", words(what) + (more.empty() ? Markup() : element("small", more)));
  return element("dl", {{"class", "facts"}}, body);
}

namespace {

Attributes attributes_of(const TableCell& cell) {
  Attributes attributes;
  std::string style = cell.style;
  if (cell.number) style += style.empty() ? "number" : " number";
  if (!style.empty()) attributes.emplace_back("class", style);
  if (cell.order) attributes.emplace_back("data-v", fixed(*cell.order, 6));
  return attributes;
}

Markup table_row(const std::vector<TableCell>& row, const Attributes& attributes) {
  Markup cells;
  for (std::size_t c = 0; c < row.size(); ++c)
    cells += c == 0 ? element("th", {{"scope", "row"}}, row[c].body)
                    : element("td", attributes_of(row[c]), row[c].body);
  return element("tr", attributes, cells);
}

}  // namespace

Markup table(const std::string& caption, const std::vector<std::string>& heads,
             const std::vector<std::vector<TableCell>>& rows, const TableStyle& style) {
  constexpr std::size_t kTall = 30;  // rows, from which on a table scrolls under its head
  Markup head, body;
  for (const auto& name : heads)
    head += element("th", {{"scope", "col"}}, style.heads_are_names ? text(name) : words(name));
  for (std::size_t r = 0; r < rows.size(); ++r)
    body += table_row(rows[r], r < style.rows.size() ? style.rows[r] : Attributes{});
  const Attributes named = style.name.empty() ? Attributes{} : Attributes{{"class", style.name}};
  return element(
      "div",
      {{"class", rows.size() > kTall ? "scroll tall" : "scroll"},
       {"tabindex", "0"},
       {"role", "region"},
       {"aria-label", caption}},
      element("table", named,
              element("caption", caption) + element("thead", element("tr", head)) + element("tbody", body)));
}

TableCell cell_text(const std::string& raw) { return {words(raw)}; }
TableCell cell_name(const std::string& raw) { return {text(raw)}; }
TableCell cell_code(const std::string& raw) { return {element("code", text(raw))}; }

TableCell cell_estimate(const Estimate& estimate, Unit unit) {
  Markup body = words(value_text(estimate, unit));
  if (!estimate.defined()) return {body + element("small", {{"class", "why"}}, estimate.undefined), true};
  return {body + element("small", text(interval_text(estimate, unit))), true, estimate.value};
}

Markup chart_rows(const Scale& scale, const std::vector<ChartRow>& rows,
                  const std::vector<std::pair<double, std::string>>& ticks) {
  Markup body;
  for (const ChartRow& row : rows) {
    Strip strip = row.strip;
    strip.title = row.what + ": " + estimate_text(row.estimate, row.unit);
    strip.description = row.more;
    if (row.estimate.defined()) {
      strip.value = row.estimate.value;
      strip.low = row.estimate.low;
      strip.high = row.estimate.high;
    }
    const Markup more = row.more.empty() ? Markup() : element("small", row.more);
    const std::string second =
        row.estimate.defined() ? interval_text(row.estimate, row.unit) : row.estimate.undefined;
    Attributes attributes{{"class", "row"}};
    if (row.cell) attributes.push_back(of_cell(*row.cell));
    body +=
        element("div", attributes,
                element("div", {{"class", "what"}}, (row.cell ? text(row.what) : words(row.what)) + more) +
                    strip_svg(scale, strip) +
                    element("div", {{"class", "value"}},
                            words(value_text(row.estimate, row.unit)) + element("small", second)));
  }
  body +=
      element("div", {{"class", "row"}}, element("div", {{"class", "axis-cell"}}, axis_svg(scale, ticks)));
  return element("div", {{"class", "chart"}}, body);
}

Markup score_chart(const std::vector<ChartRow>& rows) {
  std::vector<std::pair<double, std::string>> ticks;
  const bool is_ratio = !rows.empty() && rows[0].unit == Unit::ratio;
  for (const double at : {0.0, 0.25, 0.5, 0.75, 1.0})
    ticks.emplace_back(at, is_ratio ? fixed(at, 2) : fixed(100 * at, 0) + "%");
  return chart_rows({0, 1}, rows, ticks);
}

std::string heat_of(const Estimate& estimate) {
  if (!estimate.defined()) return "heat-none";
  return "heat-" + std::to_string(static_cast<int>(std::clamp(estimate.value, 0.0, 0.99) * 10));
}

std::pair<std::string_view, std::string> of_cell(std::size_t index) {
  return {"data-cell", std::to_string(index)};
}

std::string short_key(const std::string& key) { return key.substr(0, 12); }
std::string cell_anchor(std::size_t index) { return "cell-" + std::to_string(index + 1); }

}  // namespace qinglan
