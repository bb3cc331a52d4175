#include "experiment/cost.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <tuple>

#include "base/error.h"
#include "catalog/model_cost.h"
#include "catalog/model_source.h"
#include "data/dataset.h"
#include "data/template.h"
#include "experiment/elicit.h"
#include "experiment/memory.h"

namespace qinglan {
namespace {

constexpr double kBytesPerToken = 4.3;  // English under byte-level BPE, measured on the quick-start texts
constexpr double kChatTokens = 30;      // what a chat template puts around a message, about
constexpr double kAssumedRate = 6e10;   // FLOP/s a thread of a recent server core in bf16 GEMMs of this size
constexpr double kWorthMeasuring = 1e11;  // FLOPs; smaller nodes are mostly start-up
constexpr double kProbeSeconds = 2;       // a fit on cached features, cross-validation included
constexpr double kRuleSeconds = 0.3;
constexpr double kPairRate = 2.5e9;  // differences of features a second while a stage looks for neighbours
constexpr double kFoldRate = 1.5e8;  // features of rows a second that a stage's probe reads, forward and back
constexpr double kFoldPasses = 250;  // over the rows of the other folds, until a probe is fitted

// Bytes of the example's text; of all its fields where a node has no template.
double text_bytes(const Example& example, const std::optional<Template>& text) {
  if (text) return static_cast<double>(text->render(example.fields).size());
  std::size_t bytes = 0;
  for (const auto& [column, value] : example.fields) bytes += value.size();
  return static_cast<double>(bytes);
}

// `text`: a template, or empty. `frame`: tokens that every text gets beside its own.
NodeTexts count_texts(const Inputs& inputs, const std::string& text, std::int64_t max_tokens, double frame) {
  std::optional<Template> parsed;
  if (!text.empty()) parsed = Template::parse(text);
  NodeTexts texts{static_cast<std::int64_t>(inputs.train.size()),
                  static_cast<std::int64_t>(inputs.test.size())};
  double sum = 0, squares = 0, rows = 0;
  for (const auto* split : {&inputs.train, &inputs.test})
    for (const auto& example : *split) {
      const double bytes = text_bytes(example, parsed);
      const double tokens = std::clamp(bytes / kBytesPerToken + frame, 1.0, static_cast<double>(max_tokens));
      texts.bytes += bytes, sum += tokens, squares += tokens * tokens, ++rows;
      texts.longest = std::max(texts.longest, tokens);
    }
  texts.mean = sum / std::max(rows, 1.0);
  texts.deviation = std::sqrt(std::max(0.0, squares / std::max(rows, 1.0) - texts.mean * texts.mean));
  return texts;
}

// What a fit on features reads: of a contrast pair, one side; empty for other nodes.
std::string features_of(const Node& node) {
  for (const char* role : {"features", "first"})
    if (const auto input = node.inputs.find(role); input != node.inputs.end()) return input->second;
  return "";
}

// Prompts that a search for labels asks of the model before it labels the rows.
double prompts_to_search(const Node& node) {
  const Json& learner = node.settings();
  return learner.value("kind", "") == "icm" ? coherence_prompts(learner) : 0;
}

// FLOP/s of earlier nodes of this store that computed as the plan's will, by their compute type.
class MeasuredRates {
 public:
  MeasuredRates(const Store& store, const Plan& plan) {
    Json profile;
    std::set<std::string> wanted;  // compute types of which there are not enough rates yet
    for (const auto& [key, node] : plan.nodes) {
      if (!node.files.contains("model")) continue;
      profile = node.profile;
      wanted.insert(node.settings().value("dtype", ""));
    }
    std::map<std::string, std::vector<double>> seen;
    for (const auto& shard : store.fs().list(store.root() + "/objects")) {
      if (wanted.empty()) break;  // a store may hold very many
      for (const auto& key : store.fs().list(store.root() + "/objects/" + shard)) {
        const Json ledger = store.ledger(key);
        const std::string dtype = ledger.value("dtype", "");
        if (!wanted.contains(dtype) || ledger.value("profile", Json()) != profile ||
            !(ledger.value("flops", 0.0) > kWorthMeasuring) || !(ledger.value("seconds", 0.0) > 0))
          continue;
        auto& rates = seen[dtype];
        rates.push_back(ledger["flops"].get<double>() / ledger["seconds"].get<double>());
        if (rates.size() == kEnough) wanted.erase(dtype);
      }
    }
    for (auto& [dtype, rates] : seen) {
      const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
      std::nth_element(rates.begin(), middle, rates.end());
      median_[dtype] = *middle;
    }
  }

  std::optional<double> of(const Node& node) const {
    const auto rate = median_.find(node.settings().value("dtype", ""));
    return rate == median_.end() ? std::nullopt : std::optional(rate->second);
  }

 private:
  static constexpr std::size_t kEnough = 50;
  std::map<std::string, double> median_;
};

class Estimator {
 public:
  Estimator(const Plan& plan, const PlannedData& data, Store& store)
      : plan_(plan), data_(data), inputs_(read_inputs(store.result_folder(plan.dataset))) {}

  double flops(const Node& node) {
    const auto file = node.files.find("model");
    if (file == node.files.end()) return 0;
    const ModelConfig& config = config_of(file->second);
    const Json& values = node.settings();
    const double tokens = texts_of(node).mean;
    const double all = static_cast<double>(data_.train + data_.test), test = static_cast<double>(data_.test);
    if (node.kind == "features" || node.kind == "trunk")
      return rows_passed(node) * tokens * token_flops(config, node.params["depth"], tokens, false);
    const double half = static_cast<double>(data_.train) / 2, epochs = values.value("epochs", 2.0);
    const std::string kind = values.value("kind", "");
    if (kind == "zero-shot" || kind == "few-shot" || kind == "icm") {
      const double asked = node.kind == "control" ? test
                           : kind == "zero-shot"  ? all
                                                  : half + test + prompts_to_search(node);
      return asked * tokens * token_flops(config, config.layers, tokens, false);
    }
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
    const double tokens = rows_passed(node) * texts_of(node).mean;
    return static_cast<std::int64_t>(tokens) * config_of(node.files.at("model")).hidden * 2;
  }

  // Of a node whose work is not counted in FLOPs.
  double seconds(const Node& node) {
    if (node.kind != "weak_labels") {
      const double one = features_of(node).empty() ? kRuleSeconds : kProbeSeconds;
      const auto ensemble = node.params.find("ensemble");
      return ensemble == node.params.end() ? one : one * ensemble->at("rounds").get<double>();
    }
    if (features_of(node).empty()) return kRuleSeconds;
    const double rows = static_cast<double>(data_.train) / 2,
                 width = static_cast<double>(feature_width(node));
    const Json& params = node.params["params"];
    double seconds = kRuleSeconds;
    if (params.contains("folds"))
      seconds += params["folds"].get<double>() * kFoldPasses * rows * width / kFoldRate;
    if (params.contains("k") || node.params["transform"] == "filter:overlap")
      seconds += rows * rows * width / kPairRate;
    return seconds;
  }

  std::int64_t memory(const Node& node) {
    const auto file = node.files.find("model");
    const NodeTexts& texts = texts_of(node);
    if (file != node.files.end()) {
      const ModelConfig& config = config_of(file->second);
      const std::int64_t width =
          node.kind == "features" ? config.hidden * static_cast<std::int64_t>(node.params["pooling"].size())
                                  : 0;
      return peak_memory(node, &config, file_bytes_.at(file->second), texts, width);
    }
    if (features_of(node).empty()) return peak_memory(node, nullptr, 0, texts, 0);
    return peak_memory(node, nullptr, 0, texts, feature_width(node));
  }

 private:
  // Rows of a pass of an untrained model: a password stands in a copy of every train row.
  double rows_passed(const Node& node) const {
    const std::int64_t copies = node.params.contains("password") ? data_.train : 0;
    return static_cast<double>(data_.train + copies + data_.test);
  }

  std::int64_t feature_width(const Node& node) {
    const Node& pass = plan_.nodes.at(features_of(node));
    return config_of(pass.files.at("model")).hidden *
           static_cast<std::int64_t>(pass.params["pooling"].size());
  }

  // Under the template of the node, or of the trunk that read them for it.
  const NodeTexts& texts_of(const Node& node) {
    const auto trunk = node.inputs.find("trunk");
    const Node& reader = trunk == node.inputs.end() ? node : plan_.nodes.at(trunk->second);
    const Json& values = reader.settings();
    const std::string text = values.value("text", "");
    const std::int64_t limit = values.value("max_tokens", 512);
    const NodeTexts& alone = texts_in(text, limit, values.contains("chat") ? kChatTokens : 0);
    const double shots = values.value("shots", 0.0);
    return shots > 0 ? texts_in(text, limit, shots * alone.mean) : alone;
  }

  const NodeTexts& texts_in(const std::string& text, std::int64_t limit, double frame) {
    const std::tuple seen{text, limit, frame};
    const auto it = texts_.find(seen);
    if (it != texts_.end()) return it->second;
    return texts_.emplace(seen, count_texts(inputs_, text, limit, frame)).first->second;
  }

  const ModelConfig& config_of(const std::string& path) {
    auto it = configs_.find(path);
    if (it != configs_.end()) return it->second;
    const ModelSource source = resolve_model(path);
    std::int64_t& bytes = file_bytes_[path];
    for (const auto& file : source.weight_files)
      bytes += static_cast<std::int64_t>(std::filesystem::file_size(file));
    return configs_.emplace(path, source.config).first->second;
  }

  const Plan& plan_;
  const PlannedData& data_;
  Inputs inputs_;
  std::map<std::string, ModelConfig> configs_;
  std::map<std::string, std::int64_t> file_bytes_;
  std::map<std::tuple<std::string, std::int64_t, double>, NodeTexts> texts_;
};

// How many steps of the plan must be done before the node.
int wave_of(const Node& node, const Plan& plan) {
  int wave = 0;
  for (const auto& [role, key] : node.inputs)
    if (const auto input = plan.nodes.find(key); input != plan.nodes.end())
      wave = std::max(wave, 1 + wave_of(input->second, plan));
  return wave;
}

// Nodes of one wave and company are one job (experiment/run.cc).
using JobName = std::pair<int, Company>;
JobName job_of(const Node& node, const Plan& plan) { return {wave_of(node, plan), company_of(node)}; }

}  // namespace

PlanCost estimate_cost(const Plan& plan, const PlannedData& data, Store& store, std::int64_t threads) {
  PlanCost cost;
  const MeasuredRates measured(store, plan);
  const double assumed = kAssumedRate * static_cast<double>(threads);
  double computing = 0;  // seconds of what is counted in FLOPs
  std::int64_t largest = 0;
  Estimator estimator(plan, data, store);
  std::map<JobName, std::int64_t> jobs;
  std::vector<std::string> order = plan.order;  // as workers take them: probes come last of a job
  std::stable_partition(order.begin(), order.end(), [&](const std::string& key) {
    const Node& node = plan.nodes.at(key);
    return node.kind == "weak_labels" || features_of(node).empty();
  });
  for (const auto& key : order) {
    const Node& node = plan.nodes.at(key);
    KindCost& kind = cost.kinds[node.kind];
    ++kind.nodes;
    if (store.has(key)) continue;
    ++kind.missing;
    const double flops = estimator.flops(node);
    cost.search_prompts += prompts_to_search(node);
    const auto rate = measured.of(node);
    const double seconds = flops > 0 ? flops / rate.value_or(assumed) : estimator.seconds(node);
    if (flops > 0) {
      computing += seconds;
      cost.rate_measured = cost.rate_measured || rate;
    }
    kind.flops += flops, kind.seconds += seconds;
    cost.flops += flops, cost.seconds += seconds;
    // Peaks are the process's: nodes of one job see those of the nodes before them.
    std::int64_t& peak = jobs[job_of(node, plan)];
    peak = std::max(peak, estimator.memory(node));
    kind.memory = std::max(kind.memory, peak);
    cost.peak_memory = std::max(cost.peak_memory, kind.memory);
    const std::int64_t disk = estimator.disk(node);
    cost.disk += disk;
    largest = std::max(largest, disk);
  }
  cost.disk += largest;  // whose chunks lie beside it
  cost.rate = computing > 0 ? cost.flops / computing : assumed;
  return cost;
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
    kinds[name] = {{"nodes", kind.nodes},
                   {"missing", kind.missing},
                   {"flops", kind.flops},
                   {"seconds", kind.seconds},
                   {"memory", kind.memory}};
  return {{"kinds", kinds},          {"flops", cost.flops},
          {"seconds", cost.seconds}, {"peak_memory", cost.peak_memory},
          {"disk", cost.disk},       {"search_prompts", cost.search_prompts},
          {"rate", cost.rate},       {"rate_measured", cost.rate_measured}};
}

}  // namespace qinglan
