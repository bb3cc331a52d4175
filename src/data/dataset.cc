#include "data/dataset.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/random.h"
#include "data/normalise.h"
#include "data/row_reader.h"
#include "data/source.h"

namespace qinglan {
namespace {

constexpr double kOverlapRefused = 0.01;    // of train rows
constexpr double kMajorityBalanced = 0.55;  // a larger share is cut unless the specification says otherwise

using Candidates = std::vector<Candidate>;

struct Splits {
  Candidates train, test;
};

std::string place_of(const Candidate& candidate) {
  return *candidate.file + ":" + std::to_string(candidate.line);
}

Error candidate_error(const std::string& what, const Candidate& candidate) {
  return std::move(Error(ErrorKind::invalid_input, what).in(*candidate.file).line(candidate.line));
}

Splits read_splits(const Source& source, const RowReader& reader) {
  Splits splits;
  splits.train = reader.read(source.tables.front(), "train");
  if (source.tables.size() == 2) {
    splits.test = reader.read(source.tables.back(), "test");
  } else {
    const auto to_train = [&](const Candidate& c) {
      return !hashed_to_test(reader.grouped() ? c.example.group : c.normal);
    };
    const auto cut = std::stable_partition(splits.train.begin(), splits.train.end(), to_train);
    splits.test.assign(std::make_move_iterator(cut), std::make_move_iterator(splits.train.end()));
    splits.train.erase(cut, splits.train.end());
  }
  for (const auto* split : {&splits.train, &splits.test})
    if (split->empty())
      throw Error(ErrorKind::invalid_input,
                  std::string("there are no ") + (split == &splits.train ? "train" : "test") + " rows")
          .in(split == &splits.train ? source.tables.front().file : source.tables.back().file)
          .hint(source.tables.size() == 2
                    ? "Give rows."
                    : "Give more rows: a single file is cut 80:20 by a hash of the text or group.");
  return splits;
}

// Whole numbers stand by size, other labels as texts: 2 before 10.
std::vector<std::string> in_order(const std::set<std::string>& labels) {
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const auto& label : labels) {
    std::int64_t value = 0;
    const auto [stop, problem] = std::from_chars(label.data(), label.data() + label.size(), value);
    if (problem != std::errc() || stop != label.data() + label.size()) return {labels.begin(), labels.end()};
    order.emplace_back(value, label);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> classes;
  for (auto& [value, label] : order) classes.push_back(std::move(label));
  return classes;
}

// Labels of all rows, in order. Each must be known from train.
std::vector<std::string> find_classes(const Splits& splits, const std::string& column) {
  std::set<std::string> known;
  for (const auto& candidate : splits.train) known.insert(candidate.label);
  std::string listed;
  for (const auto& label : known) {
    if (listed.size() > 200) {
      listed += ", ...";
      break;
    }
    listed += (listed.empty() ? "\"" : ", \"") + label + "\"";
  }
  for (const auto& candidate : splits.test)
    if (!known.contains(candidate.label))
      throw candidate_error(
          "the label \"" + candidate.label + "\" is outside the classes: no train row has it", candidate)
          .expected("one of " + listed)
          .hint("Correct the label, or add train rows of this class.");
  if (known.size() < 2)
    throw Error(ErrorKind::invalid_input, "all train rows have the same label")
        .in(*splits.train.front().file)
        .expected("at least two classes in the column \"" + column + "\"")
        .found(listed)
        .hint("Name the right column in [data] label.");
  if (known.size() > 1000)
    throw Error(ErrorKind::invalid_input,
                "the column \"" + column + "\" has too many different labels for classes")
        .in(*splits.train.front().file)
        .expected("at most 1000")
        .found(std::to_string(known.size()))
        .hint("Name the right column in [data] label.");
  return in_order(known);
}

using ClassNumbers = std::unordered_map<std::string, std::size_t>;
ClassNumbers numbers_of(const std::vector<std::string>& classes) {
  ClassNumbers numbers;
  for (std::size_t k = 0; k < classes.size(); ++k) numbers[classes[k]] = k;
  return numbers;
}

void give_ids(Candidates& rows, bool grouped) {
  std::unordered_map<std::string, std::size_t> occurrences;
  std::unordered_map<std::string, std::string> first_id;
  for (auto& row : rows) {
    if (row.example.id.empty()) row.example.id = text_id(row.normal, occurrences[row.normal]++);
    if (!grouped) row.example.group = first_id.try_emplace(row.normal, row.example.id).first->second;
  }
}

void check_ids(const Splits& splits) {
  std::unordered_map<std::string, const Candidate*> seen;
  for (const auto* split : {&splits.train, &splits.test})
    for (const auto& row : *split) {
      const auto [other, fresh] = seen.try_emplace(row.example.id, &row);
      if (!fresh)
        throw candidate_error("the id \"" + row.example.id + "\" is there twice", row)
            .found("the same id at " + place_of(*other->second))
            .hint("Make ids unique over train and test, or leave [data] id out.");
    }
}

void drop_overlap(Splits& splits, const DatasetSpec& spec, DatasetFacts& facts) {
  std::unordered_map<std::string, const Candidate*> tested;
  for (const auto& row : splits.test) tested.try_emplace(row.normal, &row);
  const Candidate* first = nullptr;
  for (const auto& row : splits.train)
    if (tested.contains(row.normal)) {
      if (!first) first = &row;
      ++facts.overlap;
    }
  if (!facts.overlap) return;
  const auto all = splits.train.size();
  if (static_cast<double>(facts.overlap) > kOverlapRefused * static_cast<double>(all) && !spec.allow_overlap)
    throw candidate_error(std::to_string(facts.overlap) + " of " + std::to_string(all) +
                              " train rows have the text of a test row, this one that of " +
                              place_of(*tested.at(first->normal)),
                          *first)
        .expected("at most 1%")
        .hint("Remove them, or set [data] allow_overlap = true to go on without these train rows.");
  std::unordered_set<std::int64_t> questions;  // go as a whole
  if (!spec.choices.empty())
    for (const auto& row : splits.train)
      if (tested.contains(row.normal)) questions.insert(row.example.row);
  const auto gone = std::erase_if(splits.train, [&](const Candidate& row) {
    return tested.contains(row.normal) || questions.contains(row.example.row);
  });
  facts.dropped["overlap"] = static_cast<std::int64_t>(gone);
}

void drop_shared_groups(Splits& splits, DatasetFacts& facts) {
  std::unordered_set<std::string> tested;
  for (const auto& row : splits.test) tested.insert(row.example.group);
  const auto count =
      std::erase_if(splits.train, [&](const Candidate& row) { return tested.contains(row.example.group); });
  if (count) facts.dropped["group in test"] = static_cast<std::int64_t>(count);
}

std::vector<std::int64_t> count_labels(const Candidates& rows, const std::vector<std::string>& classes) {
  const ClassNumbers numbers = numbers_of(classes);
  std::vector<std::int64_t> counts(classes.size(), 0);
  for (const auto& row : rows) ++counts[numbers.at(row.label)];
  return counts;
}

void require_all_classes(const Candidates& rows, const std::vector<std::string>& classes,
                         const std::string& when, const std::string& file) {
  const auto counts = count_labels(rows, classes);
  for (std::size_t k = 0; k < classes.size(); ++k)
    if (!counts[k])
      throw Error(ErrorKind::invalid_input, "the class \"" + classes[k] + "\" is absent from train " + when)
          .in(file)
          .hint("Ask for more train rows, or add rows of this class.");
}

std::vector<double> shares(const Candidates& rows, const std::vector<std::string>& classes) {
  const auto counts = count_labels(rows, classes);
  std::vector<double> result;
  for (const auto count : counts)
    result.push_back(static_cast<double>(count) / static_cast<double>(rows.size()));
  return result;
}

void balance(Candidates& train, const std::vector<std::string>& classes, const DatasetSpec& spec,
             DatasetFacts& facts) {
  const auto most = std::max_element(facts.train_share.begin(), facts.train_share.end());
  facts.balanced = spec.balance.value_or(*most > kMajorityBalanced);
  if (!facts.balanced) return;
  auto counts = count_labels(train, classes);
  const auto majority = most - facts.train_share.begin();
  const auto largest = counts[majority];
  counts.erase(counts.begin() + majority);
  const auto excess = static_cast<std::size_t>(largest - *std::max_element(counts.begin(), counts.end()));
  if (!excess) return;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < train.size(); ++i)
    if (train[i].label == classes[majority]) rows.push_back(i);
  Random(spec.seed, "data.balance").shuffle(rows);
  const std::unordered_set<std::size_t> gone(rows.begin(),
                                             rows.begin() + static_cast<std::ptrdiff_t>(excess));
  Candidates kept;
  kept.reserve(train.size() - excess);
  for (std::size_t i = 0; i < train.size(); ++i)
    if (!gone.contains(i)) kept.push_back(std::move(train[i]));
  train = std::move(kept);
  facts.dropped["balance"] = static_cast<std::int64_t>(excess);
}

// Each row by itself, or the rows of one question.
std::vector<std::vector<std::size_t>> rows_drawn_together(const Candidates& rows, bool questions) {
  std::vector<std::vector<std::size_t>> together;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (questions && i > 0 && rows[i].example.row == rows[i - 1].example.row)
      together.back().push_back(i);
    else
      together.push_back({i});
  }
  return together;
}

// The first `wanted` rows of an order drawn by the data seed; all of them for 0.
void draw(Candidates& rows, std::int64_t wanted, const DatasetSpec& spec, const std::string& split,
          const DatasetFacts& facts) {
  const auto there = static_cast<std::int64_t>(rows.size());
  if (wanted < 0)
    throw Error(ErrorKind::usage, "[data] " + split + " is negative")
        .found(std::to_string(wanted))
        .hint("Say how many rows to draw, or 0 for all.");
  if (wanted > there) {
    std::string why;
    for (const auto& [reason, count] : facts.dropped)
      why += (why.empty() ? " after these were dropped: " : ", ") + reason + " " + std::to_string(count);
    throw Error(ErrorKind::usage, "there are fewer " + split + " rows than asked for")
        .in(*rows.front().file)
        .expected(std::to_string(wanted))
        .found(std::to_string(there) + (split == "train" ? why : ""))
        .hint("Set [data] " + split + " to " + std::to_string(there) + " or less, or to 0 for all.");
  }
  auto together = rows_drawn_together(rows, !spec.choices.empty());
  if (!spec.choices.empty() && wanted % 2)
    throw Error(ErrorKind::usage, "[data] " + split + " cuts a question in two: each has two rows")
        .expected("an even number")
        .found(std::to_string(wanted));
  Random(spec.seed, "data." + split).shuffle(together);
  std::vector<std::size_t> order;
  for (const auto& some : together) order.insert(order.end(), some.begin(), some.end());
  if (wanted) order.resize(static_cast<std::size_t>(wanted));
  Candidates drawn;
  drawn.reserve(order.size());
  for (const auto i : order) drawn.push_back(std::move(rows[i]));
  rows = std::move(drawn);
}

std::vector<Example> take_examples(Candidates& rows, const std::vector<std::string>& classes,
                                   std::map<std::string, std::int32_t>& label_of) {
  const ClassNumbers numbers = numbers_of(classes);
  std::vector<Example> examples;
  examples.reserve(rows.size());
  for (auto& row : rows) {
    label_of[row.example.id] = static_cast<std::int32_t>(numbers.at(row.label));
    examples.push_back(std::move(row.example));
  }
  return examples;
}

}  // namespace

Dataset load_dataset(const DatasetSpec& spec) {
  const Source source = open_source(spec);
  const RowReader reader(spec, source);
  Splits splits = read_splits(source, reader);
  const auto classes = find_classes(splits, spec.label);
  const std::string file = source.tables.front().file;
  DatasetFacts facts;
  facts.corpus = source.corpus;
  facts.dropped = source.dropped;
  drop_overlap(splits, spec, facts);
  if (reader.grouped()) drop_shared_groups(splits, facts);
  if (splits.train.empty())
    throw Error(ErrorKind::invalid_input, "no train row is left: all share a text or a group with test")
        .in(file)
        .hint("Give other train rows, or another [data] group.");
  give_ids(splits.train, reader.grouped());
  give_ids(splits.test, reader.grouped());
  check_ids(splits);
  require_all_classes(splits.train, classes, "once rows that are also in test were dropped", file);
  facts.train_share = shares(splits.train, classes);
  balance(splits.train, classes, spec, facts);
  draw(splits.train, spec.train, spec, "train", facts);
  draw(splits.test, spec.test, spec, "test", facts);
  require_all_classes(splits.train, classes,
                      "among the " + std::to_string(splits.train.size()) + " rows drawn", file);
  facts.test_share = shares(splits.test, classes);
  std::map<std::string, std::int32_t> label_of;
  Inputs inputs;
  inputs.train = take_examples(splits.train, classes, label_of);
  inputs.test = take_examples(splits.test, classes, label_of);
  return {source.name, std::move(inputs), GroundTruth(classes, std::move(label_of)), std::move(facts)};
}

}  // namespace qinglan
