#include "report/html.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "base/base64.h"
#include "base/hash.h"
#include "base/json.h"
#include "report/sample_for_test.h"

namespace qinglan {
namespace {

// Short words on failure: a page is too long to print.
::testing::AssertionResult has(const std::string& html, const std::string& part) {
  if (html.find(part) != std::string::npos)
    return ::testing::AssertionSuccess() << "the page holds: " << part;
  return ::testing::AssertionFailure() << "the page lacks: " << part;
}

// Every tag closed in order, every attribute quoted, no bare '<' or '&': the first fault, or "".
std::string first_fault(const std::string& html) {
  std::vector<std::string> open;
  std::size_t at = html.find('>') + 1;  // past the doctype
  while (at < html.size()) {
    const std::size_t next = html.find_first_of("<&", at);
    if (next == std::string::npos) break;
    if (html[next] == '&') {
      const std::size_t end = html.find(';', next);
      static const std::set<std::string> entities = {"&amp", "&lt", "&gt", "&quot", "&#39"};
      if (end == std::string::npos || !entities.contains(html.substr(next, end - next)))
        return "bare & at " + html.substr(next, 30);
      at = end + 1;
      continue;
    }
    const std::size_t end = html.find('>', next);
    if (end == std::string::npos) return "tag is cut";
    const std::string tag = html.substr(next + 1, end - next - 1);
    if (tag.find('<') != std::string::npos) return "bare < at " + html.substr(next, 30);
    if (std::count(tag.begin(), tag.end(), '"') % 2) return "odd quotes in <" + tag + ">";
    at = end + 1;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1))
        return "</" + tag.substr(1) + "> closes " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find(' ')));
      if (open.back() == "style") at = html.find("</style>", at);
      if (open.back() == "script") at = html.find("</script>", at);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

std::string html_of(const sample::Run& run, bool ledger = true) {
  return html_report(run.record, run.judgement, {.ledger = ledger});
}

// With everything drawn, the texts of the rows among it.
std::string drawn(sample::Run run, const std::string& text, Language language = Language::english) {
  const auto pictures = sample::pictures(run);
  return html_report(run.record, run.judgement,
                     {.language = language, .pictures = pictures, .texts = {{"row-a", text}}});
}

std::size_t count(const std::string& html, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = html.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

std::vector<std::string> attribute_values(const std::string& html, const std::string& name) {
  std::vector<std::string> values;
  for (std::size_t at = 0; (at = html.find(" " + name + "=\"", at)) != std::string::npos;) {
    at += name.size() + 3;
    values.push_back(html.substr(at, html.find('"', at) - at));
  }
  return values;
}

TEST(FirstFault, FindsFaults) {
  EXPECT_EQ(first_fault("<!doctype html><p>a &lt; <br/></p>"), "");
  EXPECT_NE(first_fault("<!doctype html><p><b></p></b>"), "");
  EXPECT_NE(first_fault("<!doctype html><p>a & b</p>"), "");
  EXPECT_NE(first_fault("<!doctype html><p>"), "");
  EXPECT_NE(first_fault("<!doctype html><p title=\"a>b</p>"), "");
}

TEST(Html, IsWellFormed) {
  EXPECT_EQ(first_fault(html_of(sample::small())), "");
  EXPECT_EQ(first_fault(html_of(sample::large(40), false)), "");
  EXPECT_EQ(first_fault(html_of(sample::skeleton())), "");
}

TEST(Html, SameRecordSameBytes) { EXPECT_TRUE(html_of(sample::small()) == html_of(sample::small())); }

TEST(Html, LoadsNothing) {
  const std::string html = html_of(sample::large(20));
  EXPECT_TRUE(has(html,
                  "content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src "
                  "&#39;sha256-"));
  for (const char* forbidden : {"http:", "https:", "url(", "@import", "@font-face", "<link", "<img",
                                "<iframe", "<object", "javascript:", "fetch(", "eval("})
    EXPECT_FALSE(has(html, forbidden));
  EXPECT_EQ(count(html, "<script"), 1u);
  for (const char* name : {"src", "xlink:href", "onload", "action"})
    EXPECT_TRUE(attribute_values(html, name).empty()) << name;
  for (const auto& target : attribute_values(html, "href")) EXPECT_EQ(target[0], '#') << target;
}

TEST(Html, ItsPolicyNamesItsScript) {
  const std::string html = html_of(sample::small());
  const std::size_t begin = html.find("<script>") + 8, end = html.find("</script>");
  ASSERT_LT(begin, end);
  const std::string hex = sha256_hex(html.substr(begin, end - begin));
  std::string digest;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    digest += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  EXPECT_TRUE(has(html, "script-src &#39;sha256-" + base64_encode(digest) + "&#39;"));
}

// Script finds what it works on, and nothing but its own form waits for it.
TEST(Html, IsWholeWithoutScript) {
  const sample::Run run = sample::large(40);
  const std::string html = drawn(run, "a text");
  EXPECT_EQ(count(html, " hidden=\"\""), 1u);
  EXPECT_TRUE(has(html, "<form id=\"filter\" class=\"filter\" hidden=\"\""));
  EXPECT_EQ(count(html, "<tr data-cell="), 40u);
  EXPECT_EQ(count(html, "<details class=\"cell\" id=\"cell-"), 40u);
  for (const char* part :
       {"data-supervisor=\"weak-1\"", "data-student=\"student-4\"", "data-verdict=\"no-gain\"",
        "class=\"grid sortable\"", "<option value=\"weak-0\">weak-0</option>",
        "<label for=\"filter-verdict\">Verdict</label>", "data-v=\"0.635200\""})
    EXPECT_TRUE(has(html, part)) << part;
}

TEST(Html, OneCellHasNothingToFilterOrCompare) {
  sample::Run run = sample::small();
  run.record.cells.resize(1);
  run.judgement.cells.resize(1);
  const std::string html = drawn(run, "a text");
  EXPECT_EQ(first_fault(html), "");
  for (const char* part : {"<form", "grid sortable\"", "<svg class=\"scatter", "Supervisors and students"})
    EXPECT_FALSE(has(html, part)) << part;
}

TEST(Html, GridsAreSeenFromAbove) {
  const sample::Run run = sample::large(40);
  const std::string html = html_of(run);
  std::size_t defined = 0;
  for (const CellJudgement& cell : run.judgement.cells)
    defined += !cell.fives.empty() && cell.fives.at("accuracy").pgr.defined();
  EXPECT_EQ(count(html, "class=\"spot\""), defined);
  EXPECT_TRUE(has(html, std::to_string(40 - defined) + " cells without a defined share left out."));
  for (int method = 0; method < 4; ++method)
    EXPECT_TRUE(has(html, "Share of the gap recovered by method-" + std::to_string(method)));
  EXPECT_TRUE(has(html, "<td class=\"heat-3 number\">"));
}

TEST(Html, CalibrationAndAgreementAreDrawnWithTheirNumbers) {
  const std::string html = drawn(sample::small(), "a text");
  EXPECT_EQ(first_fault(html), "");
  for (const char* part :
       {"Accuracy by stated probability", "Answers in bins of stated probability", "92.0%", "[92.0, 98.0]",
        "Share of test rows on which two give the same answer", "[71.6, 76.6]", "3,000 answers of all seeds",
        "supervisor right: 170", "student right: 282", "The student is right, its supervisor wrong",
        "91.2% sure", "3 of 3"})
    EXPECT_TRUE(has(html, part)) << part;
}

TEST(Html, RowsOfAnyTextAreShownSafely) {
  const std::string bidi = "\xe2\x80\xae", hebrew = "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d";
  const std::string html =
      drawn(sample::small(), "<script>alert(1)</script>\x01\x02" + bidi + hebrew + std::string(100'000, 'x'));
  EXPECT_EQ(first_fault(html), "");
  EXPECT_EQ(count(html, "<script"), 1u);
  EXPECT_TRUE(has(html,
                  "<bdi class=\"row-text\">&lt;script&gt;alert(1)&lt;/script&gt;\xef\xbf\xbd\xef\xbf\xbd"
                  "\xef\xbf\xbd" +
                      hebrew));
  EXPECT_FALSE(has(html, std::string(401, 'x')));
  EXPECT_TRUE(has(html, "cut here; it has 100,038 bytes"));
  EXPECT_TRUE(has(html, "<small class=\"id\">row-b</small>"));
}

// Text between tags, script and style left out.
std::vector<std::string> texts_of(const std::string& html) {
  std::vector<std::string> texts;
  const std::size_t end = html.find("<script>");
  for (std::size_t at = html.find("<body"); at < end;) {
    const std::size_t open = html.find('<', at), close = html.find('>', open);
    if (open > at) texts.push_back(html.substr(at, open - at));
    at = close + 1;
  }
  return texts;
}

// Sentences that the sample's judgement and record made up; the audit never says them.
bool invented(const sample::Run& run, const std::string& said) {
  std::string all;
  for (const auto& line : run.record.warnings) all += line + "\n";
  for (const CellJudgement& cell : run.judgement.cells) {
    all += cell.headline + "\n" + cell.reason + "\n";
    for (const auto& line : cell.notes) all += line + "\n";
  }
  return all.find(said) != std::string::npos;
}

// Everything the page says but names, numbers and code stands in Chinese.
TEST(Html, SpeaksChinese) {
  for (sample::Run run : {sample::small(), sample::chained(), sample::large(20)}) {
    run.record.spec = run.record.profile = Json::object();
    const std::string html = drawn(run, "ENGLISH ROW", Language::chinese);
    EXPECT_EQ(first_fault(html), "");
    EXPECT_TRUE(has(html, "<html lang=\"zh-Hans\">"));
    EXPECT_TRUE(has(html, "ENGLISH ROW"));
    for (const std::string& said : texts_of(html)) {
      EXPECT_EQ(said.find_first_of("\x01\x02"), std::string::npos);
      const bool chinese = std::any_of(said.begin(), said.end(), [](char c) { return (c & 0xf0) == 0xe0; });
      const auto spaces = std::count(said.begin(), said.end(), ' ');
      const bool code = said.find_first_of("0123456789") != std::string::npos && spaces < 6;
      EXPECT_TRUE(chinese || spaces < 2 || code || said.find(" = ") != std::string::npos ||
                  invented(run, said))
          << said;
    }
  }
}

TEST(Html, MethodsStandAgainstNaive) {
  const std::string html = html_of(sample::small());
  for (const char* part : {"Methods against naive", "0.062", "all 2 comparisons"})
    EXPECT_TRUE(has(html, part)) << part;
  sample::Run run = sample::small();
  for (CellJudgement& cell : run.judgement.cells) cell.against_naive = {};
  EXPECT_FALSE(has(html_of(run), "Methods against naive"));
}

TEST(Html, ChainsAreShownLinkByLink) {
  EXPECT_FALSE(has(html_of(sample::small()), "Link by link"));
  const std::string html = html_of(sample::chained());
  EXPECT_EQ(first_fault(html), "");
  for (const char* part : {"Link by link", "Link 1", "minilm-l6", "66.1%", "22,565,376", "Over its teacher"})
    EXPECT_TRUE(has(html, part)) << part;
}

TEST(Html, LinksAndIdsFit) {
  for (const auto& run : {sample::small(), sample::large(20)}) {
    const std::string html = html_of(run);
    const auto ids = attribute_values(html, "id");
    const std::set<std::string> distinct(ids.begin(), ids.end());
    EXPECT_EQ(distinct.size(), ids.size());
    for (const auto& target : attribute_values(html, "href"))
      EXPECT_TRUE(distinct.contains(target.substr(1))) << target;
    for (const auto& target : attribute_values(html, "aria-labelledby"))
      EXPECT_TRUE(distinct.contains(target)) << target;
  }
}

// Puts `poison` before every string of a record and its judgement, keys of maps included.
void poison_json(Json& json, const std::string& poison) {
  if (json.is_string()) json = poison + json.get<std::string>();
  if (json.is_array())
    for (Json& item : json) poison_json(item, poison);
  if (json.is_object()) {
    Json poisoned = Json::object();
    for (auto& [key, value] : json.items()) {
      poison_json(value, poison);
      poisoned[poison + key] = value;
    }
    json = poisoned;
  }
}

sample::Run poisoned(sample::Run run, const std::string& poison) {
  Record& record = run.record;
  const auto add = [&](std::string& word) { word = poison + word; };
  const auto rename = [&](auto& map) {
    std::remove_reference_t<decltype(map)> renamed;
    for (auto& [key, value] : map) renamed[poison + key] = value;
    map = renamed;
  };
  for (std::string* word : {&record.name, &record.run, &record.engine_version, &record.claim.digest,
                            &record.data.name, &record.data.key, &record.data.corpus})
    add(*word);
  for (auto& name : record.data.classes) add(name);
  for (auto& warning : record.warnings) add(warning);
  for (auto& note : run.judgement.notes) add(note);
  rename(record.data.dropped);
  poison_json(record.spec, poison);
  poison_json(record.profile, poison);
  for (auto& [key, series] : record.series) {
    add(series.node);
    add(series.why);
    series.certificate = {{"inputs", {{poison, poison}}},
                          {"ground_truth", {{{"rows", 3}, {"purpose", poison}}}}};
  }
  for (auto& cell : record.cells) {
    for (std::string* word : {&cell.id, &cell.supervisor, &cell.student, &cell.method, &cell.supervisor_kind,
                              &cell.student_tune, &cell.error})
      add(*word);
    poison_json(cell.params, poison);
    rename(cell.controls);
  }
  for (auto& judged : run.judgement.cells) {
    for (std::string* word : {&judged.reason, &judged.headline}) add(*word);
    for (auto& note : judged.notes) add(note);
    rename(judged.controls);
    for (auto& [name, five] : judged.fives)
      if (!five.pgr.defined()) add(five.pgr.undefined);
    for (SliceReading& slice : judged.slices) add(slice.by), add(slice.value);
    for (auto& asked : judged.forecast.preconditions) add(asked);
    rename(judged.use.accuracy_at);
    add(judged.forecast.unsealed);
  }
  for (auto& node : record.ledger.nodes) add(node.key), add(node.kind);
  return run;
}

TEST(Html, EscapesEveryStringOfTheUser) {
  for (const auto& run : {sample::small(), sample::large(18)}) {
    const std::string html = html_of(poisoned(run, "<script>alert(\"1\")</script>&'"));
    EXPECT_EQ(first_fault(html), "");
    EXPECT_EQ(count(html, "<script"), 1u);
    EXPECT_TRUE(has(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;" + run.record.name));
  }
}

TEST(Html, ControlCharactersAndBrokenUtf8AreReplaced) {
  sample::Run run = sample::small();
  run.record.name = std::string("a\x1b[31m\xff\xe2\x80\xae") + "z";
  EXPECT_TRUE(has(html_of(run), "a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbdz"));
}

TEST(Html, EveryNumberStandsInTheText) {
  const sample::Run run = sample::small();
  const std::string html = html_of(run);
  for (const char* number :
       {"63.5%",        "[61.1, 65.9]", "69.0%", "85.0%",       "+5.5",       "[+2.4, +8.6]", "25.7%",
        "[11.5, 39.9]", "50.4%",        "+21.4", "0.764",       "+0.093",     "58.3%",        "74.1%",
        "56.2%",        "43.8%",        "17.1%", "342.0 TFLOP", "3 min 41 s", "1.2 GiB"})
    EXPECT_TRUE(has(html, number));
  EXPECT_TRUE(has(html, "about 9 seeds or 1,600 test rows would decide"));
  EXPECT_TRUE(has(html, run.record.run));
  EXPECT_TRUE(has(html, run.judgement.cells[0].headline));
}

TEST(Html, EveryCellHasItsVerdictCard) {
  const auto cards = [](const sample::Run& run) { return count(html_of(run), "What would overturn it"); };
  EXPECT_EQ(cards(sample::small()), 2u);
  EXPECT_EQ(cards(sample::large(8)), 8u);
  const std::string chinese =
      html_report(sample::small().record, sample::small().judgement, {.language = Language::chinese});
  for (const char* part : {"有多确定", "3 个种子 × 1,000 条测试行；每个区间都是 95%，同时覆盖两者",
                           "什么会推翻它", "其下端为 +2.4 个百分点", "没有运行的对照：random-init"})
    EXPECT_TRUE(has(chinese, part));
}

TEST(Html, UndefinedIsShownWithItsReason) {
  const std::string html = html_of(sample::large(18));
  EXPECT_TRUE(has(html, "undefined<small class=\"why\">no ceiling</small>"));
  EXPECT_TRUE(has(html, "Share of the gap recovered</dt><dd>undefined<small>the ceiling is not a ceiling"));
  EXPECT_TRUE(has(html, "the spec names no label words"));
  EXPECT_TRUE(has(html, "Failed: diverged at step 31"));
}

TEST(Html, WhatWasNeverMeasuredIsNotZero) {
  sample::Run run = sample::small();
  run.judgement.cells[0].items = {};
  run.judgement.cells[0].supervisor_shift = {};
  run.judgement.cells[0].fives["accuracy"].pgr = {};
  const std::string html = html_of(run);
  EXPECT_TRUE(has(html, "undefined: not measured"));
  EXPECT_FALSE(has(html, ">0.0%"));
}

TEST(Html, LedgerCanBeLeftOut) {
  const sample::Run run = sample::small();
  const std::string html = html_of(run, false);
  EXPECT_FALSE(has(html, "What it cost"));
  EXPECT_FALSE(has(html, "3 min 41 s"));
  sample::Run slower = run;
  slower.record.ledger.seconds = 9999;
  EXPECT_TRUE(html_of(slower, false) == html);
}

TEST(Html, ManyCellsAreFolded) {
  const std::string html = html_of(sample::large(200));
  EXPECT_EQ(first_fault(html), "");
  EXPECT_TRUE(has(html, "id=\"cell-200\""));
  EXPECT_TRUE(has(html, "The other 176 cells"));
  EXPECT_LT(html.size(), 20u << 20);
}

// For people who work on the page: QINGLAN_SAMPLE_DIR=/tmp/x report_test writes the samples there.
TEST(Html, WritesSamplesWhereAskedTo) {
  const char* folder = std::getenv("QINGLAN_SAMPLE_DIR");
  if (!folder) GTEST_SKIP() << "QINGLAN_SAMPLE_DIR is not set";
  for (const int cells : {1, 2, 400})
    for (const Language language : {Language::english, Language::chinese}) {
      sample::Run run = cells > 2 ? sample::large(cells) : sample::small();
      if (cells == 1) run.record.cells.resize(1), run.judgement.cells.resize(1);
      std::ofstream file(std::string(folder) + "/sample-" + std::to_string(cells) + "-" +
                             std::string(html_code(language)) + ".html",
                         std::ios::binary);
      file << drawn(
          run, "<b>A film of &amp; about \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d.</b>\n" + std::string(900, 'y'),
          language);
      EXPECT_TRUE(file.good());
    }
}

}  // namespace
}  // namespace qinglan
