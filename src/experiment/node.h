#pragma once
// A unit of work: immutable description, content-addressed key. Its description in canonical JSON is
// {"kind","params","inputs":{role:key},"profile"}; the key is that text's SHA-256. Paths never enter.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/json.h"

namespace qinglan {

struct Node {
  std::string kind;  // dataset | ground_truth | features | trunk | shots | weak_floor | weak_labels
                     // | gold_rows | strong_ceiling | weak_to_strong | control
  Json params = Json::object();
  std::map<std::string, std::string> inputs;  // role -> key
  Json profile = Json::object();              // empty for work without LibTorch

  // Not part of the key: where things lie on this machine, how its memory is used, and words for people.
  std::map<std::string, std::string> files;  // role -> path: "model", "lexicon", "labels"
  std::string base = "compute";              // how frozen weights are held: compute | file
  bool recompute = false;                    // activations in the backward pass
  std::string title;

  Json description() const;
  std::string key() const;
  // Of its learner, or of the node where it has none.
  const Json& settings() const;
  bool reads_truth() const { return inputs.contains("truth"); }
};

// How much truth it reads (none, some rows of it, all), and its model file: nodes that agree in both may
// share a process. Nothing that reads ground truth ever shares one with a student of weak labels alone.
enum class TruthRead { none, gold_rows, all };
using Company = std::tuple<TruthRead, std::string>;
Company company_of(const Node& node);

Json to_json(const Node& node);
Node node_from_json(const Json& json, const std::string& source);

}  // namespace qinglan
