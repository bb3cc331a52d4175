#include "experiment/cost.h"

#include <algorithm>

#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "data/dataset.h"
#include "data/template.h"

namespace qinglan {
namespace {

constexpr double kBytesPerToken = 4.3;  // English under byte-level BPE, measured on the quick-start texts
constexpr double kChatTokens = 30;      // what a chat template puts around a message, about
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
      : data_(data), inputs_(read_inputs(store.result_folder(plan.dataset))) {}

  double flops(const Node& node) {
    const auto file = node.files.find("model");
    if (file == node.files.end()) return 0;
    const ModelConfig& config = config_of(file->second);
    const Json& values = node.params.contains("learner") ? node.params["learner"] : node.params;
    const std::int64_t limit = values.value("max_tokens", std::int64_t{512});
    const double frame = values.contains("chat") ? kChatTokens : 0;
    const double tokens = std::min(mean_tokens(inputs_, values.value("text", "{text}"), limit) + frame,
                                   static_cast<double>(limit));
    const double all = static_cast<double>(data_.train + data_.test), test = static_cast<double>(data_.test);
    if (node.kind == "features")
      return all * tokens * token_flops(config, node.params["depth"], tokens, false);
    if (values.value("kind", "") == "zero-shot")
      return test * tokens * token_flops(config, config.layers, tokens, false);
    const double half = static_cast<double>(data_.train) / 2, epochs = values.value("epochs", 2.0);
    return tokens * (epochs * half * token_flops(config, config.layers, tokens, true) +
                     (half + test * epochs) * token_flops(config, config.layers, tokens, false));
  }

  std::int64_t memory(const Node& node) {
    const auto file = node.files.find("model");
    const std::int64_t features = (data_.train + data_.test) * 2048 * 8;  // fp64 copies inside a probe
    if (file == node.files.end()) return kWorkerBase + (node.inputs.contains("features") ? features : 0);
    const ModelConfig& config = config_of(file->second);
    const std::int64_t weights = parameter_count(config) * 2;
    const Json learner = node.params.value("learner", Json::object());
    // A packed batch of 4,096 tokens; training keeps about 30 values of the hidden width a token and block.
    const std::int64_t pass = 4096 * config.hidden * 64;
    const std::string kind = learner.value("kind", "");
    if (kind == "full") return kWorkerBase + weights * 9 + config.layers * 2048 * config.hidden * 60;
    if (kind == "lora") return kWorkerBase + weights + config.layers * 2048 * config.hidden * 60 + pass;
    return kWorkerBase + 2 * weights + pass;
  }

 private:
  const ModelConfig& config_of(const std::string& path) {
    auto it = configs_.find(path);
    if (it == configs_.end()) it = configs_.emplace(path, resolve_model(path).config).first;
    return it->second;
  }

  const PlannedData& data_;
  Inputs inputs_;
  std::map<std::string, ModelConfig> configs_;
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
  }
  return cost;
}

Json to_json(const PlanCost& cost) {
  Json kinds = Json::object();
  for (const auto& [name, kind] : cost.kinds)
    kinds[name] = {
        {"nodes", kind.nodes}, {"missing", kind.missing}, {"flops", kind.flops}, {"seconds", kind.seconds}};
  return {{"kinds", kinds},          {"flops", cost.flops},
          {"seconds", cost.seconds}, {"peak_memory", cost.peak_memory},
          {"rate", cost.rate},       {"rate_measured", cost.rate_measured}};
}

}  // namespace qinglan
