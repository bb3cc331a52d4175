// The control plane: how long `qinglan --version` takes, and the intervals and verdicts of a large record
// with the bootstrap that checks them. Sections: version, verdicts.

#include "audit/audit_fixture.h"
#include "audit/cell_scores.h"
#include "audit/judgement.h"
#include "bench/support.h"
#include "metrics/bootstrap.h"

using namespace qinglan;

namespace {

constexpr std::size_t kCells = 1000, kSeeds = 5, kItems = 2000;
constexpr std::int64_t kReplicates = 10000;

void version(bench::Report& report) {
  std::vector<double> milliseconds;
  for (int i = 0; i < 21; ++i)
    milliseconds.push_back(
        1000 * bench::run_program({bench::program_path("qinglan"), "--version"})["seconds"].get<double>());
  report.add(bench::against_limit("qinglan --version", bench::median(milliseconds), 30, 15, "ms",
                                  "against the limit; process start to end"));
}

// Cells that share supervisor and ceiling and have students of their own.
Record large_record() {
  RecordMaker maker({.seeds = kSeeds, .items = kItems, .stream = 7});
  const Cell first = maker.cell();
  std::vector<Cell> cells{first};
  while (cells.size() < kCells) {
    Cell cell = first;
    cell.id = "cell" + std::to_string(cells.size());
    for (std::size_t s = 0; s < kSeeds; ++s)
      cell.seeds[s].weak_to_strong = maker.add("student" + std::to_string(cells.size()) + "-", s, 0.74);
    cells.push_back(std::move(cell));
  }
  Record record = std::move(maker.record());
  record.cells = std::move(cells);
  return record;
}

void verdicts(bench::Report& report) {
  const Record record = large_record();
  std::vector<double> seconds, judging, auditing;
  for (int round = 0; round < 3; ++round) {
    const double begin = bench::now();
    const Judgement judgement = judge(record, Depth::verdict);
    judging.push_back(bench::now() - begin);
    SeriesScores scores(record);
    std::vector<SeedMatrix> gains;
    for (const Cell& cell : record.cells)
      gains.push_back(cell_scores(scores, cell, record.claim.metric).gain().matrix);
    const auto checks = bootstrap_intervals(gains, kReplicates, 1);
    seconds.push_back(bench::now() - begin);
    const double audits = bench::now();
    judge(record, Depth::whole);
    auditing.push_back(bench::now() - audits);
    if (judgement.cells.size() != kCells || checks.size() != kCells)
      throw std::runtime_error("cells are missing");
  }
  char note[128];
  std::snprintf(note, sizeof note,
                "against the limit; %.2f s of it are the verdicts; with every audit they take %.1f s",
                bench::median(judging), bench::median(auditing));
  report.add(bench::against_limit("verdicts of 1,000 cells x 5 seeds x 2,000 items + bootstrap",
                                  bench::median(seconds), 10, 2, "s", note));
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [](bench::Report& report) {
    if (report.wants("version")) version(report);
    if (report.wants("verdicts")) verdicts(report);
  });
}
