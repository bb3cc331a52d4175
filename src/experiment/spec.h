#pragma once
// A spec as it is used: read once, every value resolved, immutable. Precedence, highest first:
// --set a.b=v, [grid] axis, per-name table, section, compat profile, default.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/spoilt_dataset.h"

namespace qinglan {

struct LearnerSpec {
  std::string kind = "model";    // model | ngrams | lexicon | labels | annotators | elicit | corrupted
  std::string name;              // for people: a model's name, or the kind
  std::string model_path;        // kinds model, elicit, corrupted
  std::string tune;              // kinds model, corrupted: see tune.h
  std::string text;              // template
  std::string path;              // lexicon, labels, annotators
  Json values = Json::object();  // all resolved keys of the section, as recorded
  Json compat = Json::object();  // what the spec's compat profile sets of it, as defaults
};

// A stage of a pipeline: what is done to the weak labels before the loss sees them.
struct StageSpec {
  std::string name;
  Json params = Json::object();  // resolved by the catalog
};

struct MethodSpec {
  std::string name;                 // of the loss
  Json params = Json::object();     // resolved by the catalog
  std::vector<StageSpec> stages{};  // in the order in which they are applied

  std::string text() const;  // the whole pipeline, "filter:topo | logconf"; of a loss alone its name
  Json all_params() const;   // of the loss, and of each stage under its name
};

// A student that stands between supervisor and student: it learns its predecessor's labels and labels the
// same rows for its successor.
struct LinkSpec {
  LearnerSpec student;
  MethodSpec method;
};

struct CellSpec {
  LearnerSpec supervisor, student;
  MethodSpec method;
  std::vector<LinkSpec> chain{};  // from the supervisor on; empty: it teaches the student itself
};

struct ControlsSpec {
  bool shuffled, ngram, length, zero_shot, weak_twice, random_init;
};

struct ClaimSpec {
  std::string metric;  // "auto" until the data are known
  double delta, gamma;
  bool ceiling;
  std::int64_t gold = 200;
  double risk = 0.1;
  std::string primary;
};

struct StressSpec {
  std::vector<std::string> ood;  // data sets of other texts
};

struct Spec {
  std::string name, source;
  std::int64_t seeds = 5;
  DatasetSpec data;
  Spoiling spoiling;                // of the data, for stress
  std::vector<std::string> slices;  // columns among data.columns
  std::vector<CellSpec> cells;
  ControlsSpec controls;
  ClaimSpec claim;
  StressSpec stress;  // of `qinglan audit` alone: enters no run
  std::int64_t threads = 1;
  std::string device = "cpu";  // as written, until settle_device (experiment/device.h) says its kind
  std::string compat;          // the profile's name; empty: none
  Json resolved;               // everything above as one document: recorded, and hashed into the run's name
};

struct SpecOptions {
  std::optional<std::int64_t> seeds;
  std::vector<std::string> sets;  // "a.b=v"
};

// The cells as `resolved` has them.
Json to_json(const std::vector<CellSpec>& cells);

// A supervisor that is not trained: its answers come from a file.
bool is_rule(const LearnerSpec& spec);

// Throws Error{usage} with file and line for bad TOML; names an unknown key, section, method, model with the
// nearest known one. Relative paths in a spec are relative to the current folder.
Spec read_spec(const std::string& path, const SpecOptions& options = {});
Spec parse_spec(const std::string& text, const std::string& source, const SpecOptions& options = {});

}  // namespace qinglan
