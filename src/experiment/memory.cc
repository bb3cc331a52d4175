#include "experiment/memory.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/processor.h"
#include "catalog/model_cost.h"

namespace qinglan {
namespace {

constexpr double kProcess = 122 << 20;    // the worker before any work, measured
constexpr double kCompute = 20 << 20;     // what LibTorch sets up at its first products, measured
constexpr double kFullTuning = 24 << 20;  // and at products that train whole matrices, measured
constexpr double kVocabularyEntry = 980;  // bytes that a tokenizer and its making take for each, measured
constexpr double kTokenBytes = 235;       // a token while its text is encoded, measured
constexpr double kWaste = 1.02;           // heap that is neither used nor given back, measured
constexpr double kExampleBytes = 1000;    // a row of the data set beside its text
constexpr double kForwardTokens = 4096;   // train/packing.h
constexpr double kChunkTokens = 8 * kForwardTokens;  // train/chunked_pass.cc
constexpr double kPanelRows = 1 << 16;               // model/matrix.cc
constexpr double kStageBlock = 64;                   // supervise/neighbours.cc

struct Widths {
  double c, q, kv, i, up;  // up: what the first feed-forward product gives, gate and up where gated
};

Widths widths_of(const ModelConfig& config) {
  const auto wide = [](std::int64_t value) { return static_cast<double>(value); };
  return {wide(config.hidden), wide(config.q_width()), wide(config.kv_width()), wide(config.intermediate),
          wide(config.intermediate) * (config.gated ? 2 : 1)};
}

// Whether the gate is one pass; else its activation is kept beside gate and up (model/kernels.h, gated).
bool gates_in_one(const ModelConfig& config) {
  return config.activation == Activation::silu || config.activation == Activation::gelu_tanh;
}

// Whether a pass without gradients has gate and up in registers alone (model/products.h, gated_linear).
bool gates_at_once(const ModelConfig& config, double bytes) {
  const bool fits =
      config.intermediate % 16 == 0 && 2.0 * static_cast<double>(config.intermediate) <= kPanelRows;
  return config.gated && gates_in_one(config) && fits && bytes < 4 && has_bf16_vectors();
}

double activated_values(const ModelConfig& config) {
  return config.gated && !gates_in_one(config) ? static_cast<double>(config.intermediate) : 0;
}

// Values a token at the widest point of a pass without gradients: in the feed-forward or around attention.
double forward_values(const ModelConfig& config, double bytes) {
  const Widths w = widths_of(config);
  const double qkv = w.q + 2 * w.kv;
  const double feed_forward =
      3 * w.c + (gates_at_once(config, bytes) ? 0 : w.up) + w.i + activated_values(config);
  const double attention = 2 * w.c + (config.qk_norm ? 2 : 1) * qkv + w.q + w.c;
  return std::max(feed_forward, attention);
}

// Values a token that one block keeps for the backward pass: inputs of norms, of trained products, of
// attention and of the activation.
double saved_values(const ModelConfig& config, bool full) {
  const Widths w = widths_of(config);
  double values = 3 * w.c + w.q + 2 * w.kv + w.q + w.up + activated_values(config);
  if (config.qk_norm) values += w.q + w.kv;
  if (config.residual == Residual::sandwich) values += 2 * w.c;
  if (config.residual == Residual::parallel) values -= w.c;
  if (full) values += w.c + w.i;
  return values;
}

// Of these, what the last block keeps of one token of each document alone, where no other is read (see
// Backbone::pooled): what stands behind its attention.
double spared_values(const ModelConfig& config, bool full) {
  const Widths w = widths_of(config);
  return w.q + (config.residual == Residual::parallel ? 0 : w.c) + w.up + activated_values(config) +
         (full ? w.c + w.i : 0);
}

// Values a token beside the saved ones while one block's backward pass runs.
double backward_values(const ModelConfig& config) {
  const Widths w = widths_of(config);
  return std::max(2 * w.c + w.i + 2 * w.up, 2 * w.c + w.q + 2 * (w.q + 2 * w.kv));
}

double value_bytes(const Json& values) { return values.value("dtype", "bfloat16") == "float32" ? 4 : 2; }

bool upper_only(const Node& node) { return node.inputs.contains("trunk"); }

// Of a student of the top blocks, theirs alone.
double parameters_held(const Node& node, const ModelConfig& config) {
  const double all = static_cast<double>(parameter_count(config));
  if (!upper_only(node)) return all;
  const double embedding = static_cast<double>(config.vocab * config.hidden);
  return (all - embedding) * static_cast<double>(trained_layers(node, config)) /
         static_cast<double>(config.layers);
}

double weight_bytes(const Node& node, const ModelConfig& config, double bytes, double file_bytes) {
  const double all = static_cast<double>(parameter_count(config));
  if (node.base != "file") return bytes * parameters_held(node, config);
  if (upper_only(node)) return file_bytes * parameters_held(node, config) / all;
  // Pages of the file that are read: the blocks up to the depth and the embedding. One matrix stands
  // dequantized.
  const Widths w = widths_of(config);
  const double layers = static_cast<double>(config.layers),
               embedding = static_cast<double>(config.vocab) * w.c;
  const double depth = node.params.value("depth", layers) / layers;
  return file_bytes * (embedding + depth * (all - embedding)) / all + bytes * w.up * w.c;
}

double pass_tokens(const NodeTexts& texts, double rows) {
  return std::max(std::min(kForwardTokens, rows * texts.mean), texts.longest);
}

double pass_bytes(const ModelConfig& config, double tokens, double bytes) {
  return tokens * bytes * forward_values(config, bytes);
}

// About how many standard deviations the largest of n normal draws lies above the mean.
double expected_largest(double n) {
  if (n < 3) return 0.5;
  const double root = std::sqrt(2 * std::log(n));
  return root - (std::log(std::log(n)) + std::log(4 * std::numbers::pi)) / (2 * root);
}

// The largest micro-batch: rows are drawn anew every step, so its tokens scatter about the mean.
double micro_tokens(const NodeTexts& texts, const Json& learner) {
  const double batch = learner.value("batch", 32.0), most = learner.value("micro_tokens", 2048.0);
  const double steps = learner.value("epochs", 2.0) * static_cast<double>(texts.train) / 2 / batch;
  const double drawn = batch * texts.mean + expected_largest(steps) * std::sqrt(batch) * texts.deviation;
  return std::max(std::min(drawn, most), texts.longest);
}

double fine_tuning_bytes(const Node& node, const ModelConfig& config, const NodeTexts& texts, double bytes) {
  const Json& learner = node.params["learner"];
  const bool full = learner.at("kind") == "full";
  const double tokens = micro_tokens(texts, learner),
               layers = static_cast<double>(trained_layers(node, config));
  const bool one_token = learner.value("pooling", Json::array({"mean"})) != Json::array({"mean"});
  // Recomputed, blocks keep their inputs, and one of them all it needs.
  const double saved =
      node.recompute ? layers * widths_of(config).c + saved_values(config, full)
                     : layers * saved_values(config, full) - (one_token ? spared_values(config, full) : 0);
  const double activations = tokens * bytes * (saved + backward_values(config));
  const double asked = std::max(static_cast<double>(texts.test), static_cast<double>(texts.train) / 2);
  const double pass = pass_bytes(config, pass_tokens(texts, asked), bytes);
  if (!full) {
    const double rank = learner.value("lora_rank", 8.0);
    const Widths w = widths_of(config);
    const double trained = layers * rank * (4 * w.c + 3 * w.q + 2 * w.kv);
    return std::max(activations, pass) + trained * 20;
  }
  const double trained = parameters_held(node, config);
  const bool several = tokens >= learner.value("micro_tokens", 2048.0) * 0.9;
  // Masters (the weights themselves in fp32) and two moments; gradients, but of the embedding only its rows
  // that were read. Those of a batch's only micro-batch take the place of activations; later ones find fp32
  // sums there and bring their own.
  const double embedding = upper_only(node) ? 0 : static_cast<double>(config.vocab * config.hidden);
  const double best = learner.contains("stop") ? 4 : 0;  // the parameters after the best epoch
  const double state = kFullTuning + trained * ((bytes < 4 ? 4 : 0) + 8 + best),
               gradients = bytes * (trained - embedding);
  if (!several) return state + std::max({activations, pass, gradients});
  return state + 4 * (trained - embedding) + gradients + std::max(activations, pass);
}

double probe_bytes(const NodeTexts& texts, double width) {
  const double half = static_cast<double>(texts.train) / 2, test = static_cast<double>(texts.test);
  const double features = (half * 2 + test) * width * 2, picked = half * width * 2;
  // Both factors are measured: the rows as given, centred, scaled, with a column of ones, and a fold of them;
  // Gram matrix, Hessian, its factor and inverse.
  const double design = 5.2 * half * width * 8, squares = 5.9 * width * width * 8;
  return features + picked + design + squares;
}

// A stage of a pipeline: the features, the half's rows as they were read, as numbers and in the order
// of their hashes; neighbours of all rows and distances of a block of them, or standardized rows.
double stage_bytes(const Node& node, const NodeTexts& texts, double width) {
  const double half = static_cast<double>(texts.train) / 2, rows = half * 2 + static_cast<double>(texts.test);
  const Json& params = node.params["params"];
  const double given = rows * width * 2 + half * width * (4 + 4);
  const bool pairs = params.contains("k") || node.params["transform"] == "filter:overlap";
  if (params.contains("folds") && !pairs)
    return given + half * width * (8 + 4) * 1.5;  // vectors grow by doubling
  // A third time, of length 1 or standardized, where rows overlap or answers are judged.
  const bool again = node.params["transform"] == "filter:overlap" || params.contains("l2");
  const double neighbours = params.value("k", 0.0) + params.value("k_zeta", 0.0);
  return given + (again ? half * width * 4 : 0) + half * (kStageBlock * 8 + neighbours * 4 * 2);
}

// A direction fitted on contrast pairs.
double contrast_bytes(const NodeTexts& texts, double width) {
  const double half = static_cast<double>(texts.train) / 2, test = static_cast<double>(texts.test);
  const double features = 2 * (half * 2 + test) * width * 2, chosen = 2 * half * width * 2;
  const double standardised = 2 * half * width * 4, squares = 4 * width * width * 8;
  return features + chosen + 2 * standardised + squares;
}

// Packs of a chunk gather while the next is computed; then they are joined.
double trunk_bytes(const ModelConfig& config, const NodeTexts& texts, double rows, double bytes) {
  const double chunk = std::min(texts.mean * rows, kChunkTokens) * static_cast<double>(config.hidden) * 2;
  return chunk + std::max(pass_bytes(config, pass_tokens(texts, rows), bytes), chunk);
}

bool asks_by_words(const std::string& kind) {
  return kind == "zero-shot" || kind == "few-shot" || kind == "icm";
}

}  // namespace

std::int64_t trained_layers(const Node& node, const ModelConfig& config) {
  return node.settings().value("layers", config.layers);
}

std::int64_t peak_memory(const Node& node, const ModelConfig* config, std::int64_t file_bytes,
                         const NodeTexts& texts, std::int64_t feature_width) {
  const double rows = static_cast<double>(texts.train + texts.test);
  double total = kProcess + rows * kExampleBytes + 2 * texts.bytes;
  const Json learner = node.params.value("learner", Json::object());
  if (!config) {
    const auto width = static_cast<double>(feature_width);
    if (node.inputs.contains("features"))
      total += kCompute +
               (node.kind == "weak_labels" ? stage_bytes(node, texts, width) : probe_bytes(texts, width));
    else if (node.inputs.contains("first"))
      total += kCompute + contrast_bytes(texts, width);
    return static_cast<std::int64_t>(total);
  }
  total += kCompute;
  const double states = texts.mean * rows * static_cast<double>(config->hidden) * 2;  // of all tokens
  const double bytes = value_bytes(learner.empty() ? node.params : learner);
  if (upper_only(node))
    total += states;  // mapped
  else
    total += kTokenBytes * texts.mean * rows + kVocabularyEntry * static_cast<double>(config->vocab);
  total += weight_bytes(node, *config, bytes, static_cast<double>(file_bytes));
  // The largest matrix of a block stands in panels while it is multiplied (model/bf16_product.h).
  if (bytes < 4 && has_bf16_vectors()) total += 2 * widths_of(*config).up * widths_of(*config).c;
  double work = 0;
  if (node.kind == "features")
    work =
        rows * static_cast<double>(feature_width) * 2 + pass_bytes(*config, pass_tokens(texts, rows), bytes);
  else if (node.kind == "trunk")
    work = trunk_bytes(*config, texts, rows, bytes);
  else if (asks_by_words(learner.value("kind", "")))
    work = pass_bytes(
        *config,
        pass_tokens(texts, static_cast<double>(node.kind == "control" ? texts.test
                                                                      : std::max(texts.train, texts.test))),
        bytes);
  else
    work = fine_tuning_bytes(node, *config, texts, bytes);
  return static_cast<std::int64_t>(total + kWaste * work);
}

}  // namespace qinglan
