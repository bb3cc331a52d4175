#include "report/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "report/sample_for_test.h"
#include "report/text_plot.h"
#include "report/utf8.h"

namespace qinglan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string report_of(const sample::Run& run, TerminalStyle style = {}) {
  return terminal_report(run.record, run.judgement, style);
}

TEST(Terminal, ShowsScoresVerdictsControlsAndLedger) {
  const std::string report = report_of(sample::small());
  for (const char* part : {"vader-lexicon → smollm2-135m · naive",
                           "63.5%",
                           "[61.1, 65.9]",
                           "+5.5",
                           "[+2.4, +8.6]",
                           "25.7%",
                           "[11.5, 39.9]",
                           "◐ partial",
                           "? underpowered",
                           "At least 11.5%",
                           "n-gram student",
                           "58.3%",
                           "about 9 seeds or 1,600 test rows",
                           "12 rows were cut",
                           "342.0 TFLOP",
                           "3 min 41 s",
                           "31 nodes computed, 2 reused",
                           "runs of this store claimed something",
                           "guessing gives 50.4%",
                           "Against naive",
                           "the supervisor is +17.1",
                           "2 of 3 seeds",
                           "did not hold",
                           "asks for a convex class of students: fails",
                           "a gain of +4.3",
                           "copies it 56.2%",
                           "supervisor +4.1",
                           "2.13, fitted on the truth",
                           "and sends 41.3% to a person",
                           "(504 rows): gain +9.1",
                           "1 slice of 2 with a gain or loss off 0",
                           "-2.2",
                           "0.031",
                           "0.062"})
    EXPECT_THAT(report, HasSubstr(part));
  EXPECT_THAT(report, Not(HasSubstr("\x1b")));
}

TEST(Terminal, ShowsTheVerdictCardOfFewCells) {
  const std::string report = report_of(sample::small());
  for (const char* part : {"how sure", "- 3 seeds x 1,000 test rows", "would overturn it",
                           "- no gain once seeds and test rows are drawn anew", "not tested",
                           "- controls that were not run: random-init"})
    EXPECT_THAT(report, HasSubstr(part));
  sample::Run grid = sample::large(9);
  EXPECT_THAT(report_of(grid), Not(HasSubstr("would overturn it")));
  grid.judgement.cells[4].against_naive.primary = true;
  EXPECT_THAT(report_of(grid), HasSubstr("would overturn it"));
}

TEST(Terminal, ACompatProfileIsNamedWithItsDeviations) {
  sample::Run run = sample::small();
  EXPECT_THAT(report_of(run), Not(HasSubstr("compat")));
  run.record.spec["compat"] = {
      {"name", "openai-6b450f2"}, {"deviations", {"cosine", "no warm-up"}}, {"set_aside", {"no clipping"}}};
  EXPECT_THAT(report_of(run, {.width = 120}),
              HasSubstr("compat openai-6b450f2: cosine, no warm-up; set aside by the spec: no clipping"));
}

TEST(TextPlot, RisesFromNothingToItsHeight) {
  EXPECT_EQ(text_plot({0, 0.25, 0.5, 1}, 0.5, 2), "   0.5   ██\n     0  ███\n");
  EXPECT_EQ(text_plot({0, 0.03125}, 0.5, 2), "   0.5\n     0  ▁\n");
}

TEST(Terminal, FitsItsWidth) {
  for (const int width : {80, 100, 120}) {
    for (const auto& run : {sample::small(), sample::large(18)}) {
      std::istringstream lines(report_of(run, {.width = width}));
      for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
    }
  }
}

TEST(Terminal, ColourOnlyPaints) {
  const sample::Run run = sample::small();
  std::string painted = report_of(run, {.color = true});
  EXPECT_THAT(painted, HasSubstr("\x1b["));
  for (std::size_t at; (at = painted.find('\x1b')) != std::string::npos;)
    painted.erase(at, painted.find('m', at) - at + 1);
  EXPECT_EQ(painted, report_of(run));
}

TEST(Terminal, NamesCannotDriveTheTerminal) {
  sample::Run run = sample::small();
  run.record.name = "a\x1b[2Jb";
  run.record.cells[0].supervisor = "c\x1b]0;d\a\r\n";
  run.judgement.cells[0].headline = "e\x1b[31m";
  run.record.warnings = {
      "\xc2\x9b"
      "31m"};
  const std::string report = report_of(run);
  EXPECT_THAT(report, Not(HasSubstr("\x1b")));
  EXPECT_THAT(report, Not(HasSubstr("\xc2\x9b")));
  EXPECT_THAT(report, Not(HasSubstr("\a")));
  EXPECT_THAT(report, HasSubstr("a\xef\xbf\xbd[2Jb"));
}

TEST(Terminal, UndefinedIsShownWithItsReason) {
  const std::string report = report_of(sample::large(9));
  EXPECT_THAT(report, HasSubstr("PGR undefined: no ceiling"));
  EXPECT_THAT(report, HasSubstr("zero-shot undefined: the spec names no label words"));
  EXPECT_THAT(report, HasSubstr("failed: diverged at step 31"));
}

TEST(Terminal, ProbesAndFineTunedStandApart) {
  const std::string report = report_of(sample::large(4));
  EXPECT_LT(report.find("Students read by a linear probe"), report.find("Fine-tuned students"));
  EXPECT_THAT(report_of(sample::small()), Not(HasSubstr("Fine-tuned")));
}

TEST(Terminal, LedgerCanBeLeftOut) {
  EXPECT_THAT(report_of(sample::small(), {.ledger = false}), Not(HasSubstr("Ledger")));
}

TEST(Terminal, ChainsAreShownLinkByLink) {
  EXPECT_THAT(report_of(sample::small()), Not(HasSubstr("link by link")));
  const std::string report = report_of(sample::chained());
  for (const char* part : {"Chains, link by link", "vader-lexicon → minilm-l6 → smollm2-135m · naive",
                           "minilm-l6", "66.1%", "[63.2, 69.0]", "+2.6", "over its teacher"})
    EXPECT_THAT(report, HasSubstr(part));
}

TEST(Terminal, CellsOfOneNameAreToldApart) {
  sample::Run run = sample::small();
  run.record.cells[1].method = "naive";
  EXPECT_THAT(report_of(run), HasSubstr("naive (vader-lexicon/smollm2-135m/logconf)"));
}

}  // namespace
}  // namespace qinglan
