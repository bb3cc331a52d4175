#pragma once
// The record of a run: everything a reader (audit, report, an old-record judge) needs, and nothing computed
// from it. One JSON file; floats of item predictions are base64 of little-endian fp32, so a record is exact
// and small.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace qinglan {

inline constexpr int kRecordSchema = 1;

struct CurvePoint {
  std::int64_t step = 0;
  double epoch = 0;
  double train_loss = 0;                // mean cross-entropy against the labels trained on, nats
  std::optional<double> test_accuracy;  // where a checkpoint was evaluated
  std::optional<double> agreement;      // with the weak supervisor on test, where evaluated
};

// What one stage of a pipeline did to the labels that a student learned from.
struct LabelStage {
  std::string name;                              // "filter:topo"
  std::int64_t given = 0, kept = 0;              // labels before and after
  std::int64_t changed = 0;                      // of those kept: of another class than before
  double given_right = 0, kept_right = 0;        // labels that are the ground truth (abstention 1/K)
  std::map<std::string, std::int64_t> counts{};  // of the given labels, by what the stage found them to be
};

// One model (or rule) evaluated: its answers on the test items. Shared by all cells that name it.
struct Series {
  std::string node;                 // key of the node that made it
  std::string kind;                 // weak_floor | weak_to_strong | strong_ceiling | control
  std::string status;               // done | failed | undefined
  std::string why;                  // of failed or undefined
  std::vector<float> logits;        // [n, K] over Record::items, empty unless done
  std::vector<float> matched_bias;  // [K] added to logits gives the prior-matched decision; empty: undefined
  std::vector<std::uint8_t> abstained;  // [n] or empty: a rule had nothing to say (uniform p; counts 1/K)
  std::vector<CurvePoint> curve;
  std::optional<double> final_train_loss;  // nats, against the labels trained on
  std::optional<double> label_entropy;     // H of the mean training label, nats
  double transfer_correct = 0;  // weak_floor only: right labels on the transfer half (abstention 1/K)
  std::int64_t transfer_items = 0;
  std::vector<LabelStage> label_stages;  // of a student whose method has stages, in their order
  std::string remark;                    // what its training has to say of itself; usually nothing
  Json certificate =
      Json::object();  // {"inputs":{role:key}, "ground_truth":[{"rows","purpose"}], "enforced", "selection"?}
};

struct SeedRun {  // names of series; empty where there is none
  std::uint64_t seed = 0;
  std::string weak_floor, weak_to_strong, strong_ceiling;
};

struct Control {
  std::vector<std::string> series;  // one a seed, in the cell's seed order; one alone when seeds share it
  std::string undefined;            // why there is none
  bool teaches = false;             // false: a "no-teaching" control of the verdict's rule 1
};

// One student of a chain, in which each labels the transfer rows for the next.
struct ChainStudent {
  std::string name, tune, method;
  std::int64_t parameters = 0;      // of its model
  std::vector<std::string> series;  // one a seed, in the cell's seed order
};

struct Cell {
  std::string id, supervisor, student, method;
  std::string supervisor_kind, supervisor_tune, student_tune;
  Json params = Json::object();                  // of the method, resolved
  std::map<std::string, std::int64_t> declared;  // ground truth that the method is given: purpose -> rows
  std::string status = "done";                   // done | failed
  std::string error;
  std::vector<SeedRun> seeds;
  std::vector<ChainStudent> chain;  // from the supervisor on, the cell's own last; empty: no chain
  std::map<std::string, Control>
      controls;  // "majority class", "shuffled", "n-gram student", "zero-shot", ...
};

struct DataFacts {
  std::string name, key;
  std::vector<std::string> classes;
  std::int64_t train = 0, test = 0;
  std::map<std::string, std::int64_t> dropped;  // reason -> rows
  std::vector<double> train_share;              // [K] before balancing
  std::vector<double> test_share;               // [K] of what is tested
  bool balanced = false;                        // majority rows were dropped
  bool overlap_allowed = false;
  std::int64_t overlap = 0;    // train rows equal to a test text
  std::int64_t truncated = 0;  // rows cut to max_tokens by the learner that cut most
  std::int64_t read = 0;       // rows that it read; 0 where none was cut
  std::string corpus;          // rows of one corpus are one task whatever their names say
};

struct LedgerNode {
  std::string key, kind, state;  // state: computed | reused | failed
  double seconds = 0, flops = 0;
  std::int64_t peak_memory = 0;  // bytes
};

struct Ledger {
  double seconds = 0, flops = 0;
  std::int64_t peak_memory = 0;
  std::int64_t computed = 0, reused = 0, failed = 0;
  std::int64_t claims =
      0;  // runs of this store that have claimed something about these test rows; 0: not counted
  std::vector<LedgerNode> nodes;
};

struct Claim {                      // declared before test labels are opened
  std::string metric = "accuracy";  // accuracy | balanced_accuracy | auroc
  double delta = 0.01;              // floor of the verdict's delta
  double gamma = 0.03;
  // Test rows set apart to choose from which confidence on the student may answer, and the share of wrong
  // answers that is allowed; older records have none, and these stand for them.
  std::int64_t gold = 200;
  double risk = 0.1;
  std::string primary;  // id of the cell that is judged by itself; empty: all comparisons are one family
  std::string digest;   // SHA-256 of the claim's canonical JSON with the spec's digest
};

struct SeedForecast {  // of a student's gain, without labels: its misfit to its supervisor on the test items
  std::uint64_t seed = 0;
  double squared = 0, bregman = 0;  // as in metrics/misfit.h
};

struct Forecast {  // sealed before the test items' truth was opened to score anything
  std::map<std::string, std::vector<SeedForecast>> cells;  // by cell id, in its seeds' order
  std::string digest;                                      // SHA-256 of the canonical JSON of the cells
};

// Test items by some property that is no answer: a column, the quartile of their length.
struct Slicing {
  std::vector<std::string> values;
  std::vector<std::int32_t> of;  // [n] index into values
};

struct Record {
  std::string name, run;  // run: SHA-256 of the resolved spec, seeds included
  std::string engine_version;
  Json profile = Json::object();  // numerics profile
  Json spec = Json::object();     // resolved: every value that was used
  Claim claim;
  DataFacts data;
  std::vector<std::string> items;         // test ids
  std::vector<std::int32_t> truth;        // [n] class index
  std::vector<std::int32_t> groups;       // [n] group number; all different where rows are unrelated
  std::map<std::string, Slicing> slices;  // by name; none in older records
  std::map<std::string, Series> series;   // by node key
  std::vector<Cell> cells;
  Forecast forecast;  // empty in older records
  std::vector<std::string> warnings;
  Ledger ledger;
};

std::string digest_of(const Forecast& forecast);
Json to_json(const Forecast& forecast);
Json to_json(const Record& record, bool with_ledger = true);
// Throws Error{corrupt_data} that names `source` and the field; a newer schema is Error{unsupported}.
Record record_from_json(const Json& json, const std::string& source);
Record read_record(const std::string& path);

}  // namespace qinglan
