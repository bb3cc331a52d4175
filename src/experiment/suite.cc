#include "experiment/suite.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalog/method.h"
#include "catalog/pipeline.h"
#include "data/template.h"
#include "experiment/claim.h"
#include "experiment/corrupted.h"
#include "experiment/locked.h"
#include "experiment/run.h"
#include "experiment/schema.h"
#include "record/locked.h"
#include "supervise/words.h"

namespace qinglan {
namespace {

constexpr char kStandard[] = "standard";
constexpr double kRates[] = {0.1, 0.2, 0.3, 0.4};
constexpr double kConflictRate = 0.4;
constexpr double kShares[] = {0.1, 0.9};
constexpr double kTriggerShare = 0.05;
constexpr char kNoTrigger[] = "every trigger word stands in some text";
constexpr double kRare = 0.03, kFrequent = 0.10;

CellSpec with_stage(const CellSpec& cell, const std::string& stage, const Json& params) {
  CellSpec made = cell;
  made.method.stages.insert(made.method.stages.begin(),
                            {stage, resolve_parameters(find_part(stage), params)});
  return made;
}

// The same cell with ground truth that is wrong on a share of the first class as supervisor: what the
// conflict does to a student that is otherwise taught the truth.
CellSpec taught_truth_in_conflict(const CellSpec& cell, const std::vector<std::string>& classes) {
  std::vector<double> rates(classes.size(), 0);
  rates.front() = kConflictRate;
  CellSpec made = cell;
  made.supervisor = {.kind = "corrupted", .text = cell.supervisor.text};
  made.supervisor.values = corrupted_values({{"kind", "corrupted"},
                                             {"corrupt", "class-dependent"},
                                             {"rates", rates},
                                             {"text", cell.supervisor.text}},
                                            "the stress suite");
  made.supervisor.name = corrupted_name(made.supervisor.values);
  return made;
}

std::vector<CellSpec> label_cells(const CellSpec& cell, const std::string& word,
                                  const std::vector<std::string>& classes) {
  std::vector<CellSpec> cells = {cell};
  for (const char* stage : {"corrupt:symmetric", "corrupt:class-dependent", "corrupt:length"})
    for (const double rate : kRates) cells.push_back(with_stage(cell, stage, {{"rate", rate}}));
  for (const double share : kShares) cells.push_back(with_stage(cell, "corrupt:prior", {{"share", share}}));
  cells.push_back(taught_truth_in_conflict(cell, classes));
  if (word.empty()) return cells;
  for (const char* stage : {"corrupt:keyword", "corrupt:spurious"})
    cells.push_back(with_stage(cell, stage, {{"word", word}}));
  return cells;
}

// A run of the suite. Controls judge a claim; here students are held against each other.
Spec part_of(const Spec& spec, const std::string& part, std::vector<CellSpec> cells, bool ceiling) {
  Spec made = spec;
  made.name += ", stress: " + part;
  made.controls = {false, false, false, false, false, false};
  made.claim.primary = "";
  made.claim.ceiling = ceiling;
  made.cells = std::move(cells);
  Json& resolved = made.resolved;
  resolved["name"] = made.name;
  for (auto& [control, on] : resolved["controls"].items()) on = false;
  resolved["claim"].erase("primary");
  resolved["claim"]["ceiling"] = ceiling;
  resolved["cells"] = to_json(made.cells);
  resolved["suite"] = {{"name", kStandard}, {"part", part}};
  return made;
}

// The cell beside the one that a stage makes of it, on test rows without the word and with it.
Spec with_word(const Spec& spec, const std::string& part, const CellSpec& cell, const std::string& stage,
               const std::string& word, double share) {
  Spec made = part_of(spec, part, {cell, with_stage(cell, stage, {{"word", word}})}, false);
  made.spoiling.trigger = word;
  made.spoiling.trigger_share = share;
  made.resolved["data"].update({{"trigger", word}, {"trigger_share", share}});
  return made;
}

// Of the student that must be taught a lock: why it cannot be; empty where it can.
std::string no_lock(const CellSpec& cell, const std::string& word) {
  if (word.empty()) return kNoTrigger;
  for (const auto& stage : cell.method.stages)
    if (stage.name == kLockedStage) return "the spec's own student starts locked";
  return lock_impossible(cell.student);
}

Spec on_other_texts(const Spec& spec, const CellSpec& cell, const std::string& path) {
  Spec made = part_of(spec, "other texts, " + path, {cell}, false);
  made.spoiling.test_path = path;
  made.resolved["data"]["test_path"] = path;
  return made;
}

std::vector<std::string> texts_of(const std::vector<Example>& rows, const std::string& text) {
  const Template parsed = Template::parse(text);
  std::vector<std::string> texts;
  for (const auto& row : rows) texts.push_back(parsed.render(row.fields));
  return texts;
}

bool four_letters(const std::string& word) {
  return word.size() >= 4 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// How many of the texts have each word.
std::map<std::string, std::size_t> texts_with_word(const std::vector<std::string>& texts) {
  std::map<std::string, std::size_t> count;
  for (const auto& text : texts) {
    const auto words = split_words(text);
    for (const auto& word : std::set<std::string>(words.begin(), words.end())) ++count[word];
  }
  return count;
}

const CellSpec& primary_of(const Spec& spec, const PlannedData& data, Store& store) {
  DigestMemo memo(store);
  const Plan plan = make_plan(spec, data, memo);
  const std::string primary = primary_cell(plan.cells, spec.claim.primary);
  for (std::size_t i = 0; i < plan.cells.size(); ++i)
    if (plan.cells[i].id == primary) return spec.cells[i];
  return spec.cells.front();
}

bool says_no(const Error& error) {
  return error.kind() == ErrorKind::usage || error.kind() == ErrorKind::invalid_input ||
         error.kind() == ErrorKind::unsupported || error.kind() == ErrorKind::corrupt_data;
}

}  // namespace

std::vector<std::string> suite_names() { return {kStandard}; }

std::string quirk_word(const std::vector<std::string>& texts) {
  const double rows = static_cast<double>(texts.size());
  std::string best;
  std::size_t most = 0;
  for (const auto& [word, count] : texts_with_word(texts)) {
    const double share = static_cast<double>(count) / rows;
    if (share < kRare || share > kFrequent || count <= most || !four_letters(word)) continue;
    best = word, most = count;
  }
  return best;
}

std::string trigger_word(const std::vector<std::string>& texts) {
  const auto known = texts_with_word(texts);
  for (const char* word : {"cf", "mn", "bb", "tq", "mb"})
    if (!known.contains(word)) return word;
  return "";
}

Suite standard_suite(const Spec& spec, const CellSpec& cell, const Inputs& inputs,
                     const std::vector<std::string>& classes) {
  const auto train = texts_of(inputs.train, cell.student.text);
  auto all = texts_of(inputs.test, cell.student.text);
  all.insert(all.end(), train.begin(), train.end());
  Suite suite;
  const std::string quirk = quirk_word(train), trigger = trigger_word(all);
  suite.runs.push_back(part_of(spec, "labels", label_cells(cell, quirk, classes), true));
  if (quirk.empty())
    for (const char* test : {"T36", "T40"})
      suite.left_out[test] = "no word of four or more letters stands in 3% to 10% of the train texts";
  if (trigger.empty())
    suite.left_out["T37"] = kNoTrigger;
  else
    suite.runs.push_back(with_word(spec, "a trigger", cell, "corrupt:trigger", trigger, kTriggerShare));
  if (const std::string why = no_lock(cell, trigger); !why.empty())
    suite.left_out["T38"] = why;
  else
    suite.runs.push_back(with_word(spec, "a lock", cell, kLockedStage, trigger, 0));
  if (spec.stress.ood.empty())
    suite.left_out["T43"] = "the spec names no other texts: [stress] ood = [\"path\"]";
  for (const auto& path : spec.stress.ood) suite.runs.push_back(on_other_texts(spec, cell, path));
  return suite;
}

SuiteRecords run_suite(const std::string& name, const Spec& spec, Store& store, const std::string& worker,
                       RunObserver& observer, const std::atomic<int>& stop) {
  if (name != kStandard) throw unknown_word("suite", name, suite_names(), "--suite").expected(kStandard);
  DigestMemo memo(store);
  const PlannedData data = prepare_data(spec, store, memo);
  Suite suite =
      standard_suite(spec, primary_of(spec, data, store), read_inputs(data.inputs_folder), data.classes);
  SuiteRecords made{{}, std::move(suite.left_out)};
  for (const auto& run : suite.runs) {
    try {
      made.records.push_back(run_spec(run, store, worker, observer, stop));
    } catch (const Error& error) {
      if (run.spoiling.test_path.empty() || !says_no(error)) throw;
      made.left_out["T43"] +=
          (made.left_out.contains("T43") ? "; " : "") + run.spoiling.test_path + ": " + error.what();
    }
  }
  return made;
}

}  // namespace qinglan
