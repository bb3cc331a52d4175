#include "supervise/strong_components.h"

#include <algorithm>
#include <limits>

namespace qinglan {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

class Tarjan {
 public:
  explicit Tarjan(const std::vector<std::vector<std::uint32_t>>& edges)
      : edges_(edges), order_(edges.size(), kNone), low_(edges.size()), component_(edges.size(), kNone) {}

  std::vector<std::uint32_t> components() {
    for (std::uint32_t v = 0; v < edges_.size(); ++v)
      if (order_[v] == kNone) visit(v);
    return by_lowest_vertex();
  }

 private:
  struct Call {
    std::uint32_t vertex;
    std::size_t next_edge = 0;
  };

  void enter(std::uint32_t v) {
    order_[v] = low_[v] = visited_++;
    open_.push_back(v);
    calls_.push_back({v});
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!calls_.empty()) {
      Call& call = calls_.back();
      const std::uint32_t v = call.vertex;
      if (call.next_edge < edges_[v].size()) {
        const std::uint32_t to = edges_[v][call.next_edge++];
        if (order_[to] == kNone)
          enter(to);
        else if (component_[to] == kNone)  // still open
          low_[v] = std::min(low_[v], order_[to]);
        continue;
      }
      if (low_[v] == order_[v]) close(v);
      calls_.pop_back();
      if (!calls_.empty()) low_[calls_.back().vertex] = std::min(low_[calls_.back().vertex], low_[v]);
    }
  }

  // Everything opened since the component's first vertex belongs to it.
  void close(std::uint32_t first) {
    std::uint32_t member;
    do {
      member = open_.back();
      open_.pop_back();
      component_[member] = closed_;
    } while (member != first);
    ++closed_;
  }

  std::vector<std::uint32_t> by_lowest_vertex() const {
    std::vector<std::uint32_t> number(closed_, kNone), result;
    std::uint32_t next = 0;
    result.reserve(component_.size());
    for (const std::uint32_t component : component_) {
      if (number[component] == kNone) number[component] = next++;
      result.push_back(number[component]);
    }
    return result;
  }

  const std::vector<std::vector<std::uint32_t>>& edges_;
  std::vector<std::uint32_t> order_, low_, component_, open_;
  std::vector<Call> calls_;
  std::uint32_t visited_ = 0, closed_ = 0;
};

}  // namespace

std::vector<std::uint32_t> strong_components(const std::vector<std::vector<std::uint32_t>>& edges) {
  return Tarjan(edges).components();
}

}  // namespace qinglan
