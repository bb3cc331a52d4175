#pragma once
// A pretrained transformer without a task head, decoder or encoder, run over packed batches. It computes what
// its ModelConfig says and knows no architecture. Weights are held once, in the compute type (or, of a frozen
// model, as in its file); q|k|v and gate|up are fused into one matrix each.

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catalog/architecture.h"
#include "catalog/model_source.h"
#include "model/lora.h"
#include "model/matrix.h"
#include "model/packed_batch.h"
#include "model/parameter.h"
#include "model/pooling.h"

namespace qinglan {

// How matrices are held: in the compute type, or as the file has them (see matrix.h). Results are equal bit
// for bit.
enum class BaseStorage { compute, file };

// What a forward pass with gradients leaves for the backward pass: all that it needs, or the inputs of blocks
// alone, from which it computes the rest again (recompute.h). Results are equal bit for bit.
enum class Activations { keep, recompute };

class Backbone {
 public:
  // `dtype` torch::kFloat32 or torch::kBFloat16: the compute type. Files are mapped and converted part by
  // part: the most memory taken at any time is the model's own and some MiB. `first` > 0 loads the upper part
  // alone: blocks from that one on and the final norm, without embeddings and LM head, for batches that bring
  // hidden states of depth `first` or more. Weights lie on `device`, and what is computed of them. Throws
  // Error{corrupt_data} for a missing weight or a wrong shape (both named), Error{unsupported} for
  // BaseStorage::file of anything but GGUF, and what io/ throws.
  static Backbone load(const ModelSource& source, torch::Dtype dtype,
                       BaseStorage storage = BaseStorage::compute, std::int64_t first = 0,
                       const torch::Device& device = torch::kCPU);
  // The random-init control: matrices and embeddings normal(0, 0.02), biases 0, scales of norms 1; stream
  // "random_init", so that an upper part has the whole model's numbers.
  static Backbone random(const ModelConfig& config, std::uint64_t run_seed, torch::Dtype dtype,
                         std::int64_t first = 0, const torch::Device& device = torch::kCPU);

  const ModelConfig& config() const { return config_; }
  torch::Dtype dtype() const { return dtype_; }
  const torch::Device& device() const { return device_; }
  // What batches for this model may do: shared for causal ones whose positions do not depend on what follows,
  // on the CPU.
  Beginnings beginnings() const;
  std::int64_t first() const { return first_; }  // the lowest block that is here

  // Hidden states [R, C] of the batch's rows in the compute type at each of `depths` (0..layers, any order):
  // after that many blocks, 0 = the embeddings. Depth `layers` is after the final norm where the model has
  // one, smaller depths are before it. Only the blocks up to the largest depth run, and none below the depth
  // of a batch's hidden states. Differentiable with respect to the trainable parameters and the adapter
  // unless gradients are switched off; run without them inside torch::NoGradGuard or torch::InferenceMode.
  // Throws Error{invalid_input} for an id outside the vocabulary or a document longer than the position
  // table.
  std::vector<torch::Tensor> forward(const PackedBatch& batch, std::span<const std::int64_t> depths,
                                     const LoraAdapter* adapter = nullptr,
                                     Activations activations = Activations::keep) const;
  // The last depth only. An adapter must outlive the backward pass when activations are recomputed.
  torch::Tensor forward(const PackedBatch& batch, const LoraAdapter* adapter = nullptr,
                        Activations activations = Activations::keep) const;

  // pool() of the last depth, [B, C]. Where that reads one token of each document, the last block computes
  // these tokens alone after its attention.
  torch::Tensor pooled(const PackedBatch& batch, Pooling pooling, const LoraAdapter* adapter = nullptr,
                       Activations activations = Activations::keep) const;

  // Decoder: LM-head logits fp32 [N, V], on the CPU, of hidden rows [N, C] that came from depth `layers`.
  // Throws Error{unsupported} for an encoder.
  torch::Tensor logits(const torch::Tensor& hidden) const;

  // Decoder: rows of the LM head, a copy in fp32 [N, C] on the CPU. Throws Error{unsupported} for an encoder,
  // Error{invalid_input} for a token outside the vocabulary.
  torch::Tensor lm_head_rows(std::span<const std::int64_t> tokens) const;

  // Switches gradients of the backbone's own weights on (full tuning) or off (frozen, the state after
  // loading). Throws Error{unsupported} for on when matrices stay as in the file. The token embedding's
  // gradient is sparse on the CPU: a row each token of the batch, not summed by word.
  void set_trainable(bool trainable);

  BaseStorage storage() const { return storage_; }

  // All weights in the compute type (with BaseStorage::file, without the matrices), fused ones as they are
  // stored, in stable order. They share storage with the model: a trainer with fp32 masters writes them back
  // by copy_ under NoGradGuard (or by set_parameter).
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  void set_parameter(const std::string& name, const torch::Tensor& value);

  // The rows of a tensor shaped like parameter `name`, by the weights of the model that they are; views.
  std::vector<std::pair<WeightPlace, torch::Tensor>> weights(const std::string& name,
                                                             const torch::Tensor& like) const;

  // A tensor shaped like parameter `name` (the weight itself, its gradient, its master) as Hugging Face names
  // and lays it out: one tensor for each of the file's, views where no elements have to move.
  std::vector<NamedTensor> hf_tensors(const std::string& name, const torch::Tensor& like) const;

 private:
  struct NormWeights {
    torch::Tensor scale, bias;  // undefined where the model has none
  };
  struct Layer {
    NormWeights attention_norm, attention_post_norm, ffn_norm, ffn_post_norm;
    Matrix qkv, o, up, down;  // gated: `up` is gate rows, then up rows
    torch::Tensor qkv_bias, q_norm, k_norm, o_bias, up_bias, down_bias;
  };
  // Where weights come from.
  struct Supply {
    // Fills rows of a parameter that are one weight of the model.
    std::function<void(const WeightPlace& place, torch::Tensor rows)> fill;
    // Set with BaseStorage::file only.
    std::function<WeightRows(const WeightPlace& place)> keep;
  };

  Backbone(ModelConfig config, torch::Dtype dtype, std::int64_t first, const torch::Device& device,
           const Supply& supply);
  void add_embeddings(const Supply& supply);
  Layer build_layer(std::int64_t number, const Supply& supply);
  // Makes a parameter of the roles' rows, fills and lists it; undefined when the model has no such weight.
  torch::Tensor add(const Supply& supply, const std::string& name, const std::vector<WeightRole>& roles,
                    std::int64_t layer);
  Matrix add_matrix(const Supply& supply, const std::string& name, const std::vector<WeightRole>& roles,
                    std::int64_t layer);
  NormWeights add_norm(const Supply& supply, const std::string& name, WeightRole scale, WeightRole bias,
                       std::int64_t layer);
  // forward(), of which at the last depth only the rows `read` [N] are wanted; undefined: all.
  std::vector<torch::Tensor> states(const PackedBatch& batch, std::span<const std::int64_t> depths,
                                    const LoraAdapter* adapter, Activations activations,
                                    const torch::Tensor& read) const;
  void need_lm_head() const;
  void check_batch(const PackedBatch& batch) const;
  void check_ids(const PackedBatch& batch) const;
  torch::Tensor embed(const PackedBatch& batch) const;
  torch::Tensor norm(const torch::Tensor& x, const NormWeights& weights) const;
  // Each plus `base` [T, C], if it is given.
  torch::Tensor attention(std::int64_t number, const torch::Tensor& x, const struct BlockInputs& inputs,
                          const torch::Tensor& base = {}) const;
  torch::Tensor feed_forward(std::int64_t number, const torch::Tensor& x,
                             const torch::Tensor& base = {}) const;
  torch::Tensor block(std::int64_t number, torch::Tensor x, const struct BlockInputs& inputs) const;
  torch::Tensor run_block(std::int64_t number, const torch::Tensor& x,
                          const std::shared_ptr<const struct BlockInputs>& inputs,
                          Activations activations) const;

  ModelConfig config_;
  torch::Dtype dtype_;
  torch::Device device_;
  BaseStorage storage_;
  std::int64_t first_;
  Matrix token_embedding_, lm_head_;
  torch::Tensor position_embedding_, type_embedding_;
  NormWeights embedding_norm_, final_norm_;
  std::vector<Layer> layers_;  // of every block; empty below first_
  std::vector<NamedTensor> parameters_;
  std::map<std::string, std::vector<WeightPlace>> places_;
};

}  // namespace qinglan
