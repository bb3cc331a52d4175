#include "report/run_view.h"

#include <algorithm>
#include <map>

#include "report/number.h"
#include "report/terminal_text.h"

namespace qinglan {
namespace {

struct Counts {
  std::int64_t done = 0, running = 0, waiting = 0, failed = 0;

  void add(NodePhase phase) {
    ++(phase == NodePhase::there || phase == NodePhase::done ? done
       : phase == NodePhase::running                         ? running
       : phase == NodePhase::waiting                         ? waiting
                                                             : failed);
  }
  std::int64_t all() const { return done + running + waiting + failed; }
};

std::string clock(double seconds) { return seconds_text(std::max(0.0, seconds)); }

std::string head(const RunState& state, double now) {
  std::string line = state.name + ", run " + state.run.substr(0, 12);
  if (state.ended)
    return line + (state.broken.empty() ? ", finished after " : ", broke off after ") +
           clock(state.last - state.started);
  line += ", for " + clock(now - state.started);
  if (const auto left = state.seconds_left(now)) line += ", about " + clock(*left) + " left";
  return line;
}

void add_kinds(const RunState& state, TerminalText& text) {
  std::map<std::string, Counts> kinds;
  for (const auto& [key, node] : state.nodes) kinds[node.kind].add(node.phase);
  std::vector<TerminalText::Row> rows = {{{"nodes", "done", "running", "waiting", "failed", "of"}, true}};
  for (const auto& [kind, counts] : kinds) {
    TerminalText::Row row{{kind}};
    for (const std::int64_t n : {counts.done, counts.running, counts.waiting, counts.failed, counts.all()})
      row.cells.push_back(grouped_number(n));
    row.dim = counts.done == counts.all();
    rows.push_back(row);
  }
  text.table(2, rows);
}

std::string progress_words(const NodeState& node) {
  if (node.total <= 0) return "";
  const double share = std::clamp(node.progress / node.total, 0.0, 1.0);
  constexpr int kBar = 20;
  const auto full = static_cast<std::size_t>(share * kBar);
  std::string words = "[" + std::string(full, '#') + std::string(kBar - full, '.') + "] " +
                      fixed(100 * share, 0) + "%, " + fixed(node.progress, 0) + " of " +
                      fixed(node.total, 0) + " " + node.unit;
  if (node.epochs && node.unit == "steps")
    words +=
        ", epoch " + fixed(share * *node.epochs, 2) + " of " + fixed(*node.epochs, *node.epochs < 10 ? 1 : 0);
  return words;
}

void add_running(const RunState& state, double now, TerminalText& text) {
  for (const auto& [key, node] : state.nodes) {
    if (node.phase != NodePhase::running) continue;
    std::string line = node.title + ", for " + clock((state.ended ? state.last : now) - node.started);
    if (node.loss) line += ", loss " + fixed(*node.loss, 4);
    text.wrapped(2, 4, (state.ended ? "left off: " : "now: ") + line);
    if (const std::string words = progress_words(node); !words.empty()) text.wrapped(4, 4, words);
  }
}

// Those under way first, then those that wait, then the done ones.
void add_cells(const RunState& state, std::size_t most, TerminalText& text) {
  std::vector<std::pair<Counts, const CellState*>> cells;
  for (const CellState& cell : state.cells) {
    Counts counts;
    for (const std::string& key : cell.nodes)
      if (const auto node = state.nodes.find(key); node != state.nodes.end()) counts.add(node->second.phase);
    cells.emplace_back(counts, &cell);
  }
  const auto rank = [](const Counts& c) {
    return c.failed > 0 ? 0 : c.running > 0 ? 1 : c.done == c.all() ? 4 : c.done > 0 ? 2 : 3;
  };
  std::stable_sort(cells.begin(), cells.end(),
                   [&](const auto& a, const auto& b) { return rank(a.first) < rank(b.first); });
  const auto done = std::count_if(cells.begin(), cells.end(),
                                  [](const auto& one) { return one.first.done == one.first.all(); });
  text.blank();
  text.line("  " + grouped_number(done) + " of " + counted(std::ssize(cells), "cell") + " computed");
  for (std::size_t i = 0; i < std::min(most, cells.size()); ++i) {
    const Counts& counts = cells[i].first;
    text.spread(4, cells[i].second->name,
                grouped_number(counts.done) + "/" + grouped_number(counts.all()) +
                    (counts.failed > 0    ? ", failed"
                     : counts.running > 0 ? ", running"
                                          : ""),
                counts.failed > 0             ? Tone::bad
                : counts.done == counts.all() ? Tone::good
                                              : Tone::flat);
  }
  if (cells.size() > most)
    text.line("    and " + counted(static_cast<std::int64_t>(cells.size() - most), "cell") + " more");
}

void add_failures(const RunState& state, std::size_t most, TerminalText& text) {
  const auto failed = state.count(NodePhase::failed);
  if (failed == 0) return;
  text.blank();
  text.line("  " + counted(failed, "node") + " failed");
  std::size_t shown = 0;
  for (const auto& [key, node] : state.nodes)
    if (node.phase == NodePhase::failed && shown++ < most)
      text.wrapped(4, 6, node.title + ": " + node.message);
}

}  // namespace

std::string run_view(const RunState& state, double now, const TerminalStyle& style, std::size_t most) {
  TerminalText text(style.color, style.width);
  text.wrapped(0, 2, head(state, now));
  add_kinds(state, text);
  add_running(state, now, text);
  add_cells(state, most, text);
  add_failures(state, most, text);
  if (!state.message.empty()) text.wrapped(2, 4, state.message);
  return text.str();
}

}  // namespace qinglan
