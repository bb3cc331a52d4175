#include "audit/selection.h"

#include <algorithm>
#include <vector>

#include "audit/words.h"
#include "base/error.h"

namespace qinglan {
namespace {

// "lr 0.0003, epoch 2 of 5"
std::string chosen_words(const Json& selection, const std::string& source) {
  const auto tried = get_field<std::vector<Json>>(selection, "tried", source);
  const auto chosen = static_cast<std::size_t>(get_field<std::int64_t>(selection, "chosen", source));
  if (chosen >= tried.size())
    throw Error(ErrorKind::corrupt_data, "no such candidate was tried").in(source).found(selection.dump());
  std::string words;
  const Json settings = get_field<Json>(tried[chosen], "settings", source);
  for (const auto& [key, value] : settings.items()) words += key + " " + value.dump() + ", ";
  const std::size_t epochs = get_field<std::vector<double>>(tried[chosen], "losses", source).size();
  return words + "epoch " + std::to_string(get_field<std::int64_t>(tried[chosen], "epoch", source)) + " of " +
         std::to_string(epochs);
}

struct Chosen {
  std::vector<std::string> by_seed;
  std::int64_t rows = 0;  // held out, of the seed with the most
};

Chosen chosen_by(const SeriesScores& scores, const Cell& cell, std::string SeedRun::*role) {
  Chosen all;
  for (const SeedRun& seed : cell.seeds) {
    if ((seed.*role).empty()) continue;
    const Json& certificate = scores.series(seed.*role).certificate;
    const auto selection = certificate.find("selection");
    if (selection == certificate.end()) continue;
    const std::string source = "the certificate of series '" + seed.*role + "'";
    all.by_seed.push_back(chosen_words(*selection, source));
    all.rows = std::max(all.rows, get_field<std::int64_t>(*selection, "rows", source));
  }
  return all;
}

std::string joined(const std::vector<std::string>& parts) {
  if (std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return part == parts.front(); }))
    return parts.front() + (parts.size() > 1 ? " in every seed" : "");
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

}  // namespace

std::string selection_note(const SeriesScores& scores, const Cell& cell) {
  const Chosen student = chosen_by(scores, cell, &SeedRun::weak_to_strong),
               ceiling = chosen_by(scores, cell, &SeedRun::strong_ceiling);
  if (student.by_seed.empty()) return "";
  std::string note = "chosen by the loss on " + counted(student.rows, "weak label") +
                     " held out of training, seed by seed: " + joined(student.by_seed);
  if (!ceiling.by_seed.empty())
    note += "; the ceiling by " + counted(ceiling.rows, "true label") + ": " + joined(ceiling.by_seed);
  return note;
}

}  // namespace qinglan
