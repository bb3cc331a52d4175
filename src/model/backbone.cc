#include "model/backbone.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "model/block_inputs.h"
#include "model/recompute.h"
#include "model/weight_reader.h"

namespace qinglan {
namespace {

using R = WeightRole;
constexpr double kInitDeviation = 0.02;
constexpr std::int64_t kRandomBlock = 1 << 16;  // numbers of one stream, so that threads can share the work

// A weight's name in the file, with the part where several share one.
std::string stream_name(const Architecture& architecture, const WeightPlace& place) {
  const std::string name = architecture.hf_name(place.role, place.layer);
  std::int64_t sharing = 0, number = 0;
  for (const auto& other : architecture.weights) {
    if (std::string_view(other.hf) != architecture.find(place.role).hf) continue;
    if (other.role == place.role) number = sharing;
    ++sharing;
  }
  return sharing > 1 ? name + ":" + std::to_string(number) : name;
}

}  // namespace

torch::Tensor Backbone::add(const Supply& supply, const std::string& name, const std::vector<R>& roles,
                            std::int64_t layer) {
  std::vector<WeightPlace> places;
  std::int64_t rows = 0, columns = 0;
  for (const auto role : roles) {
    if (!has_weight(config_, role, layer)) continue;
    const WeightShape shape = weight_shape(config_, role);
    places.push_back({role, layer});
    rows += shape.rows;
    columns = shape.columns;
  }
  if (places.empty()) return {};
  const auto shape = columns ? std::vector<std::int64_t>{rows, columns} : std::vector<std::int64_t>{rows};
  auto tensor = torch::empty(shape, dtype_);
  std::int64_t first = 0;
  for (const auto& place : places) {
    const std::int64_t count = weight_shape(config_, place.role).rows;
    supply.fill(place, tensor.narrow(0, first, count));
    first += count;
  }
  tensor = tensor.to(device_);
  parameters_.push_back({name, tensor});
  places_[name] = std::move(places);
  return tensor;
}

Matrix Backbone::add_matrix(const Supply& supply, const std::string& name, const std::vector<R>& roles,
                            std::int64_t layer) {
  if (!supply.keep) {
    auto tensor = add(supply, name, roles, layer);
    return tensor.defined() ? Matrix(std::move(tensor)) : Matrix();
  }
  std::vector<WeightRows> parts;
  for (const auto role : roles)
    if (has_weight(config_, role, layer)) parts.push_back(supply.keep({role, layer}));
  return parts.empty() ? Matrix() : Matrix(parts, dtype_, device_);
}

Backbone::NormWeights Backbone::add_norm(const Supply& supply, const std::string& name, R scale, R bias,
                                         std::int64_t layer) {
  return {add(supply, name + ".weight", {scale}, layer), add(supply, name + ".bias", {bias}, layer)};
}

Backbone::Layer Backbone::build_layer(std::int64_t number, const Supply& supply) {
  const std::string stem = "layers." + std::to_string(number) + ".";
  const auto vector = [&](const std::string& name, const std::vector<R>& roles) {
    return add(supply, stem + name, roles, number);
  };
  const auto matrix = [&](const std::string& name, const std::vector<R>& roles) {
    return add_matrix(supply, stem + name, roles, number);
  };
  const bool gated = config_.gated;
  Layer layer;
  layer.attention_norm =
      add_norm(supply, stem + "attention_norm", R::attention_norm, R::attention_norm_bias, number);
  layer.qkv = matrix("qkv.weight", {R::q, R::k, R::v});
  layer.qkv_bias = vector("qkv.bias", {R::q_bias, R::k_bias, R::v_bias});
  layer.q_norm = vector("q_norm.weight", {R::q_norm});
  layer.k_norm = vector("k_norm.weight", {R::k_norm});
  layer.o = matrix("o.weight", {R::o});
  layer.o_bias = vector("o.bias", {R::o_bias});
  layer.attention_post_norm.scale = vector("attention_post_norm.weight", {R::attention_post_norm});
  layer.ffn_norm = add_norm(supply, stem + "ffn_norm", R::ffn_norm, R::ffn_norm_bias, number);
  layer.up = matrix(gated ? "gate_up.weight" : "up.weight", {R::gate, R::up});
  layer.up_bias = vector(gated ? "gate_up.bias" : "up.bias", {R::gate_bias, R::up_bias});
  layer.down = matrix("down.weight", {R::down});
  layer.down_bias = vector("down.bias", {R::down_bias});
  layer.ffn_post_norm.scale = vector("ffn_post_norm.weight", {R::ffn_post_norm});
  return layer;
}

Backbone::Backbone(ModelConfig config, torch::Dtype dtype, std::int64_t first, const torch::Device& device,
                   const Supply& supply)
    : config_(std::move(config)),
      dtype_(dtype),
      device_(device),
      storage_(supply.keep ? BaseStorage::file : BaseStorage::compute),
      first_(first),
      layers_(static_cast<std::size_t>(first)) {
  QL_CHECK(dtype == torch::kFloat32 || dtype == torch::kBFloat16, "a backbone computes in fp32 or bf16");
  QL_CHECK(first >= 0 && first <= config_.layers, "the upper part begins outside the model");
  const torch::NoGradGuard no_grad;
  if (first == 0) add_embeddings(supply);
  for (std::int64_t number = first; number < config_.layers; ++number)
    layers_.push_back(build_layer(number, supply));
  final_norm_ = add_norm(supply, "final_norm", R::final_norm, R::final_norm_bias, -1);
  if (first > 0) return;
  lm_head_ = add_matrix(supply, "lm_head.weight", {R::lm_head}, -1);
  if (!lm_head_.defined()) lm_head_ = token_embedding_;
}

void Backbone::add_embeddings(const Supply& supply) {
  token_embedding_ = add_matrix(supply, "token_embedding.weight", {R::token_embedding}, -1);
  position_embedding_ = add(supply, "position_embedding.weight", {R::position_embedding}, -1);
  type_embedding_ = add(supply, "type_embedding.weight", {R::type_embedding}, -1);
  embedding_norm_ = add_norm(supply, "embedding_norm", R::embedding_norm, R::embedding_norm_bias, -1);
}

Backbone Backbone::load(const ModelSource& source, torch::Dtype dtype, BaseStorage storage,
                        std::int64_t first, const torch::Device& device) {
  if (storage == BaseStorage::file && source.format != WeightFormat::gguf)
    throw Error(ErrorKind::unsupported, "only a GGUF file's weights can stay as they are")
        .in(source.path)
        .expected("a .gguf file")
        .hint("leave base at \"compute\"");
  const WeightReader reader(source);
  Supply supply;
  supply.fill = [&](const WeightPlace& place, torch::Tensor rows) {
    reader.find(place.role, place.layer).read(0, rows, /*release=*/true);
  };
  if (storage == BaseStorage::file)
    supply.keep = [&](const WeightPlace& place) { return reader.find(place.role, place.layer); };
  return Backbone(source.config, dtype, first, device, supply);
}

Backbone Backbone::random(const ModelConfig& config, std::uint64_t run_seed, torch::Dtype dtype,
                          std::int64_t first, const torch::Device& device) {
  const Architecture& architecture = architecture_named(config.architecture);
  const double norm_scale = config.unit_offset_norm ? 0 : 1;
  Supply supply;
  supply.fill = [&](const WeightPlace& place, torch::Tensor rows) {
    if (is_norm(place.role) || is_bias(place.role)) {
      rows.fill_(is_norm(place.role) ? norm_scale : 0);
      return;
    }
    const std::string stream = "random_init/" + stream_name(architecture, place);
    auto values = torch::empty({rows.numel()}, torch::kFloat32);
    float* data = values.data_ptr<float>();
    const std::int64_t count = values.numel(), blocks = (count + kRandomBlock - 1) / kRandomBlock;
    at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t block = begin; block < end; ++block) {
        Random random(run_seed, stream, static_cast<std::uint64_t>(block));
        for (std::int64_t i = block * kRandomBlock; i < std::min(count, (block + 1) * kRandomBlock); ++i)
          data[i] = static_cast<float>(kInitDeviation * random.normal());
      }
    });
    rows.copy_(values.view(rows.sizes()));
  };
  return Backbone(config, dtype, first, device, supply);
}

Beginnings Backbone::beginnings() const {
  const bool by_length = !config_.rotary.long_divisor.empty() || !config_.local_rotary.long_divisor.empty();
  return config_.kind == ModelKind::decoder && !by_length && !operators::serve(device_) ? Beginnings::shared
                                                                                        : Beginnings::apart;
}

void Backbone::check_batch(const PackedBatch& batch) const {
  QL_CHECK(!batch.shared || beginnings() == Beginnings::shared, "documents of this model share no rows");
  QL_CHECK(first_ == 0 || batch.hidden.defined(), "the upper part of a model reads hidden states");
  if (!batch.hidden.defined()) check_ids(batch);
  const auto longest = *std::max_element(batch.lengths.begin(), batch.lengths.end());
  if (longest > config_.max_positions)
    throw Error(ErrorKind::invalid_input, "a text is longer than the model can read")
        .expected("at most " + std::to_string(config_.max_positions) + " tokens")
        .found(std::to_string(longest))
        .hint("Lower the limit on tokens.");
}

void Backbone::check_ids(const PackedBatch& batch) const {
  const auto [least, most] = batch.ids.aminmax();
  const auto lowest = least.item<std::int64_t>(), highest = most.item<std::int64_t>();
  if (lowest < 0 || highest >= config_.vocab)
    throw Error(ErrorKind::invalid_input, "a token id is outside the model's vocabulary")
        .expected("0.." + std::to_string(config_.vocab - 1))
        .found(std::to_string(lowest < 0 ? lowest : highest));
}

torch::Tensor Backbone::embed(const PackedBatch& batch) const {
  // A copy, since blocks add in place where there are no gradients.
  if (batch.hidden.defined()) return batch.hidden.to(device_, dtype_, /*non_blocking=*/false, /*copy=*/true);
  auto x = token_embedding_.rows(batch.ids.to(device_));
  if (config_.embedding_scale != 1) {
    // In the compute type, as the models were trained.
    x = x * torch::tensor(config_.embedding_scale, torch::kFloat64).to(dtype_);
  }
  if (config_.learned_positions)
    x = x + torch::embedding(position_embedding_, (batch.positions + config_.position_offset).to(device_));
  if (type_embedding_.defined()) x = x + type_embedding_[0];  // one segment only: every token has type 0
  return config_.embedding_norm ? norm(x, embedding_norm_) : x;
}

std::vector<torch::Tensor> Backbone::forward(const PackedBatch& batch, std::span<const std::int64_t> depths,
                                             const LoraAdapter* adapter, Activations activations) const {
  return states(batch, depths, adapter, activations, {});
}

torch::Tensor Backbone::pooled(const PackedBatch& batch, Pooling pooling, const LoraAdapter* adapter,
                               Activations activations) const {
  // A batch that comes with its last states runs no block that could leave some out.
  const bool runs_blocks = !batch.hidden.defined() || batch.depth < config_.layers;
  const auto read = runs_blocks ? RowsRead::of(batch, pooling) : RowsRead();
  const auto hidden = states(batch, std::span(&config_.layers, 1), adapter, activations, read.rows)[0];
  return read.rows.defined() ? read.pooled(hidden) : pool(hidden, batch, pooling);
}

std::vector<torch::Tensor> Backbone::states(const PackedBatch& batch, std::span<const std::int64_t> depths,
                                            const LoraAdapter* adapter, Activations activations,
                                            const torch::Tensor& read) const {
  QL_CHECK(!depths.empty() && batch.documents() > 0, "forward needs depths and documents");
  const std::int64_t from = batch.hidden.defined() ? batch.depth : 0;
  QL_CHECK(from >= first_, "hidden states of a depth whose blocks were not loaded");
  for (const auto depth : depths)
    QL_CHECK(depth >= from && depth <= config_.layers, "depth outside the blocks run");
  check_batch(batch);
  const auto inputs = std::make_shared<const BlockInputs>(config_, batch, adapter, device_, read);
  const auto deepest = *std::max_element(depths.begin(), depths.end());
  QL_CHECK(!read.defined() || deepest == config_.layers, "tokens of a depth that is not the last");
  std::vector<torch::Tensor> states(depths.size());
  const auto keep = [&](std::int64_t depth, const torch::Tensor& x) {
    for (std::size_t i = 0; i < depths.size(); ++i) {
      if (depths[i] != depth) continue;
      // Without gradients blocks add to x in place, so a kept state is a copy unless it is the last.
      if (depth == config_.layers && config_.final_norm)
        states[i] = norm(x, final_norm_);
      else
        states[i] = torch::GradMode::is_enabled() || depth == deepest ? x : x.clone();
    }
  };
  auto x = embed(batch);
  keep(from, x);
  for (std::int64_t number = from; number < deepest; ++number) {
    x = run_block(number, x, inputs, activations);
    keep(number + 1, x);
  }
  return states;
}

torch::Tensor Backbone::run_block(std::int64_t number, const torch::Tensor& x,
                                  const std::shared_ptr<const BlockInputs>& inputs,
                                  Activations activations) const {
  const bool again = activations == Activations::recompute && torch::GradMode::is_enabled();
  if (!again) return block(number, x, *inputs);
  return recomputed([this, number, inputs](torch::Tensor from) { return block(number, from, *inputs); }, x);
}

torch::Tensor Backbone::forward(const PackedBatch& batch, const LoraAdapter* adapter,
                                Activations activations) const {
  return forward(batch, std::span(&config_.layers, 1), adapter, activations)[0];
}

void Backbone::need_lm_head() const {
  if (config_.kind != ModelKind::decoder)
    throw Error(ErrorKind::unsupported, "an encoder has no language-model head").found(config_.architecture);
  QL_CHECK(lm_head_.defined(), "the upper part of a model has no language-model head");
}

torch::Tensor Backbone::lm_head_rows(std::span<const std::int64_t> tokens) const {
  need_lm_head();
  const torch::NoGradGuard no_grad;
  for (const auto token : tokens)
    if (token < 0 || token >= config_.vocab)
      throw Error(ErrorKind::invalid_input, "a token id is outside the model's vocabulary")
          .expected("0.." + std::to_string(config_.vocab - 1))
          .found(std::to_string(token));
  const auto index = torch::tensor(std::vector<std::int64_t>(tokens.begin(), tokens.end()), torch::kInt64);
  return lm_head_.rows(index.to(device_)).to(torch::kFloat32).cpu();
}

torch::Tensor Backbone::logits(const torch::Tensor& hidden) const {
  need_lm_head();
  const auto scores = lm_head_.linear(hidden).to(torch::kFloat32).cpu();
  return config_.logit_cap > 0 ? config_.logit_cap * torch::tanh(scores / config_.logit_cap) : scores;
}

void Backbone::set_trainable(bool trainable) {
  if (trainable && storage_ == BaseStorage::file)
    throw Error(ErrorKind::unsupported, "weights that stay as the model's file has them cannot be trained")
        .hint("leave base at \"compute\", or use tune = \"lora\"");
  for (auto& parameter : parameters_) parameter.tensor.set_requires_grad(trainable);
}

void Backbone::set_parameter(const std::string& name, const torch::Tensor& value) {
  const torch::NoGradGuard no_grad;
  const auto entry =
      std::find_if(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.name == name; });
  QL_CHECK(entry != parameters_.end(), "no parameter " + name);
  QL_CHECK(entry->tensor.sizes() == value.sizes(), "another shape for " + name);
  entry->tensor.copy_(value);
}

std::vector<std::pair<WeightPlace, torch::Tensor>> Backbone::weights(const std::string& name,
                                                                     const torch::Tensor& like) const {
  const auto entry = places_.find(name);
  QL_CHECK(entry != places_.end(), "no parameter " + name);
  std::vector<std::pair<WeightPlace, torch::Tensor>> weights;
  std::int64_t first = 0;
  for (const auto& place : entry->second) {
    const std::int64_t rows = weight_shape(config_, place.role).rows;
    weights.emplace_back(place, like.narrow(0, first, rows));
    first += rows;
  }
  return weights;
}

std::vector<NamedTensor> Backbone::hf_tensors(const std::string& name, const torch::Tensor& like) const {
  const auto entry = places_.find(name);
  QL_CHECK(entry != places_.end(), "no parameter " + name);
  const Architecture& architecture = architecture_named(config_.architecture);
  const std::vector<WeightPlace>& places = entry->second;
  std::vector<NamedTensor> tensors;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < places.size();) {
    const std::string hf_name = architecture.hf_name(places[i].role, places[i].layer);
    const HfLayout layout = architecture.find(places[i].role).hf_layout;
    std::int64_t parts = 0, rows = 0;  // that the file keeps in one tensor
    for (; i < places.size() && architecture.hf_name(places[i].role, places[i].layer) == hf_name;
         ++i, ++parts)
      rows += weight_shape(config_, places[i].role).rows;
    auto tensor = like.narrow(0, first, rows);
    first += rows;
    if (layout == HfLayout::transposed) tensor = tensor.t();
    if (layout == HfLayout::by_head) {
      const auto shape = tensor.sizes().vec();
      tensor = tensor.reshape({parts, config_.heads, config_.head_dim, -1}).transpose(0, 1).reshape(shape);
    }
    tensors.push_back({hf_name, tensor});
  }
  return tensors;
}

}  // namespace qinglan
