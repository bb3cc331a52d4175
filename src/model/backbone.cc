#include "model/backbone.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "model/block_inputs.h"
#include "model/weight_reader.h"

namespace qinglan {
namespace {

using R = WeightRole;
constexpr double kInitDeviation = 0.02;
constexpr std::int64_t kRandomBlock = 1 << 16;  // numbers of one stream, so that threads can share the work

bool is_norm(R role) {
  return role == R::embedding_norm || role == R::attention_norm || role == R::ffn_norm ||
         role == R::final_norm;
}

bool is_bias(R role) {
  static const std::set<R> biases{R::embedding_norm_bias,
                                  R::attention_norm_bias,
                                  R::q_bias,
                                  R::k_bias,
                                  R::v_bias,
                                  R::o_bias,
                                  R::ffn_norm_bias,
                                  R::up_bias,
                                  R::down_bias};
  return biases.contains(role);
}

}  // namespace

torch::Tensor Backbone::add(const Fill& fill, const std::string& name, std::vector<Part> parts,
                            std::int64_t columns) {
  std::int64_t rows = 0;
  for (const auto& part : parts) rows += part.rows;
  const auto shape = columns ? std::vector<std::int64_t>{rows, columns} : std::vector<std::int64_t>{rows};
  auto tensor = torch::empty(shape, dtype_);
  std::int64_t first = 0;
  for (const auto& part : parts) {
    fill(part, tensor.narrow(0, first, part.rows));
    first += part.rows;
  }
  parameters_.push_back({name, tensor});
  parts_[name] = std::move(parts);
  return tensor;
}

void Backbone::build_layer(std::int64_t number, const Fill& fill) {
  const auto& c = config_;
  const Architecture& architecture = architecture_named(c.architecture);
  const std::string stem = "layers." + std::to_string(number) + ".";
  const auto part = [&](R role, std::int64_t rows) { return Part{role, number, rows}; };
  const auto vector = [&](R role, const std::string& name, std::int64_t width) {
    return architecture.find(role) ? add(fill, stem + name, {part(role, width)}, 0) : torch::Tensor();
  };
  Layer layer;
  layer.attention_norm = vector(R::attention_norm, "attention_norm.weight", c.hidden);
  layer.attention_norm_bias = vector(R::attention_norm_bias, "attention_norm.bias", c.hidden);
  layer.qkv = add(fill, stem + "qkv.weight",
                  {part(R::q, c.q_width()), part(R::k, c.kv_width()), part(R::v, c.kv_width())}, c.hidden);
  if (architecture.find(R::q_bias))
    layer.qkv_bias =
        add(fill, stem + "qkv.bias",
            {part(R::q_bias, c.q_width()), part(R::k_bias, c.kv_width()), part(R::v_bias, c.kv_width())}, 0);
  layer.o = add(fill, stem + "o.weight", {part(R::o, c.hidden)}, c.q_width());
  layer.o_bias = vector(R::o_bias, "o.bias", c.hidden);
  layer.ffn_norm = vector(R::ffn_norm, "ffn_norm.weight", c.hidden);
  layer.ffn_norm_bias = vector(R::ffn_norm_bias, "ffn_norm.bias", c.hidden);
  if (architecture.find(R::gate))
    layer.up = add(fill, stem + "gate_up.weight",
                   {part(R::gate, c.intermediate), part(R::up, c.intermediate)}, c.hidden);
  else
    layer.up = add(fill, stem + "up.weight", {part(R::up, c.intermediate)}, c.hidden);
  layer.up_bias = vector(R::up_bias, "up.bias", c.intermediate);
  layer.down = add(fill, stem + "down.weight", {part(R::down, c.hidden)}, c.intermediate);
  layer.down_bias = vector(R::down_bias, "down.bias", c.hidden);
  layers_.push_back(std::move(layer));
}

Backbone::Backbone(ModelConfig config, torch::Dtype dtype, const Fill& fill)
    : config_(std::move(config)), dtype_(dtype) {
  QL_CHECK(dtype == torch::kFloat32 || dtype == torch::kBFloat16, "a backbone computes in fp32 or bf16");
  const torch::NoGradGuard no_grad;
  const auto& c = config_;
  token_embedding_ = add(fill, "token_embedding.weight", {{R::token_embedding, -1, c.vocab}}, c.hidden);
  if (c.kind == ModelKind::encoder) {
    position_embedding_ =
        add(fill, "position_embedding.weight", {{R::position_embedding, -1, c.max_positions}}, c.hidden);
    type_embedding_ = add(fill, "type_embedding.weight", {{R::type_embedding, -1, c.type_vocab}}, c.hidden);
    embedding_norm_ = add(fill, "embedding_norm.weight", {{R::embedding_norm, -1, c.hidden}}, 0);
    embedding_norm_bias_ = add(fill, "embedding_norm.bias", {{R::embedding_norm_bias, -1, c.hidden}}, 0);
  }
  for (std::int64_t number = 0; number < c.layers; ++number) build_layer(number, fill);
  if (c.kind == ModelKind::decoder) {
    final_norm_ = add(fill, "final_norm.weight", {{R::final_norm, -1, c.hidden}}, 0);
    lm_head_ = c.tied_embeddings ? token_embedding_
                                 : add(fill, "lm_head.weight", {{R::lm_head, -1, c.vocab}}, c.hidden);
  }
}

Backbone Backbone::load(const ModelSource& source, torch::Dtype dtype) {
  const WeightReader reader(source);
  std::vector<float> scratch;
  return Backbone(source.config, dtype, [&](const Part& part, torch::Tensor rows) {
    scratch.resize(static_cast<std::size_t>(rows.numel()));
    reader.read(part.role, part.layer, std::span(rows.sizes().data(), rows.sizes().size()), scratch);
    rows.copy_(torch::from_blob(scratch.data(), rows.sizes(), torch::kFloat32));
  });
}

Backbone Backbone::random(const ModelConfig& config, std::uint64_t run_seed, torch::Dtype dtype) {
  const Architecture& architecture = architecture_named(config.architecture);
  return Backbone(config, dtype, [&](const Part& part, torch::Tensor rows) {
    if (is_norm(part.role) || is_bias(part.role)) {
      rows.fill_(is_norm(part.role) ? 1 : 0);
      return;
    }
    const std::string stream = "random_init/" + architecture.hf_name(part.role, part.layer);
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
  });
}

void Backbone::check_batch(const PackedBatch& batch) const {
  const auto [least, most] = batch.ids.aminmax();
  const auto lowest = least.item<std::int64_t>(), highest = most.item<std::int64_t>();
  if (lowest < 0 || highest >= config_.vocab)
    throw Error(ErrorKind::invalid_input, "a token id is outside the model's vocabulary")
        .expected("0.." + std::to_string(config_.vocab - 1))
        .found(std::to_string(lowest < 0 ? lowest : highest));
  const auto longest = *std::max_element(batch.lengths.begin(), batch.lengths.end());
  if (longest > config_.max_positions)
    throw Error(ErrorKind::invalid_input, "a text is longer than the model can read")
        .expected("at most " + std::to_string(config_.max_positions) + " tokens")
        .found(std::to_string(longest))
        .hint("Lower the limit on tokens.");
}

torch::Tensor Backbone::embed(const PackedBatch& batch) const {
  const auto tokens = torch::embedding(token_embedding_, batch.ids);
  if (config_.kind == ModelKind::decoder) return tokens;
  // One segment only: every token has type 0.
  const auto sum = tokens + torch::embedding(position_embedding_, batch.positions) + type_embedding_[0];
  return torch::layer_norm(sum, {config_.hidden}, embedding_norm_, embedding_norm_bias_, config_.norm_eps);
}

std::vector<torch::Tensor> Backbone::forward(const PackedBatch& batch, std::span<const std::int64_t> depths,
                                             const LoraAdapter* adapter) const {
  QL_CHECK(!depths.empty() && batch.documents() > 0, "forward needs depths and documents");
  for (const auto depth : depths) QL_CHECK(depth >= 0 && depth <= config_.layers, "depth outside 0..layers");
  check_batch(batch);
  const bool decoder = config_.kind == ModelKind::decoder;
  const auto longest = *std::max_element(batch.lengths.begin(), batch.lengths.end());
  const BlockInputs inputs{
      batch, AttentionShape{config_.heads, config_.kv_heads, config_.head_dim, decoder},
      decoder ? RotaryTable::make(longest, config_.head_dim, config_.rope_theta) : RotaryTable{}, adapter};
  const auto deepest = *std::max_element(depths.begin(), depths.end());
  std::vector<torch::Tensor> states(depths.size());
  const auto keep = [&](std::int64_t depth, const torch::Tensor& x) {
    for (std::size_t i = 0; i < depths.size(); ++i) {
      if (depths[i] != depth) continue;
      // Without gradients blocks add to x in place, so a kept state is a copy unless it is the last.
      if (decoder && depth == config_.layers)
        states[i] = rms_norm(x, final_norm_, config_.norm_eps);
      else
        states[i] = torch::GradMode::is_enabled() || depth == deepest ? x : x.clone();
    }
  };
  auto x = embed(batch);
  keep(0, x);
  for (std::int64_t number = 0; number < deepest; ++number) {
    x = decoder ? decoder_block(number, x, inputs) : encoder_block(number, x, inputs);
    keep(number + 1, x);
  }
  return states;
}

torch::Tensor Backbone::forward(const PackedBatch& batch, const LoraAdapter* adapter) const {
  return forward(batch, std::span(&config_.layers, 1), adapter)[0];
}

torch::Tensor Backbone::logits(const torch::Tensor& hidden) const {
  if (config_.kind != ModelKind::decoder)
    throw Error(ErrorKind::unsupported, "an encoder has no language-model head").found(config_.architecture);
  return torch::linear(hidden, lm_head_).to(torch::kFloat32);
}

void Backbone::set_trainable(bool trainable) {
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

std::vector<NamedTensor> Backbone::hf_views(const std::string& name, const torch::Tensor& like) const {
  const auto entry = parts_.find(name);
  QL_CHECK(entry != parts_.end(), "no parameter " + name);
  const Architecture& architecture = architecture_named(config_.architecture);
  std::vector<NamedTensor> views;
  std::int64_t first = 0;
  for (const auto& part : entry->second) {
    views.push_back({architecture.hf_name(part.role, part.layer), like.narrow(0, first, part.rows)});
    first += part.rows;
  }
  return views;
}

}  // namespace qinglan
