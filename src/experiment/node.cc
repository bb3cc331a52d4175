#include "experiment/node.h"

#include "base/hash.h"

namespace qinglan {

Json Node::description() const {
  return {{"kind", kind}, {"params", params}, {"inputs", inputs}, {"profile", profile}};
}

std::string Node::key() const { return sha256_hex(canonical_json(description())); }

const Json& Node::settings() const {
  const auto learner = params.find("learner");
  return learner == params.end() ? params : *learner;
}

Company company_of(const Node& node) {
  const auto model = node.files.find("model");
  const TruthRead truth = node.reads_truth()             ? TruthRead::all
                          : node.inputs.contains("gold") ? TruthRead::gold_rows
                                                         : TruthRead::none;
  return {truth, model == node.files.end() ? "" : model->second};
}

Json to_json(const Node& node) {
  Json json = node.description();
  json["files"] = node.files;
  json["base"] = node.base;
  json["recompute"] = node.recompute;
  json["title"] = node.title;
  return json;
}

Node node_from_json(const Json& json, const std::string& source) {
  Node node;
  node.kind = get_field<std::string>(json, "kind", source);
  node.params = get_field<Json>(json, "params", source);
  node.profile = get_field<Json>(json, "profile", source);
  node.base = get_field<std::string>(json, "base", source);
  node.recompute = get_field<bool>(json, "recompute", source);
  node.title = get_field<std::string>(json, "title", source);
  for (const char* role_map : {"inputs", "files"}) {
    const Json entries = get_field<Json>(json, role_map, source);
    auto& target = role_map == std::string("inputs") ? node.inputs : node.files;
    for (const auto& [role, value] : entries.items())
      target[role] = get_field<std::string>(entries, role, source);
  }
  return node;
}

}  // namespace qinglan
