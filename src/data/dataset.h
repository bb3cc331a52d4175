#pragma once
// Examples without labels, and ground truth apart: different types, published as different artifacts.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "io/file_system.h"

namespace qinglan {

struct Example {
  std::string id;
  std::string group;                          // related rows share it; the id where rows are unrelated
  std::map<std::string, std::string> fields;  // only the columns that were asked for; never the label
  std::int64_t row = 0;                       // from 0, its place in the file it was read from
};

struct Inputs {
  std::vector<Example> train, test;  // in the order drawn by data.seed; this order is every artifact's order
};

class GroundTruth {
 public:
  GroundTruth(std::vector<std::string> classes, std::map<std::string, std::int32_t> label_of);
  const std::vector<std::string>& classes() const { return classes_; }
  // Throws Error{invalid_input} that names the id.
  std::int32_t label(const std::string& id) const;
  std::vector<std::int32_t> labels(const std::vector<std::string>& ids) const;
  const std::map<std::string, std::int32_t>& by_id() const { return label_of_; }

 private:
  std::vector<std::string> classes_;
  std::map<std::string, std::int32_t> label_of_;
};

struct DatasetSpec {
  std::string path;  // folder, file, or name of a registered data set
  std::string label = "label";
  std::string id;     // column; empty: SHA-256 of (normalised text, occurrence), first 16 hex digits
  std::string group;  // column or template; empty: the data set's own default, else none
  std::int64_t group_words = 0;      // the group is so many first words of what `group` says; 0: all of it
  std::vector<std::string> choices;  // rows are questions: the column of their answers, or one an answer
  std::string recipe;                // of known_dataset.h: columns that are derived; empty: none
  std::vector<std::string> columns;  // that templates name; the label column is refused here (a leak)
  std::string text;  // the template whose normalised rendering decides duplicates and overlap; empty: the
                     // data set's own default, else the column "text"
  std::int64_t train = 0, test = 0;  // rows wanted; 0: all there are
  std::uint64_t seed = 0;
  std::optional<bool> balance;  // default: true when the majority class exceeds 55% of train
  bool allow_overlap = false;
};

// What was found on the way: enters the record.
struct DatasetFacts {
  std::map<std::string, std::int64_t> dropped;  // "overlap", "balance", "dead band", ...
  std::int64_t overlap = 0;
  std::vector<double> train_share, test_share;  // [K]; train before balancing, test as drawn
  bool balanced = false;
  std::string corpus;  // of registered data sets: two names may be one corpus
};

struct Dataset {
  std::string name;
  Inputs inputs;
  GroundTruth truth;
  DatasetFacts facts;
};

// Reads, checks, drops, draws. Classes are the labels of all rows as text, sorted bytewise. Without `group`
// rows of equal text share one. With `group`, train rows whose group is in test are
// dropped ("group in test"). With `choices` a row is a question and becomes two, its right answer ("true")
// and a wrong one ("false") by the stream "data.choice.<split>"; a question is a group, and is drawn as a
// whole. Balancing cuts the largest class down to the next one, which for two classes makes them equal.
// Throws Error{invalid_input}: missing file or column (those there are named), label outside the classes,
// class absent from train, fewer rows than asked, empty text, duplicate ids, overlap above 1%.
Dataset load_dataset(const DatasetSpec& spec);
// Files a data set is read from, in order: their digests enter the node's key.
std::vector<std::string> dataset_files(const DatasetSpec& spec);

// Artifact files. inputs.jsonl: a line a row, {"id","split","row","group","fields"}; truth.json: {"classes",
// "labels":{id:k}}. The facts are written by the caller.
void write_inputs(FileSystem& fs, const std::string& folder, const Inputs& inputs);
Inputs read_inputs(const std::string& folder);
void write_truth(FileSystem& fs, const std::string& folder, const GroundTruth& truth);
GroundTruth read_truth(const std::string& folder);
Json to_json(const DatasetFacts& facts);
DatasetFacts dataset_facts_from_json(const Json& json, const std::string& source);

}  // namespace qinglan
