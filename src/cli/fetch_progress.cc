#include "cli/fetch_progress.h"

#include <algorithm>
#include <cstdio>

namespace qinglan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kDrawEvery = 0.1, kSayEvery = 10;  // seconds

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) value /= 1000, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

void FetchProgress::planned(std::size_t files, std::uint64_t bytes) {
  line(std::to_string(files) + (files == 1 ? " file, " : " files, ") +
       (bytes ? bytes_text(bytes) + " to download" : "all in the cache"));
}

void FetchProgress::started(const HubFile& file, std::uint64_t there) {
  start_ = last_ = Clock::now();
  begun_at_ = there;
  if (there > 0) line(file.name + ": going on from " + bytes_text(there) + " of " + bytes_text(file.size));
}

void FetchProgress::progressed(const HubFile& file, std::uint64_t done) {
  if (seconds_since(last_) < (terminal_ ? kDrawEvery : kSayEvery)) return;
  last_ = Clock::now();
  const double share = static_cast<double>(done) / static_cast<double>(std::max<std::uint64_t>(file.size, 1));
  const double rate =
      static_cast<double>(done - std::min(begun_at_, done)) / std::max(seconds_since(start_), 1e-3);
  char text[64];
  std::snprintf(text, sizeof text, "%3.0f%% of %s, %s/s", share * 100, bytes_text(file.size).c_str(),
                bytes_text(static_cast<std::uint64_t>(rate)).c_str());
  if (!terminal_) return line(file.name + ": " + text);
  std::string bar(static_cast<std::size_t>(share * 20), '#');
  bar.resize(20, '.');
  std::fprintf(stderr, "\r\033[K[%s] %s  %s", bar.c_str(), text, file.name.c_str());
  std::fflush(stderr);
}

void FetchProgress::finished(const HubFile& file, bool reused) {
  line(file.name + (reused ? ": in the cache" : ": " + bytes_text(file.size) + ", digest right"));
}

void FetchProgress::note(const std::string& text) { line("note: " + text); }

void FetchProgress::line(const std::string& text) {
  std::fprintf(stderr, terminal_ ? "\r\033[K%s\n" : "%s\n", text.c_str());
  std::fflush(stderr);
}

}  // namespace qinglan
