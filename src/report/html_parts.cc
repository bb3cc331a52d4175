#include "report/html_parts.h"

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
        element("dt", term) + element("dd", text(what) + (more.empty() ? Markup() : element("small", more)));
  return element("dl", {{"class", "facts"}}, body);
}

Markup table(const std::string& caption, const std::vector<std::string>& heads,
             const std::vector<std::vector<TableCell>>& rows) {
  Markup head, body;
  for (const auto& name : heads) head += element("th", {{"scope", "col"}}, name);
  for (const auto& row : rows) {
    Markup cells;
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c == 0) {
        cells += element("th", {{"scope", "row"}}, row[c].body);
      } else {
        cells += element("td", row[c].number ? Attributes{{"class", "number"}} : Attributes{}, row[c].body);
      }
    }
    body += element("tr", cells);
  }
  return element("div", {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", caption}},
                 element("table", element("caption", caption) + element("thead", element("tr", head)) +
                                      element("tbody", body)));
}

TableCell cell_text(const std::string& raw) { return {text(raw)}; }
TableCell cell_code(const std::string& raw) { return {element("code", raw)}; }

TableCell cell_estimate(const Estimate& estimate, Unit unit) {
  Markup body = text(value_text(estimate, unit));
  if (estimate.defined()) {
    body += element("small", interval_text(estimate, unit));
  } else {
    body += element("small", {{"class", "why"}}, estimate.undefined);
  }
  return {body, true};
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
    body += element("div", {{"class", "row"}},
                    element("div", {{"class", "what"}}, text(row.what) + more) + strip_svg(scale, strip) +
                        element("div", {{"class", "value"}},
                                text(value_text(row.estimate, row.unit)) + element("small", second)));
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

std::string short_key(const std::string& key) { return key.substr(0, 12); }
std::string cell_anchor(std::size_t index) { return "cell-" + std::to_string(index + 1); }

}  // namespace qinglan
