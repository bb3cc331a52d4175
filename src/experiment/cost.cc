#include "experiment/cost.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "data/dataset.h"
#include "data/template.h"

namespace qinglan {
namespace {

constexpr double kBytesPerToken = 4.3;  // English under byte-level BPE, measured on the quick-start texts
constexpr double kAssumedRate = 6e10;   // FLOP/s a thread of a recent server core in bf16 GEMMs of this size
constexpr double kWorthMeasuring = 1e11;  // FLOPs; smaller nodes are mostly start-up
constexpr double kProbeSeconds = 2;       // a fit on cached features, cross-validation included
constexpr double kRuleSeconds = 0.3;
constexpr std::int64_t kWorkerBase = 400 << 20;  // LibTorch itself

double mean_tokens(const Inputs& inputs, const std::string& text, std::int64_t max_tokens) {
  const Template parsed = Template::parse(text);
  double bytes = 0, rows = 0;
  for (const auto* split : {&inputs.train, &inputs.test})
    for (const auto& example : *split)
      bytes += static_cast<double>(parsed.render(example.fields).size()), ++rows;
  return std::clamp(bytes / std::max(rows, 1.0) / kBytesPerToken, 1.0, static_cast<double>(max_tokens));
}

double measured_rate(const Store& store) {
  std::vector<double> rates;
  for (const auto& shard : store.fs().list(store.root() + "/objects"))
    for (const auto& key : store.fs().list(store.root() + "/objects/" + shard)) {
      if (rates.size() >= 50) break;
      const Json ledger = store.ledger(key);
      if (ledger.value("flops", 0.0) > kWorthMeasuring && ledger.value("seconds", 0.0) > 0)
        rates.push_back(ledger["flops"].get<double>() / ledger["seconds"].get<double>());
    }
  if (rates.empty()) return 0;
  std::nth_element(rates.begin(), rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2), rates.end());
  return rates[rates.size() / 2];
}

class Estimator {
 public:
  Estimator(const Plan& plan, const PlannedData& data, Store& store)
      : plan_(plan), data_(data), inputs_(read_inputs(store.result_folder(plan.dataset))) {}

  double flops(const Node& node) {
    const auto file = node.files.find("model");
    if (file == node.files.end()) return 0;
    const ModelConfig& config = config_of(file->second);
    const Json& values = node.params.contains("learner") ? node.params["learner"] : node.params;
    const double tokens = tokens_of(node);
    const double all = static_cast<double>(data_.train + data_.test), test = static_cast<double>(data_.test);
    if (node.kind == "features" || node.kind == "trunk")
      return all * tokens * token_flops(config, node.params["depth"], tokens, false);
    if (values.value("kind", "") == "zero-shot")
      return test * tokens * token_flops(config, config.layers, tokens, false);
    const double half = static_cast<double>(data_.train) / 2, epochs = values.value("epochs", 2.0);
    const std::int64_t below = config.layers - trained_layers(node, config);
    const auto token = [&](bool trained) {
      return token_flops(config, config.layers, tokens, trained) -
             token_flops(config, below, tokens, trained);
    };
    return tokens * (epochs * half * token(true) + (half + test * epochs) * token(false));
  }

  // Bytes of the hidden states that a trunk node leaves.
  std::int64_t disk(const Node& node) {
    if (node.kind != "trunk") return 0;
    const double tokens = static_cast<double>(data_.train + data_.test) * tokens_of(node);
    return static_cast<std::int64_t>(tokens) * config_of(node.files.at("model")).hidden * 2;
  }

  std::int64_t memory(const Node& node) {
    const auto file = node.files.find("model");
    const std::int64_t features = (data_.train + data_.test) * 2048 * 8;  // fp64 copies inside a probe
    if (file == node.files.end()) return kWorkerBase + (node.inputs.contains("features") ? features : 0);
    const ModelConfig& config = config_of(file->second);
    const std::int64_t layers = trained_layers(node, config);
    const std::int64_t weights = parameter_count(config) * 2 * (layers < config.layers ? layers : 1) /
                                 (layers < config.layers ? config.layers : 1);
    const Json learner = node.params.value("learner", Json::object());
    // A packed batch of 4,096 tokens; training keeps about 30 values of the hidden width a token and block.
    const std::int64_t pass = 4096 * config.hidden * 64;
    const std::string kind = learner.value("kind", "");
    if (kind == "full") return kWorkerBase + weights * 9 + layers * 2048 * config.hidden * 60;
    if (kind == "lora") return kWorkerBase + weights + layers * 2048 * config.hidden * 60 + pass;
    return kWorkerBase + 2 * weights + pass;
  }

 private:
  // Of one text under the node's template.
  double tokens_of(const Node& node) {
    const auto trunk = node.inputs.find("trunk");
    const Node& reader = trunk == node.inputs.end() ? node : plan_.nodes.at(trunk->second);
    const Json& values = reader.params.contains("learner") ? reader.params["learner"] : reader.params;
    const std::string text = values.value("text", "{text}");
    const std::int64_t most = values.value("max_tokens", 512);
    const auto [it, fresh] = tokens_.emplace(std::pair(text, most), 0);
    if (fresh) it->second = mean_tokens(inputs_, text, most);
    return it->second;
  }

  static std::int64_t trained_layers(const Node& node, const ModelConfig& config) {
    return node.params.value("learner", Json::object()).value("layers", config.layers);
  }

  const ModelConfig& config_of(const std::string& path) {
    auto it = configs_.find(path);
    if (it == configs_.end()) it = configs_.emplace(path, resolve_model(path).config).first;
    return it->second;
  }

  const Plan& plan_;
  const PlannedData& data_;
  Inputs inputs_;
  std::map<std::string, ModelConfig> configs_;
  std::map<std::pair<std::string, std::int64_t>, double> tokens_;
};

}  // namespace

PlanCost estimate_cost(const Plan& plan, const PlannedData& data, Store& store, std::int64_t threads) {
  PlanCost cost;
  const double measured = measured_rate(store);
  cost.rate_measured = measured > 0;
  cost.rate = cost.rate_measured ? measured : kAssumedRate * static_cast<double>(threads);
  Estimator estimator(plan, data, store);
  for (const auto& key : plan.order) {
    const Node& node = plan.nodes.at(key);
    KindCost& kind = cost.kinds[node.kind];
    ++kind.nodes;
    if (store.has(key)) continue;
    ++kind.missing;
    const double flops = estimator.flops(node);
    const double seconds = flops > 0                          ? flops / cost.rate
                           : node.inputs.contains("features") ? kProbeSeconds
                                                              : kRuleSeconds;
    kind.flops += flops, kind.seconds += seconds;
    cost.flops += flops, cost.seconds += seconds;
    cost.peak_memory = std::max(cost.peak_memory, estimator.memory(node));
    cost.disk += estimator.disk(node);
  }
  return cost;
}

std::int64_t estimate_disk(const Plan& plan, const PlannedData& data, Store& store) {
  std::int64_t bytes = 0;
  std::optional<Estimator> estimator;  // reads all rows
  for (const auto& [key, node] : plan.nodes) {
    if (node.kind != "trunk" || store.has(key)) continue;
    if (!estimator) estimator.emplace(plan, data, store);
    bytes += estimator->disk(node);
  }
  return bytes;
}

std::int64_t free_disk(const Store& store) {
  return static_cast<std::int64_t>(std::filesystem::space(store.root()).available);
}

void check_disk(std::int64_t needed, std::int64_t free) {
  if (needed <= free) return;
  const auto gigabytes = [](std::int64_t bytes) { return std::to_string((bytes >> 20) / 1000) + " GB"; };
  throw Error(ErrorKind::usage,
              "the hidden states that students of the top blocks start from do not fit on the disk")
      .expected("about " + gigabytes(needed) + " free below the store")
      .found(gigabytes(free))
      .hint(
          "name a store on a larger disk with --store, take fewer rows or a lower max_tokens, or use tune = "
          "\"lora\"");
}

Json to_json(const PlanCost& cost) {
  Json kinds = Json::object();
  for (const auto& [name, kind] : cost.kinds)
    kinds[name] = {
        {"nodes", kind.nodes}, {"missing", kind.missing}, {"flops", kind.flops}, {"seconds", kind.seconds}};
  return {{"kinds", kinds},
          {"flops", cost.flops},
          {"seconds", cost.seconds},
          {"peak_memory", cost.peak_memory},
          {"disk", cost.disk},
          {"rate", cost.rate},
          {"rate_measured", cost.rate_measured}};
}

}  // namespace qinglan
