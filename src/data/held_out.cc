#include "data/held_out.h"

#include <map>

#include "base/error.h"
#include "base/random.h"

namespace qinglan {
namespace {

void copy_row(const WeakLabels& from, std::size_t row, WeakLabels& to) {
  const auto p = from.p.begin() + static_cast<std::ptrdiff_t>(row * from.classes);
  to.ids.push_back(from.ids[row]);
  to.p.insert(to.p.end(), p, p + static_cast<std::ptrdiff_t>(from.classes));
  to.abstain.push_back(from.abstain[row]);
}

}  // namespace

std::set<std::string> draw_held_out(const std::vector<Example>& rows, double share, std::uint64_t seed) {
  std::map<std::string, std::vector<std::string>> by_group;  // sorted: the order of rows does not matter
  for (const auto& row : rows) by_group[row.group].push_back(row.id);
  std::vector<const std::vector<std::string>*> groups;
  for (const auto& [name, ids] : by_group) groups.push_back(&ids);
  Random(seed, "validation").shuffle(groups);
  const double wanted = share * static_cast<double>(rows.size());
  std::set<std::string> held_out;
  for (const auto* ids : groups) {
    if (static_cast<double>(held_out.size()) >= wanted) break;
    held_out.insert(ids->begin(), ids->end());
  }
  if (held_out.empty() || held_out.size() == rows.size())
    throw Error(ErrorKind::invalid_input, "no rows can be held out to choose by")
        .expected("at least two groups of related rows in the transfer half")
        .found(std::to_string(groups.size()))
        .hint("Ask for more train rows, or for another [data] group.");
  return held_out;
}

HeldOutLabels hold_out(const WeakLabels& labels, const std::set<std::string>& held_out) {
  HeldOutLabels parts;
  for (WeakLabels* part : {&parts.train, &parts.held_out}) {
    part->classes = labels.classes;
    part->provenance = labels.provenance;
  }
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const bool held = held_out.contains(labels.ids[row]);
    if (!held || !labels.abstain[row]) copy_row(labels, row, held ? parts.held_out : parts.train);
  }
  if (parts.train.size() == 0 || parts.held_out.size() == 0)
    throw Error(ErrorKind::invalid_input, parts.train.size() == 0
                                              ? "no labelled row is left to train on"
                                              : "none of the rows held out has a weak label to choose by")
        .found(std::to_string(labels.size()) + " labels, " + std::to_string(held_out.size()) +
               " rows held out")
        .hint("Take another share of `validation`, or more train rows.");
  return parts;
}

}  // namespace qinglan
