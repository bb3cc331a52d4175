#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace qinglan {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string clock_text(double seconds) {
  char text[32];
  const int whole = static_cast<int>(std::min(seconds, 359999.0));
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%d:%02d", whole / 60, whole % 60);
  return text;
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 80;
}

std::string drawn_bar(double share) {
  constexpr int kCells = 20;
  const int full = static_cast<int>(share * kCells);
  std::string bar;
  for (int i = 0; i < kCells; ++i) bar += i < full ? "#" : ".";
  return "[" + bar + "]";
}

}  // namespace

void Progress::planned(std::int64_t nodes, std::int64_t to_compute) {
  to_compute_ = to_compute;
  done_ = 0;
  line(std::to_string(nodes) + " nodes: " + std::to_string(nodes - to_compute) + " are there, " +
       std::to_string(to_compute) + " to compute");
}

void Progress::started(const Node& node) {
  node_start_ = Clock::now();
  last_share_ = 0;
  bar(counter() + node.title);
}

void Progress::progressed(const Node& node, const NodeProgress& progress) {
  const auto& [done, total, unit, loss] = progress;
  if (total <= 0) return;
  const double share = std::min(done / total, 1.0), spent = seconds_since(node_start_);
  const double rate = done / std::max(spent, 1e-3);
  char text[96];
  std::snprintf(text, sizeof text, rate < 10 ? " %3.0f%% %.2g %s/s, %s left" : " %3.0f%% %.0f %s/s, %s left",
                share * 100, rate, unit.c_str(), clock_text((total - done) / std::max(rate, 1e-9)).c_str());
  if (terminal_)
    bar(counter() + drawn_bar(share) + text + "  " + node.title);
  else if (share - last_share_ >= 0.25 && spent > 5)
    last_share_ = share, line(counter() + node.title + text);
}

void Progress::finished(const Node& node, bool reused) {
  ++done_;
  const double spent = seconds_since(node_start_);
  if (reused)
    bar(counter() + node.title + " (another run made it)");
  else if (spent >= 1 || !terminal_)
    line(counter() + node.title + ", " + clock_text(spent));
}

void Progress::failed(const Node& node, const std::string& message) {
  ++done_;
  line(counter() + node.title + " FAILED: " + message);
}

void Progress::note(const std::string& text) { line("note: " + text); }

std::string Progress::counter() const {
  const std::string clock = clock_text(seconds_since(run_start_)) + " ";
  if (to_compute_ == 0) return clock;  // not planned: one node is all
  return clock + "[" + std::to_string(done_) + "/" + std::to_string(to_compute_) + "] ";
}

void Progress::line(const std::string& text) {
  std::fprintf(stderr, terminal_ ? "\r\033[K%s\n" : "%s\n", text.c_str());
  std::fflush(stderr);
}

void Progress::bar(const std::string& text) {
  if (!terminal_) return;
  std::fprintf(stderr, "\r\033[K%s", text.substr(0, terminal_width() - 1).c_str());
  std::fflush(stderr);
}

}  // namespace qinglan
