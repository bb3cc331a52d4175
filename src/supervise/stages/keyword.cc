#include <algorithm>

#include "base/error.h"
#include "supervise/stages/all.h"
#include "supervise/words.h"

namespace qinglan {
namespace {

constexpr char kWithWord[] = "with the word";

// [n] whether the row's text has the word; abstentions among them.
std::vector<std::uint8_t> rows_with_word(const StageInput& input) {
  QL_CHECK(input.texts.size() == input.labels.size(), "a text a label");
  const std::string word = input.params.at("word");
  std::vector<std::uint8_t> with;
  for (const auto& text : input.texts) with.push_back(has_word(text, word));
  return with;
}

std::int64_t count(const std::vector<std::uint8_t>& rows) {
  return static_cast<std::int64_t>(std::count(rows.begin(), rows.end(), 1));
}

}  // namespace

StageOutcome corrupt_keyword(const StageInput& input) {
  const auto with = rows_with_word(input);
  std::vector<std::int32_t> classes;
  for (std::size_t row = 0; row < with.size(); ++row) {
    const std::int32_t before = input.labels.hard(row);
    const bool changes = with[row] && !input.labels.abstain[row];
    classes.push_back(changes ? (before + 1) % static_cast<std::int32_t>(input.labels.classes) : before);
  }
  StageOutcome outcome = with_classes(input, classes);
  outcome.counts[kWithWord] = count(with);
  return outcome;
}

// An abstention with the trigger is given the class for certain: a poisoned label is there to be learned.
StageOutcome corrupt_trigger(const StageInput& input) {
  const auto with = rows_with_word(input);
  const std::int32_t target = class_of(input);
  std::vector<std::int32_t> classes;
  std::int64_t already = 0;
  for (std::size_t row = 0; row < with.size(); ++row) {
    const bool of_target = !input.labels.abstain[row] && input.labels.hard(row) == target;
    already += with[row] && of_target;
    classes.push_back(with[row] && !input.labels.abstain[row] ? target : input.labels.hard(row));
  }
  StageOutcome outcome = with_classes(input, classes);
  for (std::size_t row = 0; row < with.size(); ++row)
    if (with[row] && input.labels.abstain[row])
      for (std::size_t c = 0; c < input.labels.classes; ++c)
        outcome.p[row * input.labels.classes + c] = c == static_cast<std::size_t>(target);
  outcome.counts = {{kWithWord, count(with)}, {"of the class already", already}};
  return outcome;
}

StageOutcome corrupt_spurious(const StageInput& input) {
  const auto with = rows_with_word(input);
  const std::int32_t spared = class_of(input);
  StageOutcome outcome{all_rows(input.labels)};
  std::erase_if(outcome.kept, [&](std::uint32_t row) {
    return with[row] && (input.labels.abstain[row] || input.labels.hard(row) != spared);
  });
  outcome.counts[kWithWord] = count(with);
  return outcome;
}

}  // namespace qinglan
