#pragma once
// For tests: what must hold for each hostile file. It is refused with an Error that names the file and says
// what is wrong, and the memory it takes follows from its size, never from what it claims. To be included in
// one source of a test program (see allocation_peak.h).

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "io/allocation_peak.h"
#include "io/hostile_table.h"
#include "io/test_support.h"
#include "io/utf8.h"

namespace qinglan {

inline constexpr std::size_t kHostileMemory = 64 << 20;  // over the file's own size

struct HostileTally {
  std::size_t cases = 0, most_memory = 0;
  double slowest_ms = 0;

  // As properties of the running test: times are told, not judged.
  void record() const {
    testing::Test::RecordProperty("cases", static_cast<int>(cases));
    testing::Test::RecordProperty("most_memory_bytes", static_cast<int>(most_memory));
    testing::Test::RecordProperty("slowest_microseconds", static_cast<int>(slowest_ms * 1000));
  }
};

inline void expect_refused(const HostileTable& table, const HostileCase& hostile, HostileTally& tally) {
  SCOPED_TRACE(hostile.what.substr(0, 200));
  const auto start = std::chrono::steady_clock::now();
  const AllocationPeak peak;
  std::optional<Error> error = error_of([&] { table.read(hostile.bytes, table.file); });
  const std::size_t memory = peak.bytes();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  ++tally.cases;
  tally.most_memory = std::max(tally.most_memory, memory);
  tally.slowest_ms = std::max(tally.slowest_ms, took.count());
  EXPECT_LT(memory, hostile.bytes.size() + kHostileMemory);
  ASSERT_TRUE(error) << "it was read";
  EXPECT_EQ(error->kind(), hostile.kind) << error->what();
  EXPECT_EQ(error->path().rfind(table.file, 0), 0u) << error->what();
  EXPECT_LT(std::string(error->what()).size(), 3000u);
  EXPECT_TRUE(is_valid_utf8(error->what())) << error->what();
  for (const std::string& word : hostile.words)
    EXPECT_NE(std::string(error->what()).find(word), std::string::npos)
        << "'" << word << "' is not in: " << error->what();
}

inline void expect_refused(const HostileTable& table, HostileTally& tally) {
  ASSERT_NO_THROW(table.read(table.good, table.file));
  for (const HostileCase& hostile : table.cases) expect_refused(table, hostile, tally);
}

inline void expect_refused_when_cut(const HostileTable& table, HostileTally& tally) {
  ASSERT_GT(table.good.size(), 50u);
  for (std::size_t size = 0; size < table.good.size(); ++size) {
    const HostileCase cut{"cut at byte " + std::to_string(size), table.good.substr(0, size)};
    expect_refused(table, cut, tally);
  }
}

// What a test program says of all its tables: each case and each cut is refused, and they are many.
inline void expect_all_refused(const std::vector<HostileTable>& tables) {
  HostileTally tally;
  for (const HostileTable& table : tables) expect_refused(table, tally);
  tally.record();
}

inline void expect_all_refused_when_cut(const std::vector<HostileTable>& tables) {
  HostileTally tally;
  for (const HostileTable& table : tables) expect_refused_when_cut(table, tally);
  tally.record();
}

inline void expect_many_cases(const std::vector<HostileTable>& tables) {
  std::size_t cases = 0;
  for (const HostileTable& table : tables) cases += table.cases.size();
  testing::Test::RecordProperty("cases", static_cast<int>(cases));
  EXPECT_GE(cases, 150u);
}

}  // namespace qinglan
