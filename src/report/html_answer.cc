#include "report/html_answer.h"

#include <algorithm>
#include <map>
#include <set>

#include "report/html_card.h"
#include "report/html_cell.h"
#include "report/html_grid.h"
#include "report/html_maps.h"
#include "report/number.h"
#include "report/wording.h"

namespace qinglan {
namespace {

constexpr std::size_t kRowsOfOpenChart = 24;

Markup headline_card(const Page& page, std::size_t i) {
  const CellJudgement& judged = page.judgement.cells[i];
  const Markup head =
      element("div", {{"class", "card-head"}}, element("h3", text(page.labels[i])) + badge(judged.verdict));
  const Markup link =
      element("p", {{"class", "soft"}},
              element("a", {{"href", "#" + cell_anchor(i)}}, "Why, and all the evidence for this cell"));
  return card(head + paragraph(judged.headline, "headline") + cell_scores(page, i) +
                  verdict_card_lists(judged) + list_of(judged.notes, "notes") + link,
              "card hero");
}

Markup verdict_tiles(const Page& page) {
  std::map<Verdict, std::int64_t> counts;
  for (const auto& cell : page.judgement.cells) ++counts[cell.verdict];
  Markup tiles;
  for (const auto& [verdict, count] : counts)
    tiles += element("div", {{"class", "tile"}},
                     element("dt", badge(verdict)) + element("dd", counted(count, "cell")));
  return element("dl", {{"class", "tiles"}}, tiles);
}

std::vector<ChartRow> recovery_rows(const Page& page) {
  std::vector<ChartRow> rows;
  for (std::size_t i = 0; i < page.labels.size(); ++i) {
    const Five five = declared_five(page.judgement.cells[i]);
    ChartRow row{.what = page.labels[i],
                 .more = words_of(page.judgement.cells[i].verdict).label,
                 .estimate = five.pgr,
                 .cell = i};
    row.strip.style = "strong";
    row.strip.guides = {{0, "floor"}, {0.8, "threshold"}, {1, "ceiling"}};
    rows.push_back(row);
  }
  return rows;
}

Markup recovery_chart(const Page& page) {
  const auto rows = recovery_rows(page);
  Scale scale{-0.25, 1.25};
  for (const ChartRow& row : rows) {
    if (!row.estimate.defined()) continue;
    scale.low = std::max(-1.0, std::min(scale.low, row.estimate.low - 0.05));
    scale.high = std::min(2.0, std::max(scale.high, row.estimate.high + 0.05));
  }
  const std::vector<std::pair<double, std::string>> ticks = {
      {0, "0% (floor)"}, {0.5, "50%"}, {1, "100% (ceiling)"}};
  const auto part = [&](std::size_t from, std::size_t to) {
    return chart_rows(
        scale,
        {rows.begin() + static_cast<std::ptrdiff_t>(from), rows.begin() + static_cast<std::ptrdiff_t>(to)},
        ticks);
  };
  Markup body = element("h3", "Share of the gap recovered (PGR)");
  body += paragraph(
      "How far the student came from its supervisor's score (0%) to the score of the same student "
      "trained on ground truth (100%). The bar is the 95% interval; the dotted line at 80% is what "
      "“recovered” asks of its lower end.",
      "soft");
  body += part(0, std::min(rows.size(), kRowsOfOpenChart));
  if (rows.size() > kRowsOfOpenChart)
    body += details("The other " + counted(static_cast<std::int64_t>(rows.size() - kRowsOfOpenChart), "cell"),
                    part(kRowsOfOpenChart, rows.size()));
  return card(body);
}

std::string shares_text(const std::vector<std::string>& classes, const std::vector<double>& shares) {
  std::string words;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    words += (k ? ", " : "") + classes[k];
    if (k < shares.size()) words += " " + percent(shares[k]);
  }
  return words;
}

// One entry for each different thing that cells name.
void add_distinct(std::vector<Fact>& entries, const std::vector<Cell>& cells, Fact (*fact_of)(const Cell&)) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Cell& cell : cells) {
    Fact fact = fact_of(cell);
    if (!seen.emplace(fact.what, fact.more).second) continue;
    if (seen.size() > 1) fact.term.clear();
    entries.push_back(std::move(fact));
  }
}

Fact supervisor_fact(const Cell& cell) {
  return {"Weak supervisor", cell.supervisor, supervisor_words(cell)};
}
Fact student_fact(const Cell& cell) {
  return {"Strong student", cell.student, tune_words(cell.student_tune)};
}
Fact method_fact(const Cell& cell) {
  const std::string words = method_words(cell.method), params = params_text(cell.params);
  return {"Method", cell.method, words + (words.empty() || params.empty() ? "" : "; ") + params};
}

std::string seeds_line(const std::vector<Cell>& cells) {
  std::set<std::uint64_t> seeds;
  for (const Cell& cell : cells)
    for (const SeedRun& run : cell.seeds) seeds.insert(run.seed);
  std::string line = counted(static_cast<std::int64_t>(seeds.size()), "seed");
  if (!seeds.empty() && seeds.size() <= 12) {
    line += " (";
    for (const auto seed : seeds) line += (seed == *seeds.begin() ? "" : ", ") + std::to_string(seed);
    line += ")";
  }
  return line;
}

Fact data_fact(const DataFacts& data) {
  std::string more;
  for (const auto& [reason, rows] : data.dropped)
    more += grouped_number(rows) + " rows dropped: " + reason + ". ";
  if (data.balanced) more += "Rows of the majority class were dropped for balance. ";
  if (data.overlap > 0)
    more += grouped_number(data.overlap) + " train rows equal a test text" +
            (data.overlap_allowed ? " (allowed by the spec). " : ". ");
  if (data.truncated > 0)
    more += grouped_number(data.truncated) + " rows were longer than the token limit and cut. ";
  if (!data.corpus.empty()) more += "Corpus: " + data.corpus + ".";
  return {"Data",
          data.name + ": " + grouped_number(data.train) +
              " train rows, split by each seed into a half that may teach "
              "the supervisor and a half that it labels for the student; " +
              grouped_number(data.test) + " test rows",
          more};
}

}  // namespace

Markup answer_section(const Page& page) {
  Markup body;
  if (page.folds()) {
    body += verdict_tiles(page);
  } else {
    for (std::size_t i = 0; i < page.labels.size(); ++i) body += headline_card(page, i);
  }
  body += filter_form(page);
  if (const Markup tables = grid_tables(page); !tables.empty())
    body += card(tables) + recovery_chart(page) + maps(page);
  std::vector<std::string> notes = page.judgement.notes;
  notes.insert(notes.end(), page.record.warnings.begin(), page.record.warnings.end());
  if (!notes.empty()) body += card(element("h3", "Mind this") + list_of(notes, "notes"));
  return section("answer", "The answer", body);
}

Markup reading_section(const Page& page) {
  std::set<Verdict> seen;
  for (const auto& cell : page.judgement.cells) seen.insert(cell.verdict);
  Markup body;
  for (const Verdict verdict : seen)
    body += element("p", badge(verdict) + text(" ") + words(words_of(verdict).meaning));
  std::vector<Fact> words = {
      {"Weak floor", "The supervisor's own score on the test rows.", ""},
      {"Strong ceiling", "The same student, trained the same way on the same rows, but on ground truth.", ""},
      {"Weak-to-strong", "The student trained only on the supervisor's labels. It never saw the truth.", ""},
      {"Gain", "Weak-to-strong minus floor, in percentage points.", ""},
      {"Gap recovered (PGR)",
       "Gain divided by ceiling minus floor: the share of what could be won that was won.", ""},
      {"95% interval",
       "Where the true value would plausibly lie if both the seeds and the test rows were drawn "
       "anew. When it is wide, believe its ends before its middle.",
       ""}};
  const Claim& claim = page.record.claim;
  words.push_back({"Declared beforehand",
                   "Judged on " + metric_words(claim.metric) + "; a difference counts from " +
                       fixed(100 * claim.delta, 1) +
                       " points (or a tenth of the gap, if that is more), and a gap "
                       "must exceed " +
                       fixed(100 * claim.gamma, 1) + " points for a share of it to have a meaning.",
                   ""});
  return section("reading", "How to read it", card(body + facts(words)));
}

Markup question_section(const Page& page) {
  const Record& record = page.record;
  std::vector<Fact> entries;
  entries.push_back(
      {"Question",
       "A weak supervisor labels the data, and a strong pretrained student learns from these labels "
       "alone. Does the student surpass its teacher, and how much of the way to its own ceiling does it get?",
       ""});
  entries.push_back(data_fact(record.data));
  entries.push_back(
      {"Classes", shares_text(record.data.classes, record.data.test_share), "shares among the test rows"});
  if (!record.data.train_share.empty())
    entries.push_back({"", shares_text(record.data.classes, record.data.train_share),
                       "shares among the train rows, before balancing"});
  const auto& cells = record.cells;
  add_distinct(entries, cells, supervisor_fact);
  add_distinct(entries, cells, student_fact);
  add_distinct(entries, cells, method_fact);
  entries.push_back({"Seeds", seeds_line(cells), "each draws its own halves, head, order and noise"});
  return section("question", "What was asked", card(facts(entries)));
}

}  // namespace qinglan
